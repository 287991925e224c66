"""Each person's own order of the tabs."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0015_summaries")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '15s'", migrations.RunSQL.noop),
        migrations.AddField("viewvisit", "place", models.IntegerField(null=True)),
    ]
