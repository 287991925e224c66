"""Notes can be edited and deleted: how each read before is kept, in a table that is only added to."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ONLY_ADDED_TO = """
CREATE FUNCTION contacts_refuse_change_of_note_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Versions of notes can only be added to.' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER contacts_refuse_change_of_note_version
    BEFORE UPDATE OR DELETE ON contacts_noteversion
    FOR EACH ROW EXECUTE FUNCTION contacts_refuse_change_of_note_version();
"""
REVERSE = """
DROP TRIGGER contacts_refuse_change_of_note_version ON contacts_noteversion;
DROP FUNCTION contacts_refuse_change_of_note_version();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0013_filter_habits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("note", "key", models.UUIDField(editable=False, null=True)),
        migrations.AddField("note", "version", models.IntegerField(db_default=1, default=1)),
        migrations.AddField("note", "edited_at", models.DateTimeField(null=True)),
        migrations.AddField("note", "deleted_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "note",
            models.UniqueConstraint(fields=("contact", "author", "key"), name="contacts_note_once"),
        ),
        migrations.CreateModel(
            name="NoteVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.IntegerField()),
                ("text", models.TextField()),
                ("written_at", models.DateTimeField()),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="contacts.note",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("note", "version"), name="contacts_note_version_once")
                ],
            },
        ),
        migrations.RunSQL(ONLY_ADDED_TO, REVERSE),
    ]
