"""Views that are deleted can be brought back; meanwhile their names are free."""

from django.db import migrations, models
from django.db.models.functions import Lower

NAME = "contacts_savedview_name_unique"


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
    ]
