"""Summaries whose buckets add up to the weeks and months of every time zone; until now they were those of UTC.

All in one transaction, and writers wait until everything is counted anew: about two seconds a million contacts.
"""

from collections.abc import Callable
from importlib import import_module

from django.db import migrations, models

from apps.contacts.dashboard.summaries import summaries_of

_BEFORE = import_module("apps.contacts.migrations.0015_summaries")
EMPTY_AND_KEEP_WRITERS_AWAY = """
    SET LOCAL lock_timeout = '15s';
    LOCK TABLE contacts_contact IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM contacts_summary;
    DELETE FROM contacts_summarydelta;
"""


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
