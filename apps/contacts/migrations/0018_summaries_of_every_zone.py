"""Summaries whose buckets add up to the weeks and months of every time zone; until now they were those of UTC.

All in one transaction, and writers wait until everything is counted anew: about two seconds a million contacts.
"""

from collections.abc import Callable
from importlib import import_module

from django.db import migrations, models

_BEFORE = import_module("apps.contacts.migrations.0015_summaries")
EMPTY_AND_KEEP_WRITERS_AWAY = """
    SET LOCAL lock_timeout = '15s';
    LOCK TABLE contacts_contact IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM contacts_summary;
    DELETE FROM contacts_summarydelta;
"""


# As apps/contacts/dashboard/summaries.py had them then.
def _bucket(moment: str, unit: str) -> str:
    utc = f"({moment} AT TIME ZONE 'UTC')"
    return (
        f"CASE WHEN date_trunc('{unit}', {utc} + interval '14 hours')"
        f" = date_trunc('{unit}', {utc} - interval '12 hours')"
        f" THEN date_trunc('{unit}', {utc}) + interval '12 hours'"
        f" ELSE date_bin('15 minutes', {utc}, timestamp '2000-01-01') END AT TIME ZONE 'UTC'"
    )


def summaries_of(rows: str) -> str:
    empty = ", ".join(
        f"sum(d) FILTER (WHERE {condition}) AS no_{field}" for field, condition in _BEFORE._EMPTY.items()
    )
    empties = ", ".join(f"('{field}', no_{field})" for field in _BEFORE._EMPTY)
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


_ROWS = {
    "insert": "SELECT *, 1 AS d FROM new_rows",
    "delete": "SELECT *, -1 AS d FROM old_rows",
    "update": "SELECT *, 1 AS d FROM new_rows UNION ALL SELECT *, -1 FROM old_rows",
}


def _functions(summaries: Callable[[str], str]) -> str:
    """What the triggers of 0015 call."""
    return "".join(
        f"""
        CREATE OR REPLACE FUNCTION contacts_summarise_on_{event}() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            INSERT INTO contacts_summarydelta (field, bucket, d) {summaries(rows)};
            RETURN NULL;
        END $body$;
        """
        for event, rows in _ROWS.items()
    )


COUNT = f"""
    INSERT INTO contacts_summary (field, bucket, n) {summaries_of("SELECT *, 1 AS d FROM contacts_contact")};
"""  # noqa: S608


class Migration(migrations.Migration):
    dependencies = [("contacts", "0017_deleted_views")]
    operations = [
        migrations.RunSQL(EMPTY_AND_KEEP_WRITERS_AWAY, _BEFORE.COUNT),
        migrations.AlterField("summary", "bucket", models.DateTimeField(null=True)),
        migrations.AlterField("summarydelta", "bucket", models.DateTimeField(null=True)),
        migrations.RunSQL(_functions(summaries_of), _functions(_BEFORE.summaries_of)),
        migrations.RunSQL(COUNT, EMPTY_AND_KEEP_WRITERS_AWAY),
    ]
