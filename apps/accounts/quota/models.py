"""The tables of the ledger. docs/decisions/0011-quota-ledger.md says why they are as they are."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class QuotaAccount(models.Model):
    """One person's ledger: the row that is locked while anything in it changes.

    `balance` and `entry_count` are kept by the database, entry by entry, and refuse to be set by hand.
    """

    user = models.OneToOneField("accounts.AdminUser", primary_key=True, on_delete=models.PROTECT)
    balance = models.BigIntegerField(db_default=0)
    entry_count = models.BigIntegerField(db_default=0)

    class Meta:
        db_table = "accounts_quota_account"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(balance__gte=0), name="accounts_quota_account_balance_not_negative"
            ),
        ]


class QuotaBucket(models.Model):
    """What may be drawn on: a calendar month's allowance, or a credit.

    `balance`, `used` (reserved and spent) and `spent` are kept by the database from the entries. `correction` is what
    admins gave or took by hand. While open and not unlimited, balance = max(0, allowance + correction - used);
    else it is 0.
    """

    class Kind(models.TextChoices):
        MONTH = "month", "Month"
        CREDIT = "credit", "Credit"

    account = models.ForeignKey(
        QuotaAccount, on_delete=models.PROTECT, db_column="user_id", related_name="buckets"
    )
    kind = models.CharField(max_length=8, choices=Kind)
    month = models.DateField(null=True, help_text="The first day of it; of a month only.")
    zone = models.CharField(max_length=64, default="", help_text="In which the month began for the person.")
    allowance = models.BigIntegerField(help_text="Contacts; -1 = unlimited.")
    correction = models.BigIntegerField(db_default=0)
    used = models.BigIntegerField(db_default=0)
    spent = models.BigIntegerField(db_default=0)
    balance = models.BigIntegerField(db_default=0)
    reason = models.CharField(max_length=200, default="")
    reference = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, help_text="Of a credit: from then on it is worth nothing.")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_quota_bucket"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(balance__gte=0), name="accounts_quota_balance_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(spent__gte=0) & models.Q(used__gte=models.F("spent")),
                name="accounts_quota_spent_was_reserved",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="month", month__isnull=False, expires_at=None, allowance__gte=-1)
                | models.Q(kind="credit", month=None, allowance__gte=1),
                name="accounts_quota_bucket_is_month_or_credit",
            ),
            models.UniqueConstraint(
                fields=["account", "month"],
                condition=models.Q(kind="month"),
                name="accounts_quota_one_allowance_a_month",
            ),
            models.UniqueConstraint(
                fields=["account", "reference"],
                condition=models.Q(kind="credit"),
                name="accounts_quota_one_credit_of_a_reference",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account"], condition=models.Q(closed_at=None), name="accounts_quota_bucket_open"
            ),
            models.Index(
                fields=["expires_at"], condition=models.Q(closed_at=None), name="accounts_quota_bucket_expiry"
            ),
        ]


class QuotaReservation(models.Model):
    """Contacts that are held for one download until it is done, given up, or forgotten."""

    class State(models.TextChoices):
        OPEN = "open", _("Held")
        SPENT = "spent", _("Downloaded")
        RELEASED = "released", _("Given back")

    account = models.ForeignKey(
        QuotaAccount, on_delete=models.PROTECT, db_column="user_id", related_name="reservations"
    )
    reference = models.CharField(max_length=100)
    amount = models.BigIntegerField()
    spent = models.BigIntegerField(db_default=0)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(help_text="Who has not finished it by then has forgotten it.")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_quota_reservation"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gte=1, spent__gte=0, spent__lte=models.F("amount")),
                name="accounts_quota_reservation_amounts",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", spent=0, finished_at=None)
                | models.Q(state="spent", spent__gte=1, finished_at__isnull=False)
                | models.Q(state="released", spent=0, finished_at__isnull=False),
                name="accounts_quota_reservation_state",
            ),
            # What was given back is in nobody's way: the same download may be tried again.
            models.UniqueConstraint(
                fields=["account", "reference"],
                condition=~models.Q(state="released"),
                name="accounts_quota_one_reservation_of_a_reference",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=models.Q(state="open"),
                name="accounts_quota_reserved_open",
            ),
        ]


class QuotaEntry(models.Model):
    """One line of the ledger; it is never changed or removed.

    `amount` is how many contacts it is about, `change` what it does to the balance: 0 for a spend, whose contacts left
    the balance when they were reserved. `number`, `balance` (of the bucket) and `total` (of the person) are set by the
    database, whatever is given. People are numbers here: an entry outlives them.
    """

    class Kind(models.TextChoices):
        GRANT = "grant", _("Granted")
        RESERVE = "reserve", _("Reserved")
        SPEND = "spend", _("Downloaded")
        RELEASE = "release", _("Given back")
        EXPIRE = "expire", _("Expired")
        ADJUST = "adjust", _("Adjusted")

    account = models.ForeignKey(
        QuotaAccount, on_delete=models.PROTECT, db_column="user_id", related_name="entries", db_index=False
    )
    bucket = models.ForeignKey(QuotaBucket, on_delete=models.PROTECT, related_name="entries", db_index=False)
    reservation = models.ForeignKey(
        QuotaReservation, on_delete=models.PROTECT, null=True, related_name="entries", db_index=False
    )
    number = models.BigIntegerField(db_default=0, help_text="1, 2, 3 … of this person's entries.")
    kind = models.CharField(max_length=8, choices=Kind)
    amount = models.BigIntegerField()
    change = models.BigIntegerField()
    balance = models.BigIntegerField(db_default=0)
    total = models.BigIntegerField(db_default=0)
    month = models.DateField(help_text="The person's month in which it was written: its first day.")
    at = models.DateTimeField(db_default=Now())
    reason = models.CharField(max_length=200, default="", db_default="")
    actor_id = models.BigIntegerField(null=True, help_text="Who did it; null: the product itself.")
    reference = models.CharField(max_length=100)

    class Meta:
        db_table = "accounts_quota_entry"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gte=0)
                & (
                    models.Q(kind="grant", change__in=[0, models.F("amount")])
                    | models.Q(kind="reserve", change__in=[0, -models.F("amount")])
                    | models.Q(kind="spend", change=0)
                    | models.Q(kind="release", change__gte=0, change__lte=models.F("amount"))
                    | models.Q(kind="expire", change=-models.F("amount"))
                    | models.Q(kind="adjust", change__in=[models.F("amount"), -models.F("amount")])
                ),
                name="accounts_quota_entry_change_fits_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=["reserve", "spend", "release"], reservation__isnull=False, amount__gte=1
                )
                | models.Q(kind__in=["grant", "expire", "adjust"], reservation=None),
                name="accounts_quota_entry_reservation_fits_kind",
            ),
            models.UniqueConstraint(fields=["account", "number"], name="accounts_quota_entry_numbered"),
            models.UniqueConstraint(
                fields=["bucket"], condition=models.Q(kind="grant"), name="accounts_quota_granted_once"
            ),
            models.UniqueConstraint(
                fields=["reservation", "bucket", "kind"],
                condition=models.Q(reservation__isnull=False),
                name="accounts_quota_entry_once_a_reservation",
            ),
            models.UniqueConstraint(
                fields=["account", "reference"],
                condition=models.Q(kind="adjust"),
                name="accounts_quota_adjusted_once",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "month", "number"], name="accounts_quota_entry_of_month"),
            models.Index(fields=["bucket", "number"], name="accounts_quota_entry_of_bucket"),
        ]


class QuotaReconciliation(models.Model):
    """That the whole ledger was added up, and how much of it did not agree."""

    at = models.DateTimeField(db_default=Now())
    entry_count = models.BigIntegerField()
    finding_count = models.IntegerField()

    class Meta:
        db_table = "accounts_quota_reconciliation"
