"""What `manage.py doctor` asks about contacts."""

from django.db import connection

from apps.contacts.dashboard.summaries import wrong_summaries
from apps.contacts.facets.bitsets import MOST_STALE
from apps.contacts.facets.queries import pending, wrong_counts
from apps.core.doctor import Finding, examination, fail, fine, warn

GROUP = "Option lists"
MANY_DELTAS = 100_000


@examination(GROUP, "counts of a sample", asks_database=True)
def counts_of_a_sample() -> Finding:
    wrong = wrong_counts()
    if wrong:
        field, value, kept, counted = wrong[0]
        return fail(
            f"{field} “{value}” is kept as {kept:,} contacts and {counted:,} hold it.",
            "manage.py manage_select2_cache refresh",
        )
    return fine("The counts of a sample of values are what the contacts say.")


@examination(GROUP, "summaries of the dashboard", asks_database=True)
def summaries_of_a_sample() -> Finding:
    with connection.cursor() as cursor:
        wrong = wrong_summaries(cursor)
    if wrong:
        what, kept, counted = wrong[0]
        return fail(
            f"{what}, is kept as {kept:,} contacts and {counted:,} are there.",
            "manage.py manage_select2_cache refresh",
        )
    return fine("A sample of what the dashboard shows is what the contacts say.")


@examination(GROUP, "what waits to be folded", asks_database=True)
def waits_to_be_folded() -> Finding:
    deltas, stale = pending()
    sentence = f"{deltas:,} changes of counts and {stale:,} contacts wait"
    if deltas > MANY_DELTAS or stale > MOST_STALE:
        return warn(
            f"{sentence}: pages are right and slower.", "manage.py manage_select2_cache cleanup or refresh"
        )
    return fine(f"{sentence}.")
