"""Bitmaps of common values, and the triggers that say which contacts' bits are out of date."""

import django.db.models.deletion
from django.db import migrations, models

import apps.contacts.facets.models
from apps.contacts.facets.pairs import bit_columns


def _trigger(event: str, tables: str, rows: str) -> str:
    return f"""
        CREATE FUNCTION contacts_mark_stale_on_{event}() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            INSERT INTO contacts_facetstale (contact_id) {rows};
            RETURN NULL;
        END $body$;
        CREATE TRIGGER contacts_stale_{event} AFTER {event.upper()} ON contacts_contact REFERENCING {tables}
            FOR EACH STATEMENT EXECUTE FUNCTION contacts_mark_stale_on_{event}();
    """


_COLUMNS = bit_columns()
_CHANGED = f"""
    SELECT id FROM (SELECT id, {_COLUMNS} FROM new_rows EXCEPT SELECT id, {_COLUMNS} FROM old_rows) changed
"""  # noqa: S608

FORGETTING = """
        CREATE FUNCTION contacts_forget_facets() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            DELETE FROM contacts_facetvalue;
            DELETE FROM contacts_facetdelta;
            DELETE FROM contacts_facetbitmap;
            DELETE FROM contacts_facetbits;
            DELETE FROM contacts_facetstale;
            RETURN NULL;
        END $body$;
        CREATE TRIGGER contacts_facets_truncate AFTER TRUNCATE ON contacts_contact
            FOR EACH STATEMENT EXECUTE FUNCTION contacts_forget_facets();
"""

TRIGGERS = (
    _trigger("insert", "NEW TABLE AS new_rows", "SELECT id FROM new_rows")
    + _trigger("delete", "OLD TABLE AS old_rows", "SELECT id FROM old_rows")
    # Not a join: a plan kept from a small statement would pair the rows of a large one by a nested loop.
    + _trigger(
        "update",
        "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        _CHANGED,
    )
    + FORGETTING
)

NO_TRIGGERS = (
    "".join(
        f"DROP TRIGGER contacts_stale_{event} ON contacts_contact; DROP FUNCTION contacts_mark_stale_on_{event}();"
        for event in ("insert", "delete", "update")
    )
    + "DROP TRIGGER contacts_facets_truncate ON contacts_contact; DROP FUNCTION contacts_forget_facets();"
)

# Small, rewritten all day: vacuum it early.
EARLY_VACUUM = """
    ALTER TABLE contacts_facetstale SET (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);
"""
DEFAULT_VACUUM = """
    ALTER TABLE contacts_facetstale RESET (autovacuum_vacuum_threshold, autovacuum_vacuum_scale_factor);
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0004_facets")]
    operations = [
        migrations.CreateModel(
            name="FacetStale",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("contact_id", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="FacetBitmap",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("field", models.CharField(max_length=63)),
                ("value", models.CharField(max_length=255)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("field", "value"), name="contacts_facetbitmap_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="FacetBits",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "bitmap_id", "chunk", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("chunk", models.IntegerField()),
                ("bits", apps.contacts.facets.models.BitsField(length=4096)),
                (
                    "bitmap",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contacts.facetbitmap",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.RunSQL(EARLY_VACUUM, DEFAULT_VACUUM),
    ]
