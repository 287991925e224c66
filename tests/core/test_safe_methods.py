"""Looking changes nothing (E8): GET, HEAD and OPTIONS of every address, with links of mails that are good.

Only that somebody is here is noted: sessions, when they and their person were last seen, rate limits, the cache.
"""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.email_change.links import confirm_path
from apps.accounts.email_change.models import EmailChange
from apps.accounts.invitations.keys import invitation_key
from apps.accounts.models import AdminUser
from apps.accounts.reset_links import reset_path
from tests.contacts.test_gate import address, patterns

__all__ = ["address"]  # a fixture
pytestmark = pytest.mark.django_db

NOTED = {"django_session", "usersessions_usersession", "core_rate_limit", "core_cache"}
NOTED_OF_PEOPLE = "- 'last_seen_at' - 'capabilities_cache'"


@pytest.fixture
def links(manager: AdminUser, user: AdminUser) -> dict[str, str]:
    """Good links of mails, by the name of their view."""
    AdminUser.objects.filter(pk=user.pk).update(invited_at=timezone.now())
    user.refresh_from_db()
    change = EmailChange.objects.create(user=manager, email="new@staff.example", old_email=manager.email)
    return {
        "invitation_accept": reverse("invitation_accept", args=[invitation_key(user)]),
        "account_reset_password_from_key": reset_path(manager),
        "email_confirm": confirm_path(change),
    }


def everything() -> dict[str, str]:
    """A hash of what each table holds."""
    tables = [table for table in connection.introspection.table_names() if table not in NOTED]
    parts = [
        f"SELECT '{table}', coalesce(md5(string_agg(row, '' ORDER BY row)), '') FROM "
        f"(SELECT (to_jsonb(t) {NOTED_OF_PEOPLE if table == 'accounts_adminuser' else ''})::text AS row FROM {table} t)"
        for table in tables
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def named() -> list[str]:
    return sorted({str(pattern.name) for pattern in patterns()})


@pytest.mark.parametrize("name", named())
def test_looking_at_an_address_changes_nothing(
    sign_in: Callable[[AdminUser], Client],
    admin: AdminUser,
    address: Callable[[str], str],
    links: dict[str, str],
    name: str,
) -> None:
    where = links.get(name) or ("/dev/mail/1/" if name.startswith("kept_mail") else address(name))
    signed_in, stranger = sign_in(admin), Client()
    signed_in.get("/alive/")
    before = everything()
    for client in (signed_in, stranger):
        client.raise_request_exception = False
        for method in (client.get, client.head, client.options):
            answer = method(where, follow=name in links)
            assert answer.status_code < 500 or name in {"ready", "health", "health_detailed"}
            assert {table for table, now in everything().items() if before[table] != now} == set()
