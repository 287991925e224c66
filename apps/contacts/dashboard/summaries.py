"""Keeping the summaries: what a contact adds to them, in SQL, for the triggers and for counting anew.

Triggers on contacts append differences, as for the option lists (facets/counts.py), which folds both.
docs/decisions/0018-dashboard-summaries.md says why and what was measured.
"""

from pathlib import Path
from typing import Any

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


def summaries_of(rows: str) -> str:
    """SQL for field, bucket and d of some rows of contacts, each of which counts `d` times.

    One pass over the rows, into groups by all the moments at once; what is grouped again has few rows left.
    """
    empty = ", ".join(
        f"sum(d) FILTER (WHERE {condition}) AS no_{field}" for field, condition in _EMPTY.items()
    )
    buckets = ", ".join(f"('{field}', NULL::date, no_{field})" for field in _EMPTY)
    # Made of the constants above and of our own queries.
    return f"""
        SELECT kept.field, kept.bucket, sum(kept.d)::bigint AS d
        FROM (
            SELECT date_trunc('week', created_at AT TIME ZONE 'UTC')::date AS created_in,
                import_id IS NULL AS is_by_hand,
                date_trunc('month', updated_at AT TIME ZONE 'UTC')::date AS updated_in,
                date_trunc('month', last_contacted_at AT TIME ZONE 'UTC')::date AS contacted_in, sum(d) AS d, {empty}
            FROM ({rows}) touched GROUP BY 1, 2, 3, 4
        ) grouped CROSS JOIN LATERAL (VALUES
            ('created_at', created_in, d), ('import_id', created_in, CASE WHEN NOT is_by_hand THEN d END),
            ('updated_at', updated_in, d), ('last_contacted_at', contacted_in, d), {buckets}
        ) kept(field, bucket, d)
        GROUP BY kept.field, kept.bucket HAVING sum(kept.d) <> 0
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
    rows = "SELECT *, 1 AS d FROM contacts_contact WHERE id > %s"
    cursor.execute(_SQL["append"].format(summaries=summaries_of(rows)), [last_id])


def wrong_summaries(cursor: Any) -> list[tuple[str, int, int]]:
    """Of some weeks and months, and of fields with an option list, those whose kept count is not what there is.

    Which in words, kept, counted.
    """
    cursor.execute(_SQL["sample"])
    return [row for row in cursor.fetchall() if row[1] != row[2]]
