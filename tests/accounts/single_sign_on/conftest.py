from collections.abc import Iterator

import pytest

from apps.accounts.single_sign_on import provider_settings
from tests.accounts.single_sign_on.provider import CLIENT_ID, CLIENT_SECRET, LocalProvider, local_provider


@pytest.fixture
def provider(settings) -> Iterator[LocalProvider]:
    """Single sign-on is on, with a provider of the test's own."""
    with local_provider() as running:
        settings.OIDC_NAME = "Company account"
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": provider_settings(
                issuer=running.issuer,
                client_id=CLIENT_ID,
                client_secret=CLIENT_SECRET,
                name="Company account",
            )
        }
        yield running
