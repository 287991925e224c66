"""Summaries for the dashboard: tables, the triggers that keep them, and what they say of the contacts that are there.

All in one transaction: making the triggers keeps writers away, so nothing is counted twice or missed. It takes about
two seconds a million contacts.
"""

from django.db import migrations, models

# As apps/contacts/dashboard/summaries.py had it then; migration 0018 has other buckets.
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
    "phones": "work_direct_phone = '' AND mobile_phone = ''",
    "industry": "industry_id IS NULL",
}


def summaries_of(rows: str) -> str:
    empty = ", ".join(
        f"sum(d) FILTER (WHERE {condition}) AS no_{field}" for field, condition in _EMPTY.items()
    )
    buckets = ", ".join(f"('{field}', NULL::date, no_{field})" for field in _EMPTY)
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


def _trigger(event: str, tables: str, rows: str) -> str:
    return f"""
        CREATE FUNCTION contacts_summarise_on_{event}() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            INSERT INTO contacts_summarydelta (field, bucket, d) {summaries_of(rows)};
            RETURN NULL;
        END $body$;
        CREATE TRIGGER contacts_summaries_{event} AFTER {event.upper()} ON contacts_contact REFERENCING {tables}
            FOR EACH STATEMENT EXECUTE FUNCTION contacts_summarise_on_{event}();
    """


FORGETTING = """
        CREATE FUNCTION contacts_forget_summaries() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            DELETE FROM contacts_summary;
            DELETE FROM contacts_summarydelta;
            RETURN NULL;
        END $body$;
        CREATE TRIGGER contacts_summaries_truncate AFTER TRUNCATE ON contacts_contact
            FOR EACH STATEMENT EXECUTE FUNCTION contacts_forget_summaries();
"""

TRIGGERS = (
    _trigger("insert", "NEW TABLE AS new_rows", "SELECT *, 1 AS d FROM new_rows")
    + _trigger("delete", "OLD TABLE AS old_rows", "SELECT *, -1 AS d FROM old_rows")
    + _trigger(
        "update",
        "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "SELECT *, 1 AS d FROM new_rows UNION ALL SELECT *, -1 FROM old_rows",
    )
    + FORGETTING
)

NO_TRIGGERS = (
    "".join(
        f"DROP TRIGGER contacts_summaries_{event} ON contacts_contact; DROP FUNCTION contacts_summarise_on_{event}();"
        for event in ("insert", "delete", "update")
    )
    + "DROP TRIGGER contacts_summaries_truncate ON contacts_contact; DROP FUNCTION contacts_forget_summaries();"
)

COUNT = f"""
    INSERT INTO contacts_summary (field, bucket, n) {summaries_of("SELECT *, 1 AS d FROM contacts_contact")};
"""  # noqa: S608

# Small, rewritten all day: vacuum it early.
EARLY_VACUUM = """
    ALTER TABLE contacts_summarydelta SET (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);
"""
DEFAULT_VACUUM = """
    ALTER TABLE contacts_summarydelta RESET (autovacuum_vacuum_threshold, autovacuum_vacuum_scale_factor);
"""


def _id() -> tuple[str, models.Field]:
    return (
        "id",
        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
    )


class Migration(migrations.Migration):
    dependencies = [("contacts", "0014_notes")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '15s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Summary",
            fields=[
                _id(),
                ("field", models.CharField(max_length=63)),
                ("bucket", models.DateField(null=True)),
                ("n", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("field", "bucket"), name="contacts_summary_unique", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SummaryDelta",
            fields=[
                _id(),
                ("field", models.CharField(max_length=63)),
                ("bucket", models.DateField(null=True)),
                ("d", models.BigIntegerField()),
            ],
        ),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(fields=["actor", "-id"], name="contacts_operation_of_actor"),
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.RunSQL(EARLY_VACUUM, DEFAULT_VACUUM),
        migrations.RunSQL(COUNT, "DELETE FROM contacts_summary"),
    ]
