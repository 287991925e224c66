"""The language that a person chose; '' is what their browser says."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_quota_entries_move_balances")]

    operations = [
        migrations.AddField(
            model_name="adminuser",
            name="language",
            field=models.CharField(
                blank=True,
                # In the database too: while a new version comes up, the old one still adds people.
                db_default="",
                default="",
                help_text="Empty = as the browser says.",
                max_length=16,
            ),
        ),
    ]
