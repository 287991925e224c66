"""What the history's tests share: reading the log as it is in the database."""

from collections.abc import Callable
from typing import Any

import pytest

from apps.contacts.models import Change, Contact

Logged = tuple[str, dict[str, Any] | None, dict[str, Any] | None]


@pytest.fixture
def logged() -> Callable[..., list[Logged]]:
    """The changes of a contact, or of all, oldest first: (action, before, after)."""

    def read(contact: Contact | None = None) -> list[Logged]:
        changes = Change.objects.order_by("id")
        if contact is not None:
            changes = changes.filter(contact_id=contact.pk)
        return [(change.action, change.before, change.after) for change in changes]

    return read


@pytest.fixture
def rows() -> Callable[[], dict[int, dict[str, Any]]]:
    """All contacts by id, as everything but their version and the time of their last change."""

    def read() -> dict[int, dict[str, Any]]:
        unnoticed = {"id", "version", "updated_at"}
        return {
            row["id"]: {name: value for name, value in row.items() if name not in unnoticed}
            for row in Contact.objects.order_by("id").values()
        }

    return read
