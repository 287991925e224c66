"""Some contacts, and bulk acts as a person does them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.bulk.deeds import Deed
from apps.contacts.bulk.models import BulkAct
from apps.contacts.bulk.operations import start_bulk_act
from apps.contacts.bulk.selection import BulkSelection
from apps.contacts.models import Contact

type Do = Callable[..., BulkAct]
type People = Callable[..., list[int]]


def chosen(access: Access, ids: list[int] | None = None, search: str = "") -> BulkSelection:
    """Some contacts by their ids, or all of a search."""
    posted = QueryDict(mutable=True)
    posted["search"] = search
    if ids is None:
        posted["all"] = "1"
    else:
        posted["contact"] = ",".join(map(str, ids))
    return BulkSelection.of(posted, access)


@pytest.fixture
def do(manager: AdminUser) -> Do:
    """Does a deed to some contacts, or all of a search, with the number that it finds there."""

    def done(deed: Deed, ids: list[int] | None = None, search: str = "", **given: Any) -> BulkAct:
        access = Access.of(given.pop("person", manager))
        selection = chosen(access, ids, search)
        given = {"key": "k", "stated": selection.count(access), **given}
        return start_bulk_act(access=access, deed=deed, selection=selection, **given)

    return done


@pytest.fixture
def people(db: None) -> People:
    """Makes so many contacts with the same values; their ids."""

    def made(number: int, **values: Any) -> list[int]:
        contacts = (Contact(last_name=f"P{n}", **values) for n in range(number))
        return [contact.pk for contact in Contact.objects.bulk_create(contacts)]

    return made
