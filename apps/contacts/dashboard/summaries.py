"""Keeping the summaries: what a contact adds to them, in SQL, for the triggers and for counting anew.

Triggers on contacts append differences, as for the option lists (facets/counts.py), which folds both.
docs/decisions/0018-dashboard-summaries.md says why and what was measured.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connection

from apps.core.sql import load_sql

_SQL = load_sql(Path(__file__).parent / "sql" / "summaries.sql")

NO_PHONE = "phones"  # neither of the two below
_EMPTY = {
    **{
        name: f"{name} = ''"
        for name in (
            "email",
            "email_status",
            "work_direct_phone",
            "mobile_phone",
            "title",
            "seniority",
            "company",
            "country",
            "person_linkedin_url",
            "stage",
        )
    },
    NO_PHONE: "work_direct_phone = '' AND mobile_phone = ''",
    "industry": "industry_id IS NULL",
}
LACKED = frozenset((*_EMPTY, "last_contacted_at"))  # figures that say how many have none
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Kept:
    """Of one figure, in contacts: without a value, and with one, by the last of the asked moments it is not before."""

    empty: int = 0
    since: dict[datetime, int] = field(default_factory=dict)

    @property
    def filled(self) -> int:
        return self.between(None, None)

    def between(self, start: datetime | None, end: datetime | None) -> int:
        """With a value from one of the asked moments (None: however early) up to another (None: however late)."""
        return sum(
            number
            for since, number in self.since.items()
            if (start is None or start <= since) and (end is None or since < end)
        )


def kept_summaries(fields: Iterable[str], moments: Iterable[datetime]) -> dict[str, Kept]:
    """Some figures, divided at these moments: of created_at and import_id at the beginning of a week, of the others of
    a month, in any time zone. Elsewhere a bucket would have to be cut.
    """
    kept = {name: Kept() for name in fields}
    edges = sorted(set(moments))
    with connection.cursor() as cursor:
        cursor.execute(_SQL["kept"], {"fields": list(kept), "edges": edges})
        for name, is_empty, place, number in cursor.fetchall():
            if is_empty:
                kept[name].empty = number
            else:
                kept[name].since[edges[place - 1] if place else _BEFORE_ALL] = number
    return kept


def _bucket(moment: str, unit: str) -> str:
    """SQL for the bucket of a moment: from when on its week or month is the same one everywhere on Earth.

    Around its beginning, which comes 14 hours earlier than in UTC in the first time zone and 12 hours later in the
    last, the bucket is a quarter of an hour: no zone's offset is divided any finer. So buckets add up to the weeks and
    months of every zone.
    """
    utc = f"({moment} AT TIME ZONE 'UTC')"
    return (
        f"CASE WHEN date_trunc('{unit}', {utc} + interval '14 hours')"
        f" = date_trunc('{unit}', {utc} - interval '12 hours')"
        f" THEN date_trunc('{unit}', {utc}) + interval '12 hours'"
        f" ELSE date_bin('15 minutes', {utc}, timestamp '2000-01-01') END AT TIME ZONE 'UTC'"
    )


def summaries_of(rows: str) -> str:
    """SQL for field, bucket and d of some rows of contacts, each of which counts `d` times.

    First they are grouped by all the moments at once; the few groups that this leaves are taken apart.
    """
    empty = ", ".join(
        f"sum(d) FILTER (WHERE {condition}) AS no_{field}" for field, condition in _EMPTY.items()
    )
    empties = ", ".join(f"('{field}', no_{field})" for field in _EMPTY)
    # Made of the constants above and of our own queries.
    return f"""
        SELECT kept.field, kept.bucket, sum(kept.d)::bigint AS d
        FROM (
            SELECT {_bucket("created_at", "week")} AS created_in, import_id IS NULL AS is_by_hand,
                {_bucket("updated_at", "month")} AS updated_in,
                {_bucket("last_contacted_at", "month")} AS contacted_in, sum(d) AS d
            FROM ({rows}) touched GROUP BY 1, 2, 3, 4
        ) grouped CROSS JOIN LATERAL (VALUES
            ('created_at', created_in, d), ('import_id', created_in, CASE WHEN NOT is_by_hand THEN d END),
            ('updated_at', updated_in, d), ('last_contacted_at', contacted_in, d)
        ) kept(field, bucket, d)
        GROUP BY kept.field, kept.bucket HAVING sum(kept.d) <> 0
        UNION ALL
        SELECT kept.field, NULL, kept.d
        FROM (SELECT {empty} FROM ({rows}) touched) summed CROSS JOIN LATERAL (VALUES {empties}) kept(field, d)
        WHERE kept.d <> 0
    """  # noqa: S608


def fold_summaries(cursor: Any) -> None:
    """Add the appended differences. By whoever holds the lock of the option lists' folding."""
    cursor.execute(_SQL["fold"])


def rebuild_summaries(cursor: Any) -> None:
    """Count everything anew. By whoever keeps writers and folders away, in a transaction."""
    cursor.execute(_SQL["forget"])
    cursor.execute(
        _SQL["count_anew"].format(summaries=summaries_of("SELECT *, 1 AS d FROM contacts_contact"))
    )


def add_summaries_above(cursor: Any, last_id: int) -> None:
    """Count the contacts with higher ids, which no trigger has seen."""
    rows = "SELECT *, 1 AS d FROM contacts_contact WHERE id > %(last_id)s"
    cursor.execute(_SQL["append"].format(summaries=summaries_of(rows)), {"last_id": last_id})


def wrong_summaries(cursor: Any) -> list[tuple[str, int, int]]:
    """Of some weeks and months, and of fields with an option list, those whose kept count is not what there is.

    Which in words, kept, counted.
    """
    cursor.execute(_SQL["sample"])
    return [row for row in cursor.fetchall() if row[1] != row[2]]
