"""Keeping what is counted up to date after changes: at once what is cheap, in the background what is not."""

from apps.contacts.facets import bitmaps
from apps.contacts.facets.counts import fold_deltas
from apps.core.jobs import Run, job
from apps.core.timeouts import long_statement

FOLDING_SECONDS = 120  # at most, of what an operation on very many contacts has left
MANY = 5_000  # changed contacts, after which other values may have become common


@job("contacts.fold_bitmaps", label="Counts of changed contacts", priority=5)
def fold_bitmaps(run: Run) -> None:
    bitmaps.fold_stale()


@job("contacts.refresh_bitmaps", label="Counts after a large change", timeout=1800)
def refresh_bitmaps(run: Run) -> None:
    bitmaps.refresh()


def keep_counts(changed: int) -> None:
    """After a commit that changed so many contacts. Pages are right at any moment; until then they are slower."""
    if changed < MANY:
        fold_deltas()
        if bitmaps.has_enough_stale():
            fold_bitmaps.enqueue(key="contacts.fold_bitmaps")
    else:
        with long_statement(FOLDING_SECONDS):
            fold_deltas()
        refresh_bitmaps.enqueue(key="contacts.refresh_bitmaps")
