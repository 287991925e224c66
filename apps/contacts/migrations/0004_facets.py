"""The triggers that keep the counts of facet values: each statement appends its differences, nobody waits."""

from django.db import migrations

from apps.contacts.facets.pairs import pairs_of


def _trigger(event: str, tables: str, rows: str) -> str:
    return f"""
        CREATE FUNCTION contacts_count_facets_on_{event}() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            INSERT INTO contacts_facetdelta (field, value, d)
            SELECT pair.field, pair.value, sum(touched.d)
            FROM ({rows}) touched CROSS JOIN LATERAL {pairs_of("touched")}
            WHERE pair.value <> '' OR pair.field = ''
            GROUP BY pair.field, pair.value HAVING sum(touched.d) <> 0;
            RETURN NULL;
        END $body$;
        CREATE TRIGGER contacts_facets_{event} AFTER {event.upper()} ON contacts_contact REFERENCING {tables}
            FOR EACH STATEMENT EXECUTE FUNCTION contacts_count_facets_on_{event}();
    """  # noqa: S608


TRIGGERS = (
    _trigger("insert", "NEW TABLE AS new_rows", "SELECT *, 1 AS d FROM new_rows")
    + _trigger("delete", "OLD TABLE AS old_rows", "SELECT *, -1 AS d FROM old_rows")
    + _trigger(
        "update",
        "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "SELECT *, 1 AS d FROM new_rows UNION ALL SELECT *, -1 FROM old_rows",
    )
)

NO_TRIGGERS = "".join(
    f"DROP TRIGGER contacts_facets_{event} ON contacts_contact; DROP FUNCTION contacts_count_facets_on_{event}();"
    for event in ("insert", "delete", "update")
)


class Migration(migrations.Migration):
    dependencies = [("contacts", "0003_operation_log")]
    operations = [
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        # Small, rewritten all day: vacuum it early.
        migrations.RunSQL(
            "ALTER TABLE contacts_facetdelta SET (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0)",
            "ALTER TABLE contacts_facetdelta RESET (autovacuum_vacuum_threshold, autovacuum_vacuum_scale_factor)",
        ),
    ]
