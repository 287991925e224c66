"""What each person filters by, kept for them alone."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_quota_entries_move_balances"),
        ("contacts", "0012_bulk_acts"),
    ]

    operations = [
        migrations.CreateModel(
            name="FilterHabits",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=models.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("pinned", models.JSONField(db_default=models.Value([], models.JSONField()), default=list)),
                ("recent", models.JSONField(db_default=models.Value([], models.JSONField()), default=list)),
            ],
        ),
    ]
