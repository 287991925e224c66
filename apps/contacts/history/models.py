"""The operation log: who did what to contacts, when and why, and what each value was before."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Operation(models.Model):
    """One act on contacts. Every change belongs to one."""

    class Kind(models.TextChoices):
        CREATE = "create", _("Created")
        EDIT = "edit", _("Edited")
        BULK_EDIT = "bulk_edit", _("Bulk edit")
        IMPORT = "import", _("Import")
        MERGE = "merge", _("Merge")
        DELETE = "delete", _("Deleted")
        RESTORE = "restore", _("Restored")
        UNDO = "undo", _("Undo")
        SEED = "seed", _("Demo data")
        DATABASE = "database", _("Changed in the database")  # a write that named no operation

    kind = models.CharField(max_length=16, choices=Kind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True, default="", db_default="")
    request_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    counts = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    undoes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="undone_by")
    # It undid that operation as a whole, and not only one contact's part or one value of it.
    undoes_all = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        indexes = [
            models.Index(fields=["-created_at"], name="contacts_operation_latest"),
            models.Index(fields=["actor", "-id"], name="contacts_operation_of_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("operation_detail", args=[self.pk])


class Change(models.Model):
    """What one operation did to one contact; written only by the triggers on contacts.

    update: `before` and `after` hold the changed columns. delete: `before` holds the whole row. insert: neither.
    `version` is the contact's version after the change (for a delete: its last).
    """

    class Action(models.TextChoices):
        INSERT = "insert", _("Created")
        UPDATE = "update", _("Changed")
        DELETE = "delete", _("Deleted")

    # No constraint: only the triggers write here, they look the operation up once a statement, and a check for each row
    # would cost more than writing the row does.
    operation = models.ForeignKey(
        Operation, on_delete=models.PROTECT, related_name="changes", db_index=False, db_constraint=False
    )
    contact_id = models.BigIntegerField()
    action = models.CharField(max_length=8, choices=Action)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    version = models.IntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["contact_id", "-id"], name="contacts_change_of_contact"),
            models.Index(fields=["operation", "id"], name="contacts_change_of_operation"),
            models.Index(F("id").desc(), condition=Q(action="delete"), name="contacts_change_deletes"),
        ]

    def __str__(self) -> str:
        return f"{self.action} of contact {self.contact_id}"


class KeptValue(models.Model):
    """What an undo left as it was, since somebody changed it in the meantime or it could not go back."""

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="kept_values")
    contact_id = models.BigIntegerField()
    field = models.CharField(max_length=63, blank=True, help_text="Empty: the whole contact.")
    reason = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.field or 'contact'} of {self.contact_id}: {self.reason}"
