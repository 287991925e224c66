"""The tables of the download ledger."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_keep_an_admin"),
    ]

    operations = [
        migrations.CreateModel(
            name="QuotaReconciliation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("entry_count", models.BigIntegerField()),
                ("finding_count", models.IntegerField()),
            ],
            options={
                "db_table": "accounts_quota_reconciliation",
            },
        ),
        migrations.CreateModel(
            name="QuotaAccount",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("balance", models.BigIntegerField(db_default=0)),
                ("entry_count", models.BigIntegerField(db_default=0)),
            ],
            options={
                "db_table": "accounts_quota_account",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("balance__gte", 0)),
                        name="accounts_quota_account_balance_not_negative",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QuotaBucket",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(choices=[("month", "Month"), ("credit", "Credit")], max_length=8)),
                ("month", models.DateField(help_text="The first day of it; of a month only.", null=True)),
                (
                    "zone",
                    models.CharField(
                        default="", help_text="In which the month began for the person.", max_length=64
                    ),
                ),
                ("allowance", models.BigIntegerField(help_text="Contacts; -1 = unlimited.")),
                ("correction", models.BigIntegerField(db_default=0)),
                ("used", models.BigIntegerField(db_default=0)),
                ("spent", models.BigIntegerField(db_default=0)),
                ("balance", models.BigIntegerField(db_default=0)),
                ("reason", models.CharField(default="", max_length=200)),
                ("reference", models.CharField(max_length=100)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "expires_at",
                    models.DateTimeField(
                        help_text="Of a credit: from then on it is worth nothing.", null=True
                    ),
                ),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_column="user_id",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="buckets",
                        to="accounts.quotaaccount",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_quota_bucket",
            },
        ),
        migrations.CreateModel(
            name="QuotaReservation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=100)),
                ("amount", models.BigIntegerField()),
                ("spent", models.BigIntegerField(db_default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Held"), ("spent", "Downloaded"), ("released", "Given back")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "expires_at",
                    models.DateTimeField(help_text="Who has not finished it by then has forgotten it."),
                ),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_column="user_id",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="accounts.quotaaccount",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_quota_reservation",
            },
        ),
        migrations.CreateModel(
            name="QuotaEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.BigIntegerField(db_default=0, help_text="1, 2, 3 … of this person's entries."),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("grant", "Granted"),
                            ("reserve", "Reserved"),
                            ("spend", "Downloaded"),
                            ("release", "Given back"),
                            ("expire", "Expired"),
                            ("adjust", "Adjusted"),
                        ],
                        max_length=8,
                    ),
                ),
                ("amount", models.BigIntegerField()),
                ("change", models.BigIntegerField()),
                ("balance", models.BigIntegerField(db_default=0)),
                ("total", models.BigIntegerField(db_default=0)),
                (
                    "month",
                    models.DateField(help_text="The person's month in which it was written: its first day."),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("reason", models.CharField(db_default="", default="", max_length=200)),
                (
                    "actor_id",
                    models.BigIntegerField(help_text="Who did it; null: the product itself.", null=True),
                ),
                ("reference", models.CharField(max_length=100)),
                (
                    "account",
                    models.ForeignKey(
                        db_column="user_id",
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="accounts.quotaaccount",
                    ),
                ),
                (
                    "bucket",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="accounts.quotabucket",
                    ),
                ),
                (
                    "reservation",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="accounts.quotareservation",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_quota_entry",
            },
        ),
        migrations.AddIndex(
            model_name="quotabucket",
            index=models.Index(
                condition=models.Q(("closed_at", None)), fields=["account"], name="accounts_quota_bucket_open"
            ),
        ),
        migrations.AddIndex(
            model_name="quotabucket",
            index=models.Index(
                condition=models.Q(("closed_at", None)),
                fields=["expires_at"],
                name="accounts_quota_bucket_expiry",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotabucket",
            constraint=models.CheckConstraint(
                condition=models.Q(("balance__gte", 0)), name="accounts_quota_balance_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="quotabucket",
            constraint=models.CheckConstraint(
                condition=models.Q(("spent__gte", 0), ("used__gte", models.F("spent"))),
                name="accounts_quota_spent_was_reserved",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotabucket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("allowance__gte", -1),
                        ("expires_at", None),
                        ("kind", "month"),
                        ("month__isnull", False),
                    ),
                    models.Q(("allowance__gte", 1), ("kind", "credit"), ("month", None)),
                    _connector="OR",
                ),
                name="accounts_quota_bucket_is_month_or_credit",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotabucket",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "month")),
                fields=("account", "month"),
                name="accounts_quota_one_allowance_a_month",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotabucket",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "credit")),
                fields=("account", "reference"),
                name="accounts_quota_one_credit_of_a_reference",
            ),
        ),
        migrations.AddIndex(
            model_name="quotareservation",
            index=models.Index(
                condition=models.Q(("state", "open")),
                fields=["expires_at"],
                name="accounts_quota_reserved_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotareservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 1), ("spent__gte", 0), ("spent__lte", models.F("amount"))),
                name="accounts_quota_reservation_amounts",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotareservation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at", None), ("spent", 0), ("state", "open")),
                    models.Q(("finished_at__isnull", False), ("spent__gte", 1), ("state", "spent")),
                    models.Q(("finished_at__isnull", False), ("spent", 0), ("state", "released")),
                    _connector="OR",
                ),
                name="accounts_quota_reservation_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotareservation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "released"), _negated=True),
                fields=("account", "reference"),
                name="accounts_quota_one_reservation_of_a_reference",
            ),
        ),
        migrations.AddIndex(
            model_name="quotaentry",
            index=models.Index(fields=["account", "month", "number"], name="accounts_quota_entry_of_month"),
        ),
        migrations.AddIndex(
            model_name="quotaentry",
            index=models.Index(fields=["bucket", "number"], name="accounts_quota_entry_of_bucket"),
        ),
        migrations.AddConstraint(
            model_name="quotaentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gte", 0),
                    models.Q(
                        models.Q(("change__in", [0, models.F("amount")]), ("kind", "grant")),
                        models.Q(
                            (
                                "change__in",
                                [
                                    0,
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("amount"), "*", models.Value(-1)
                                    ),
                                ],
                            ),
                            ("kind", "reserve"),
                        ),
                        models.Q(("change", 0), ("kind", "spend")),
                        models.Q(
                            ("change__gte", 0), ("change__lte", models.F("amount")), ("kind", "release")
                        ),
                        models.Q(
                            (
                                "change",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("amount"), "*", models.Value(-1)
                                ),
                            ),
                            ("kind", "expire"),
                        ),
                        models.Q(
                            (
                                "change__in",
                                [
                                    models.F("amount"),
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("amount"), "*", models.Value(-1)
                                    ),
                                ],
                            ),
                            ("kind", "adjust"),
                        ),
                        _connector="OR",
                    ),
                ),
                name="accounts_quota_entry_change_fits_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotaentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("amount__gte", 1),
                        ("kind__in", ["reserve", "spend", "release"]),
                        ("reservation__isnull", False),
                    ),
                    models.Q(("kind__in", ["grant", "expire", "adjust"]), ("reservation", None)),
                    _connector="OR",
                ),
                name="accounts_quota_entry_reservation_fits_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotaentry",
            constraint=models.UniqueConstraint(
                fields=("account", "number"), name="accounts_quota_entry_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="quotaentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "grant")), fields=("bucket",), name="accounts_quota_granted_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="quotaentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reservation__isnull", False)),
                fields=("reservation", "bucket", "kind"),
                name="accounts_quota_entry_once_a_reservation",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotaentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "adjust")),
                fields=("account", "reference"),
                name="accounts_quota_adjusted_once",
            ),
        ),
    ]
