"""What can be asked of the contacts, always under an Access."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from apps.accounts.access import Access, Capability
from apps.accounts.models import AdminUser
from apps.contacts.conditions import Conditions
from apps.contacts.facets.bitsets import are_still_there
from apps.contacts.facets.queries import Option, value_counts
from apps.contacts.fields import Field, Kind
from apps.contacts.models import Contact, Industry
from apps.contacts.paging import Matching, Page, find_page, position_of
from apps.contacts.phones import PHONES, own_e164, place_of
from apps.contacts.rendering import plain_text
from apps.contacts.search import Search
from apps.contacts.selection import matching_of


def visible_to(access: Access) -> "models.QuerySet[Contact]":
    """The contacts this person may see: all of them, or none for someone who may not browse.

    Columns are another matter: see readable_values().
    """
    return Contact.objects.all() if access.can(Capability.BROWSE) else Contact.objects.none()


def search_page(search: Search, access: Access) -> Page:
    """One page of a search: ids in order, count, cursors."""
    return _found(search, access, lambda contacts, matching: find_page(contacts, search, matching))


def _found[T](search: Search, access: Access, find: "Callable[[models.QuerySet[Contact], Matching], T]") -> T:
    """What `find` comes to with what is known of the search's matches.

    Known in one statement, used in the next: with a bitmap that was dropped in between, its contacts would be missing.
    """
    contacts = visible_to(access)
    while True:
        matching = matching_of(Conditions(search, access), contacts)
        found = find(contacts, matching)
        if are_still_there(matching.bitmaps):
            return found


def readable_values(ids: Iterable[int], columns: Iterable[str], access: Access) -> list[dict[str, Any]]:
    """The named columns of some contacts, in the order of the ids; columns this person may not read are left out.

    A reference comes as its id and, under `<name>__name`, in words; a phone also as E.164, under `<name>_to_dial`.
    """
    wanted = list(ids)
    names = [name for name in columns if access.can_read(name)]
    spoken = [_SPOKEN[name] for name in names if name in _SPOKEN]
    dialled = {
        f"{name}_to_dial": own_e164(name, knows_place=all(map(access.can_read, place_of(name))))
        for name in names
        if name in PHONES
    }
    rows = visible_to(access).filter(pk__in=wanted).values("id", "version", *names, *spoken, **dialled)
    by_id = {row["id"]: row for row in rows}
    return [by_id[wanted_id] for wanted_id in wanted if wanted_id in by_id]


_SPOKEN = {"industry": "industry__name", "owner": "owner__name"}


def industries_matching(text: str, limit: int) -> list[Option]:
    """Industries whose name holds the text, the most used first, as facet values (ids)."""
    named = Industry.objects.filter(is_active=True, name__icontains=text).values_list("pk", flat=True)
    return _counted("industry", named)[:limit]


def owners_matching(text: str, limit: int) -> list[Option]:
    """People whose name or e-mail holds the text, who own most contacts first, as facet values (ids)."""
    named = AdminUser.objects.filter(Q(name__icontains=text) | Q(email__icontains=text)).values_list(
        "pk", flat=True
    )
    return _counted("owner", named)[:limit]


def _counted(field: str, ids: Iterable[int]) -> list[Option]:
    counts = value_counts(field, [str(pk) for pk in ids])
    return sorted((Option(value, n) for value, n in counts.items()), key=lambda option: -option.n)


def neighbours(contact_id: int, search: Search, access: Access) -> tuple[int | None, int | None]:
    """The contacts before and behind this one in a search's order; None at the ends, or when it is not among them."""

    def find(contacts: "models.QuerySet[Contact]", matching: Matching) -> tuple[int | None, int | None]:
        position = position_of(contact_id, contacts, search, matching)
        if position is None:
            return None, None
        found: list[int | None] = []
        for backwards in (True, False):
            step = replace(search, cursor=replace(position, backwards=backwards), page_size=1)
            page = find_page(contacts, step, matching)
            found.append(page.ids[0] if page.ids else None)
        return found[0], found[1]

    return _found(search, access, find)


def spoken_values(field: Field, values: Iterable[Any]) -> list[str]:
    """Values in words; ids of industries and people as their names."""
    held = list(values)
    if field.kind is not Kind.REFERENCE:
        return [plain_text(field, value) for value in held]
    model: type[models.Model] = Industry if field.name == "industry" else AdminUser
    named = model._default_manager.in_bulk([value for value in held if value is not None])
    return [str(named.get(value, "")) for value in held]


@dataclass(frozen=True, slots=True)
class CountedIndustry:
    """An industry and its number of contacts; None for somebody who may not read the column."""

    id: int
    name: str
    description: str
    is_active: bool
    n: int | None

    @property
    def contacts_href(self) -> str:
        return f"{reverse('contact_list')}?{urlencode({'industry': self.name})}"


def industries_with_counts(text: str, access: Access) -> list[CountedIndustry]:
    """Industries whose name holds the text, by name."""
    industries = list(Industry.objects.filter(name__icontains=text).order_by(Lower("name")))
    ids = [str(industry.pk) for industry in industries]
    counts = value_counts("industry", ids) if access.can_read("industry") else {}
    return [
        CountedIndustry(each.pk, each.name, each.description, each.is_active, counts.get(str(each.pk)))
        for each in industries
    ]
