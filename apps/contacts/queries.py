"""What can be asked of the contacts, always under an Access."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.db import connection, models
from django.db.models import Case, Q, Value, When, Window
from django.db.models import Count as CountRows
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower
from django.urls import reverse

from apps.accounts.access import Access, Capability
from apps.accounts.models import AdminUser
from apps.contacts.conditions import Conditions, Fenced
from apps.contacts.facet_counts import FieldCounts, FieldWanted, facet_counts
from apps.contacts.facets.bitsets import are_still_there
from apps.contacts.facets.queries import Option, spellings, value_counts
from apps.contacts.fields import FIELDS, LOCATION_FIELDS, SENIORITIES, Field, Kind
from apps.contacts.joint_fields import LOCATION
from apps.contacts.models import Contact, Industry, sort_key
from apps.contacts.paging import (
    COLLECTED_AT_MOST,
    Count,
    Matching,
    Page,
    count_matches,
    find_page,
    position_of,
)
from apps.contacts.phones import PHONES, own_e164, place_of
from apps.contacts.rendering import plain_text
from apps.contacts.search import Search
from apps.contacts.selection import compiled, matching_of
from apps.core.sql import load_sql

_SQL = load_sql(Path(__file__).parent / "sql" / "facet_counts.sql")
_NAMES = load_sql(Path(__file__).parent / "sql" / "names.sql")


def visible_to(access: Access) -> "models.QuerySet[Contact]":
    """The contacts this person may see: all of them, or none for someone who may not browse.

    Columns are another matter: see readable_values().
    """
    return Contact.objects.all() if access.can(Capability.BROWSE) else Contact.objects.none()


def search_page(search: Search, access: Access) -> Page:
    """One page of a search: ids in order, count, cursors."""
    return _found(search, access, lambda contacts, matching: find_page(contacts, search, matching))


def count_of(search: Search, access: Access) -> Count:
    """How many contacts a search finds, as its page says it."""
    return _found(search, access, lambda contacts, matching: count_matches(contacts, search, matching))


def search_page_or_similar(search: Search, access: Access) -> tuple[Search, Page]:
    """One page of a search; of one whose words nobody matches, of those whose names are spelled nearly like them.

    With it the search that it is the page of.
    """
    page = search_page(search, access)
    if page.count.number or search.is_similar or search.cursor or not search.name_words:
        return search, page
    similar = replace(search, is_similar=True)
    page_of_similar = search_page(similar, access)
    return (similar, page_of_similar) if page_of_similar.ids else (search, page)


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


def counts_under(search: Search, wanted: Sequence[FieldWanted], access: Access) -> dict[str, FieldCounts]:
    """How many of the search's contacts hold each value of some fields: see facet_counts.py."""
    return facet_counts(search, wanted, access, visible_to(access))


def all_matching[T](search: Search, access: Access, use: "Callable[[models.QuerySet[Contact]], T]") -> T:
    """What `use` makes of all contacts that match, wherever the search's cursor stands."""

    def find(contacts: "models.QuerySet[Contact]", matching: Matching) -> T:
        if matching.candidates is not None and matching.candidate_count <= COLLECTED_AT_MOST:
            return use(contacts.filter(matching.candidates, Fenced(matching.where)))
        return use(contacts.filter(matching.where))

    return _found(search, access, find)


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


def known_among(name: str, values: Sequence[str], access: Access) -> list[str]:
    """Those of some values that a contact holds in a field (or place), whatever their case and accents.

    The field is one of an option list, a location, or a text that is sorted by.
    """
    if not values:
        return []
    if name in _NAMED:
        return _names_among(name, values)
    places = [place for place in LOCATION_FIELDS if access.can_read(place)] if name == LOCATION else [name]
    if name == LOCATION or FIELDS[name].faceted:
        written = spellings((place, value) for place in places for value in values)
        return [value for value in values if any(written[place, value].numbers for place in places)]
    key = compiled(visible_to(access).annotate(key=sort_key(name)).filter(key=_ASKED).values("pk"))
    with connection.cursor() as cursor:
        cursor.execute(_SQL["held_among"].format(holders=key[0]), [list(values), *key[1]])
        return [value for (value,) in cursor.fetchall()]


_ASKED = RawSQL("a360_fold(asked.value)", [], models.TextField())
_NAMED: dict[str, tuple[type[models.Model], str]] = {
    "industry": (Industry, "name"),
    "owner": (AdminUser, "email"),
}


def _names_among(name: str, values: Sequence[str]) -> list[str]:
    model, column = _NAMED[name]
    named = {each.lower() for each in model._default_manager.values_list(column, flat=True)}
    return [value for value in values if value.lower() in named]


def reference_names(values: Mapping[str, Iterable[str]]) -> dict[str, dict[str, tuple[str, str]]]:
    """Industries and owners of facet values (ids), by field: as the search's parameters name them, as people do."""
    ids = {field: [int(value) for value in values.get(field, ())] for field in _NAMED}
    names: dict[str, dict[str, tuple[str, str]]] = {field: {} for field in _NAMED}
    if any(ids.values()):
        with connection.cursor() as cursor:
            cursor.execute(_NAMES["references"], ids)
            for field, pk, parameter, label in cursor.fetchall():
                names[field][pk] = (parameter, label)
    return names


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


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a contact stands in a search's order: the contacts before and behind it, None at the ends.

    `place` counts from 1; None when more than COUNTED_BEFORE stand before it, or it is not among the matches.
    """

    before: int | None = None
    behind: int | None = None
    place: int | None = None
    count: Count | None = None  # None: it is not among the matches

    @property
    def is_among(self) -> bool:
        return self.count is not None


COUNTED_BEFORE = 500


def neighbours(contact_id: int, search: Search, access: Access) -> Neighbours:
    """The contacts around this one in a search."""

    def find(contacts: "models.QuerySet[Contact]", matching: Matching) -> Neighbours:
        position = position_of(contact_id, contacts, search, matching)
        if position is None:
            return Neighbours()
        back = replace(search, cursor=replace(position, backwards=True), page_size=COUNTED_BEFORE)
        on = replace(search, cursor=position, page_size=1)
        before, behind = (find_page(contacts, step, matching) for step in (back, on))
        return Neighbours(
            before=before.ids[-1] if before.ids else None,
            behind=behind.ids[0] if behind.ids else None,
            place=None if before.previous else len(before.ids) + 1,
            count=before.count,
        )

    return _found(search, access, find)


@dataclass(frozen=True, slots=True)
class Colleagues:
    """How many others work at a company, and the first of them: the most senior, by title."""

    count: int
    ids: list[int]


def colleagues_of(contact_id: int, company: Search, access: Access, limit: int) -> Colleagues:
    """Who else a search for a company finds. Sorted by nothing that the person may not read."""
    others = visible_to(access).filter(Conditions(company, access).where()).exclude(pk=contact_id)
    ranks = [When(seniority=name, then=Value(rank)) for rank, name in enumerate(SENIORITIES)]
    order: list[Any] = []
    if access.can_read("seniority"):
        order.append(Case(*ranks, default=Value(len(ranks))))
    if access.can_read("title"):
        order.append(sort_key("title").asc(nulls_last=True))
    rows = others.annotate(n=Window(CountRows("*"))).order_by(*order, "pk").values_list("pk", "n")[:limit]
    found = list(rows)
    return Colleagues(found[0][1] if found else 0, [pk for pk, _ in found])


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
