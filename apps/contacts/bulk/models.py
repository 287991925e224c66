"""An act on many contacts: what is done, by whom, to which contacts, and how far it is."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse

from apps.contacts.history.models import Operation


class BulkAct(models.Model):
    """One act of one person on the contacts of its batches. `key` is the page's that asked for it: it is done once."""

    class Kind(models.TextChoices):
        SET = "set", "Set"
        ADD = "add", "Add"
        REMOVE = "remove", "Remove"
        DELETE = "delete", "Delete"
        UNDO = "undo", "Undo"  # of what its operation undoes

    class Status(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"
        REFUSED = "refused", "Refused"  # the person's rights were changed meanwhile, or what it sets is gone

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=Kind)
    field = models.CharField(max_length=63, blank=True, help_text="Empty for a deletion and an undo.")
    value = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    reason = models.CharField(max_length=500, blank=True)
    query = models.TextField(blank=True, help_text="The list that it was asked from, to lead back there.")
    selected = models.IntegerField(help_text="How many contacts the person agreed to.")
    status = models.CharField(max_length=16, choices=Status, default=Status.RUNNING)
    # None until something is changed, and when nothing had to be.
    operation = models.ForeignKey(Operation, null=True, on_delete=models.PROTECT, related_name="+")
    job_id = models.BigIntegerField(
        null=True, help_text="Its number in the queue, when it is not done at once."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="contacts_bulkact_key_unique")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("undo_status" if self.is_undo else "bulk_status", args=[self.pk])

    @property
    def is_undo(self) -> bool:
        return self.kind == self.Kind.UNDO

    @property
    def is_over(self) -> bool:
        return self.status != self.Status.RUNNING


class BulkBatch(models.Model):
    """Some of an act's contacts. Once done it holds what became of them, and no ids any more: the log has those."""

    act = models.ForeignKey(BulkAct, on_delete=models.CASCADE, related_name="batches")
    number = models.IntegerField()
    contacts = ArrayField(models.BigIntegerField())
    size = models.IntegerField()
    changed = models.IntegerField(default=0, db_default=0)
    unchanged = models.IntegerField(default=0, db_default=0)
    refused = models.IntegerField(default=0, db_default=0)
    gone = models.IntegerField(default=0, db_default=0)
    is_done = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["act", "number"], name="contacts_bulkbatch_number_unique"),
            models.CheckConstraint(
                condition=models.Q(is_done=False)
                | models.Q(
                    size=models.F("changed") + models.F("unchanged") + models.F("refused") + models.F("gone")
                ),
                name="contacts_bulkbatch_balances",
            ),
        ]

    def __str__(self) -> str:
        return f"Batch {self.number} of act {self.act_id}"
