"""The groups of errors nobody expected."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_rate_limits"),
    ]

    operations = [
        migrations.CreateModel(
            name="ErrorGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fingerprint", models.CharField(max_length=32, unique=True)),
                ("exception_type", models.CharField(max_length=200)),
                ("module", models.CharField(max_length=200)),
                ("function", models.CharField(max_length=200)),
                ("line", models.PositiveIntegerField()),
                (
                    "where",
                    models.CharField(
                        help_text="The route of the request, or the task of the job.", max_length=300
                    ),
                ),
                ("stack", models.TextField(help_text="Types and frames, without messages and values.")),
                ("count", models.PositiveBigIntegerField(default=1)),
                ("first_seen", models.DateTimeField()),
                ("last_seen", models.DateTimeField()),
                ("last_request_id", models.CharField(blank=True, max_length=64)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.OrderBy(models.F("last_seen"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="core_errorgroup_newest",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("count__gte", 1)), name="core_errorgroup_counted"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_seen__gte", models.F("first_seen"))),
                        name="core_errorgroup_in_order",
                    ),
                ],
            },
        ),
    ]
