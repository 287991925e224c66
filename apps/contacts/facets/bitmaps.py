"""Keeping the bitmaps: for each common value of a field, which contacts hold it. They count any combination exactly.

The triggers on contacts append the ids they touch to contacts_facetstale. Readers take such a contact for what it is
now and everybody else by their bits, so counts are exact at any moment; folding only keeps the stale ones few. It
needs no lock on contacts: whatever is committed while bits are made has left its own stale mark, which stays.
docs/decisions/0006-bitmaps.md says what was measured.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from apps.contacts.facets.models import CHUNK
from apps.contacts.facets.pairs import ALWAYS_BITS, BIT_FIELDS, bit_pairs_of
from apps.contacts.facets.queries import total_contacts
from apps.core.sql import load_sql

_SQL = load_sql(Path(__file__).parent / "sql" / "bitmaps.sql")

WORTHWHILE = 50_000  # contacts; fewer are looked at one by one as quickly
COMMON_SHARE = 200  # a value is common when one contact in so many holds it
COMMON_AT_MOST = 20_000  # contacts; so many are common in any database
ENOUGH_STALE = 64  # to be worth folding: a write pays for about as many as it adds
BUILT_AT_ONCE = 16 * CHUNK  # contacts; keeps the bits in the making within work_mem

ZEROS = f"0::bit({CHUNK})"


def bit_of(contact_id: str) -> str:
    """SQL: the bit of a contact in its chunk."""
    return f"set_bit({ZEROS}, mod({contact_id}, {CHUNK})::int, 1)"


def has_enough_stale(enough: int = ENOUGH_STALE) -> bool:
    """Are so many contacts stale? Cheap: it counts no further."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL["has_stale"], {"enough": enough})
        return bool(cursor.fetchone() == (True,))


def fold_stale(*, enough: int = ENOUGH_STALE) -> bool:
    """Renew the bits of stale contacts if there are enough of them, unless somebody else is at it; was it done?"""
    if not has_enough_stale(enough):
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        if not _locked(cursor, wait=False):
            return False
        _renew(cursor)
    return True


def refresh(*, wait: bool = True) -> bool:
    """After many changes: fold, make bitmaps for the values that have become common, drop those no longer so.

    Unless we wait, it is left to somebody else who is at it, and to whoever is next; says whether it was done.
    """
    total = total_contacts()
    common = min(total // COMMON_SHARE, COMMON_AT_MOST)
    with transaction.atomic(), connection.cursor() as cursor:
        if not _locked(cursor, wait=wait):
            return False
        if total < WORTHWHILE // 2:
            cursor.execute(_SQL["drop_all"])
        _renew(cursor)
        if total >= WORTHWHILE:
            fields, values = zip(*ALWAYS_BITS, strict=True)
            wanted: dict[str, Any] = {"common": common, "fields": list(fields), "values": list(values)}
            cursor.execute(_SQL["drop_uncommon"], wanted)
            cursor.execute(_SQL["add_common"], wanted)
            _build(cursor, dict(cursor.fetchall()))
    return True


def rebuild() -> None:
    """Make every bitmap anew from the contacts."""
    with transaction.atomic(), connection.cursor() as cursor:
        _locked(cursor, wait=True)
        cursor.execute(_SQL["drop_all"])
        refresh()


def _locked(cursor: Any, *, wait: bool) -> bool:
    cursor.execute(_SQL["hold_contacts"])
    if wait:
        cursor.execute(_SQL["lock"])
        return True
    cursor.execute(_SQL["try_lock"])
    return bool(cursor.fetchone() == (True,))


def _renew(cursor: Any) -> None:
    # First take the marks, then look at the contacts: the other way round, a change in between would be lost.
    cursor.execute(_SQL["take_stale"])
    (ids,) = cursor.fetchone()
    for first in range(0, len(ids), BUILT_AT_ONCE):
        sql = _filled("renew", BIT_FIELDS)
        cursor.execute(sql, {"ids": ids[first : first + BUILT_AT_ONCE]})


def _build(cursor: Any, fields_of_new: dict[int, str]) -> None:
    if not fields_of_new:
        return
    cursor.execute(_SQL["last_id"])
    (last_id,) = cursor.fetchone()
    sql = _filled("build", set(fields_of_new.values()))
    for low in range(0, last_id + 1, BUILT_AT_ONCE):
        cursor.execute(sql, {"low": low, "high": low + BUILT_AT_ONCE, "bitmaps": list(fields_of_new)})


def _filled(name: str, fields: Collection[str]) -> str:
    return _SQL[name].format(
        chunk=CHUNK,
        zeros=ZEROS,
        bit=bit_of("id"),
        contact_bit=bit_of("contact.id"),
        pairs=bit_pairs_of("contact", fields),
    )
