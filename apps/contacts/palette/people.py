"""Contacts by how their name, e-mail or company begins: a few look-ups in sorted indexes, whatever the size.

The list's own search finds words anywhere and counts what it finds; here eight people have to be there at once. Each
look-up starts in an index where the text stands and reads a fixed number of entries on, so that no text is slow.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from django.urls import reverse

from apps.accounts.access import Access, Capability
from apps.contacts.facets.queries import escaped
from apps.contacts.fields import Operator
from apps.contacts.joint_fields import PHONE
from apps.contacts.palette.items import Item
from apps.contacts.phones import looks_like_a_number
from apps.contacts.queries import readable_values, search_page
from apps.contacts.search import Filter, Search
from apps.contacts.search_text import take_apart
from apps.core.sql import load_sql

MOST = 8
LOOKED_AT = 400  # entries of an index on one of two names, for the other one
_SQL = load_sql(Path(__file__).parent.parent / "sql" / "people.sql")
_SHOWN = ("first_name", "last_name", "title", "company", "email")


@dataclass(frozen=True, slots=True)
class _LookUp:
    """A named block of people.sql, the columns that it looks at, and its texts."""

    block: str
    columns: tuple[str, ...]
    texts: tuple[str, ...]


def people(text: str, access: Access) -> list[Item]:
    """At most eight contacts, those whose names begin with the text before others. Of no text, none."""
    words = take_apart(text, access).text.split()
    if not words or not access.can(Capability.BROWSE):
        return []
    if looks_like_a_number(" ".join(words)):
        ids = _by_number(" ".join(words), access)
    else:
        last_name = "last_name" if access.can_read("first_name") else "last_name_alone"
        readable = [one for one in _look_ups(words, last_name) if all(map(access.can_read, one.columns))]
        ids = _found(readable)
    return [_item(values) for values in readable_values(ids, _SHOWN, access)]


def _look_ups(words: list[str], last_name: str) -> Iterator[_LookUp]:
    text = " ".join(words)
    yield _LookUp(last_name, ("last_name",), (text,))
    yield _LookUp("first_name", ("first_name",), (text,))
    for first, last in dict.fromkeys(_names(words)):
        yield _LookUp("whole_name", ("first_name", "last_name"), (first, last))
        yield _LookUp("begun_name", ("first_name", "last_name"), (first, last))
        yield _LookUp("named_so", ("first_name", "last_name"), (first, last))
    yield _LookUp("email", ("email",), (text,))
    yield _LookUp("company", ("company",), (text,))


def _names(words: list[str]) -> Iterator[tuple[str, str]]:
    """The ways in which words may be a first and a last name; two of them in either order."""
    for at in sorted({1, len(words) - 1} - {0}):
        yield " ".join(words[:at]), " ".join(words[at:])
    if len(words) == 2:
        yield words[1], words[0]


def _found(look_ups: Sequence[_LookUp]) -> list[int]:
    if not look_ups:
        return []
    parts: list[str] = []
    values: dict[str, Any] = {"most": MOST, "looked_at": LOOKED_AT}
    for place, one in enumerate(look_ups):
        names: dict[str, str] = {}
        for name, text in zip(("text", "other"), one.texts, strict=False):
            values |= {f"{name}{place}": text, f"{name}_begins{place}": f"{escaped(text)}%"}
            names |= {name: f"%({name}{place})s", f"{name}_begins": f"%({name}_begins{place})s"}
        # Blocks of our own; what was typed is in the values.
        found = _SQL[one.block].format(**names)
        parts.append(f"SELECT id, {place} AS place, row_number() OVER () AS n FROM ({found}) AS found{place}")  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(_SQL["nearest"].format(found=" UNION ALL ".join(parts)), values)
        return [pk for (pk,) in cursor.fetchall()]


def _by_number(number: str, access: Access) -> list[int]:
    has_it = Filter(PHONE, Operator.ANY_OF, (number,), (number,))
    return search_page(Search(filters=(has_it,), page_size=MOST), access).ids


def _item(values: dict[str, Any]) -> Item:
    name = " ".join(filter(None, (values.get("first_name"), values.get("last_name"))))
    details = [values.get(column) for column in ("title", "company", "email")]
    known = [detail for detail in details if detail]
    label = name or (known.pop(0) if known else f"Contact {values['id']}")
    return Item(label, reverse("contact_detail", args=[values["id"]]), " · ".join(known), icon="user")
