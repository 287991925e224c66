"""Checks of the accounts before an installation is opened to the public."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connections

from apps.accounts.models import AdminUser


@register(Tags.database, deploy=True)
def no_demo_accounts(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Demo accounts have passwords in a file, so a public installation must not have one that can sign in."""
    if settings.DEMO_ACCOUNTS_ALLOWED or "default" not in (databases or ()):
        return []
    try:
        if AdminUser._meta.db_table not in connections["default"].introspection.table_names():
            return []
        found = AdminUser.objects.filter(
            is_active=True, email__endswith=f"@{settings.DEMO_EMAIL_DOMAIN}"
        ).count()
    except DatabaseError as error:
        return [Error(f"The database does not answer: {error}", id="accounts.E002")]
    if not found:
        return []
    return [
        Error(
            f"{found} demo account(s) can sign in.",
            hint="Deactivate or delete everybody with an address at " + settings.DEMO_EMAIL_DOMAIN + ".",
            id="accounts.E001",
        )
    ]
