"""Contacts that one statement deletes are logged by number: where they lay on the disk told of changes in columns that a
reader of the trash may not see."""

from django.db import migrations

_FUNCTION = """
CREATE OR REPLACE FUNCTION contacts_log_delete() RETURNS trigger LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    generated text[] := contacts_generated_columns();
BEGIN
    INSERT INTO contacts_change (operation_id, contact_id, action, before, version)
    SELECT (SELECT contacts_current_operation()), o.id, 'delete', to_jsonb(o) - generated, o.version
    FROM old_rows o{order};
    RETURN NULL;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0009_cleanup_of_option_lists")]

    operations = [
        migrations.RunSQL(_FUNCTION.replace("{order}", " ORDER BY o.id"), _FUNCTION.replace("{order}", "")),
    ]
