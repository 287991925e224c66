"""The people and contacts that tests are played with.

admin  sees and does everything
manager  has a manager's capabilities and the default columns
user  has a user's capabilities and the default columns
clerk  is a user who may read names, companies and countries, edit titles, and see nothing else
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.facets.counts import fold_deltas
from apps.contacts.models import Contact

CLERKS_COLUMNS = {
    "first_name": "read",
    "last_name": "read",
    "company": "read",
    "country": "read",
    "title": "edit",
}


@pytest.fixture
def admin(db: None) -> AdminUser:
    return AdminUser.objects.create_user("ada@staff.example", name="Ada Admin", role="admin")


@pytest.fixture
def other_admin(db: None) -> AdminUser:
    """For whoever loses their rights in a test: somebody has to stay who can manage users."""
    return AdminUser.objects.create_user("otto@staff.example", name="Otto Other", role="admin")


@pytest.fixture
def manager(db: None) -> AdminUser:
    return AdminUser.objects.create_user("max@staff.example", name="Max Manager", role="manager")


@pytest.fixture
def user(db: None) -> AdminUser:
    return AdminUser.objects.create_user("uma@staff.example", name="Uma User", role="user")


@pytest.fixture
def clerk(db: None) -> AdminUser:
    return AdminUser.objects.create_user(
        "cleo@staff.example", name="Cleo Clerk", role="user", column_rights=CLERKS_COLUMNS
    )


@pytest.fixture
def access_of() -> Callable[[AdminUser], Access]:
    return Access.of


@pytest.fixture
def sign_in() -> Callable[[AdminUser], Client]:
    """A client signed in as somebody; server errors reach the test as exceptions."""

    def signed_in(person: AdminUser) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return signed_in


@pytest.fixture
def make_contact(db: None) -> Callable[..., Contact]:
    """Makes a contact of the given values, and counts it in the option lists as a commit would."""

    def made(**values: Any) -> Contact:
        contact = Contact.objects.create(**values)
        fold_deltas()
        contact.refresh_from_db()
        return contact

    return made
