"""Keeping the counts of facet values and the summaries: folding what the triggers appended, and counting anew."""

from pathlib import Path

from django.db import connection, transaction

from apps.contacts.dashboard.summaries import fold_summaries, rebuild_summaries
from apps.core.sql import load_sql

_SQL = load_sql(Path(__file__).parent / "sql" / "counts.sql")


def fold_deltas() -> bool:
    """Add the appended differences to the counts, unless somebody else is at it; says whether it was done.

    Reads add both, so nothing is wrong before the folding: only slower when much has piled up.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SQL["try_lock_folding"])
        row = cursor.fetchone()
        if not row or not row[0]:
            return False
        cursor.execute(_SQL["fold_deltas"])
        cursor.execute(_SQL["drop_unused_values"])
        fold_summaries(cursor)
    return True


def clean_up() -> int:
    """Add the appended differences and forget the values that nobody holds any more; says how many those were.

    Somebody else who is at it is waited for. The same can be done from psql: SELECT cleanup_select2_cache().
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SQL["clean_up"])
        (number,) = cursor.fetchone()
        fold_summaries(cursor)  # under the lock that was taken for the former
    return int(number)


def rebuild() -> None:
    """Count every value and the summaries anew from the contacts. Writers wait until it is done, readers do not."""
    from apps.contacts.facets.pairs import pairs_of

    with transaction.atomic(), connection.cursor() as cursor:
        # First keep the folders away. One at work could add a value that we no longer see and count once more, or wait
        # for our rows while we wait for its own; and whoever has just committed something would wait for us.
        cursor.execute(_SQL["lock_folding"])
        cursor.execute("LOCK TABLE contacts_contact IN SHARE MODE")
        cursor.execute("DELETE FROM contacts_facetvalue")
        cursor.execute("DELETE FROM contacts_facetdelta")
        cursor.execute(_SQL["count_anew"].format(pairs=pairs_of("contact")))
        rebuild_summaries(cursor)
