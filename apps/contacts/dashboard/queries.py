"""Reading what the dashboard shows: summaries, the most frequent values, what a person did themself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection

from apps.accounts.access import Access
from apps.contacts.facets.queries import Option, Spellings, spellings, top_values
from apps.contacts.fields import FIELDS, Kind
from apps.contacts.history.queries import visible_columns
from apps.contacts.models import Industry
from apps.contacts.pages.table import name_of
from apps.contacts.queries import readable_values
from apps.core.sql import load_sql

_SQL = load_sql(Path(__file__).parent / "sql" / "summaries.sql")
_OWN = load_sql(Path(__file__).parent / "sql" / "own_records.sql")
MORE = 6  # values asked for besides those wanted: some are others' spellings
_NAMING = ("first_name", "last_name", "email", "title", "company")


def most_frequent(names: Sequence[str], limit: int) -> dict[str, list[Option]]:
    """Of each field the values that most contacts hold, as a filter on them counts: in whatever case and accents.

    An industry is given by its name.
    """
    found = top_values(names, limit + MORE)
    spoken = [name for name in names if FIELDS[name].kind is not Kind.REFERENCE]
    # Values that are not in the option lists yet may be the most frequent all the same; the usual ones are known.
    asked = {
        name: dict.fromkeys([*(each.value for each in found[name]), *FIELDS[name].choices]) for name in spoken
    }
    written = spellings((name, value) for name in spoken for value in asked[name])
    industries = (
        dict(
            Industry.objects.filter(pk__in=[int(each.value) for each in found["industry"]]).values_list(
                "pk", "name"
            )
        )
        if "industry" in found
        else {}
    )
    frequent: dict[str, list[Option]] = {}
    for name in names:
        if name == "industry":
            options = [Option(industries[int(each.value)], each.n) for each in found[name]]
        else:
            options = _without_other_spellings(name, asked[name], written)
        options = [each for each in options if each.n > 0 and each.value == each.value.strip()]
        frequent[name] = sorted(options, key=lambda each: -each.n)[:limit]
    return frequent


def _without_other_spellings(
    name: str, values: Iterable[str], written: Mapping[tuple[str, str], Spellings]
) -> list[Option]:
    seen: set[str] = set()
    kept = []
    for value in values:
        numbers = written[name, value].numbers
        if value not in seen and sum(numbers.values()) > 0:
            seen |= numbers.keys()
            # As most of them write it: a catalogue's choice may be asked for in other letters than people used.
            kept.append(Option(max(numbers, key=lambda way: numbers[way]), sum(numbers.values())))
    return kept


def company_count() -> int:
    """How many different names of companies contacts hold."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL["companies"])
        (number,) = cursor.fetchone()
    return int(number)


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """A contact that a person edited, made or wrote a note on."""

    contact_id: int
    name: str
    about: str
    did: str  # "edit", "create" or "note"
    when: datetime


def own_records(access: Access, limit: int) -> list[OwnRecord]:
    """The contacts that this person worked on last and that are still there, newest first.

    What they did to columns that they may no longer read does not count.
    """
    parameters = {"actor": access.user_id, "columns": visible_columns(access), "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_OWN["own_records"], parameters)
        found = {contact_id: (did, when) for contact_id, did, when in cursor.fetchall()}
    rows = readable_values(found, _NAMING, access)
    return [OwnRecord(row["id"], name_of(row), _about(row), *found[row["id"]]) for row in rows]


def _about(row: Mapping[str, object]) -> str:
    return " · ".join(str(row[name]) for name in ("title", "company") if row.get(name))
