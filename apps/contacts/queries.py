"""What can be asked of the contacts, always under an Access."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from apps.accounts.access import Access, Capability
from apps.contacts.conditions import Conditions
from apps.contacts.facets.queries import total_contacts
from apps.contacts.models import Contact
from apps.contacts.paging import Page, find_page
from apps.contacts.search import Search


def visible_to(access: Access) -> "models.QuerySet[Contact]":
    """The contacts this person may see: all of them, or none for someone who may not browse.

    Columns are another matter: see readable_values().
    """
    return Contact.objects.all() if access.can(Capability.BROWSE) else Contact.objects.none()


def search_page(search: Search, access: Access) -> Page:
    """One page of a search: ids in order, count, cursors."""
    conditions = Conditions(search, access)
    if search.is_narrowed:
        return find_page(visible_to(access).filter(conditions.where()), search, known_count=conditions.exact_count())
    return find_page(visible_to(access), search, known_count=total_contacts())


def readable_values(ids: Iterable[int], columns: Iterable[str], access: Access) -> list[dict[str, Any]]:
    """The named columns of some contacts, in the order of the ids; columns this person may not read are left out.

    A reference comes as its id and, under `<name>__name`, in words.
    """
    wanted = list(ids)
    names = [name for name in columns if access.can_read(name)]
    spoken = [_SPOKEN[name] for name in names if name in _SPOKEN]
    rows = visible_to(access).filter(pk__in=wanted).values("id", "version", *names, *spoken)
    by_id = {row["id"]: row for row in rows}
    return [by_id[wanted_id] for wanted_id in wanted if wanted_id in by_id]


_SPOKEN = {"industry": "industry__name", "owner": "owner__name"}
