"""Single sign-on with one OpenID Connect provider, off unless settings name one.

It lets people in who are here already; it makes nobody, and links nothing. Read by settings: imports no models.
"""

from typing import Any

from django.conf import settings

# What allauth knows the one provider by.
PROVIDER_ID = "sso"


def provider_settings(*, issuer: str, client_id: str, client_secret: str, name: str) -> dict[str, Any]:
    """For allauth's SOCIALACCOUNT_PROVIDERS."""
    app = {
        "provider_id": PROVIDER_ID,
        "name": name,
        "client_id": client_id,
        "secret": client_secret,
        "settings": {"server_url": issuer},
    }
    return {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}


def provider_name() -> str:
    """What people call it, for the button; '' where single sign-on is off."""
    return settings.OIDC_NAME if "openid_connect" in settings.SOCIALACCOUNT_PROVIDERS else ""
