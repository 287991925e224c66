"""Views that are deleted can be brought back; meanwhile their names are free."""

from django.db import migrations, models
from django.db.models.functions import Lower

NAME = "contacts_savedview_name_unique"
# On the way back: else deleted views would be there again, some under a name that is taken.
GONE_FOR_GOOD = """
    SET CONSTRAINTS ALL IMMEDIATE;
    DELETE FROM contacts_viewvisit t USING contacts_savedview v WHERE v.id = t.view_id AND v.deleted_at IS NOT NULL;
    DELETE FROM contacts_listlayout l USING contacts_savedview v WHERE v.id = l.view_id AND v.deleted_at IS NOT NULL;
    DELETE FROM contacts_savedview WHERE deleted_at IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0016_order_of_views")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '15s'", migrations.RunSQL.noop),
        migrations.AddField("savedview", "deleted_at", models.DateTimeField(null=True)),
        migrations.RemoveConstraint("savedview", NAME),
        migrations.AddConstraint(
            "savedview",
            models.UniqueConstraint(
                models.F("owner"), Lower("name"), condition=models.Q(deleted_at__isnull=True), name=NAME
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, GONE_FOR_GOOD),
    ]
