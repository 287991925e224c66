"""Errors of one kind, from one place, told once and counted."""

from django.db import models


class ErrorGroup(models.Model):
    """Written by record.py in one statement; people only mark it as resolved."""

    fingerprint = models.CharField(max_length=32, unique=True)
    exception_type = models.CharField(max_length=200)
    module = models.CharField(max_length=200)
    function = models.CharField(max_length=200)
    line = models.PositiveIntegerField()
    where = models.CharField(max_length=300, help_text="The route of the request, or the task of the job.")
    stack = models.TextField(help_text="Types and frames, without messages and values.")
    count = models.PositiveBigIntegerField(default=1)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    last_request_id = models.CharField(max_length=64, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # The page's order, the newest first.
            models.Index(models.F("last_seen").desc(), models.F("id").desc(), name="core_errorgroup_newest"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(count__gte=1), name="core_errorgroup_counted"),
            models.CheckConstraint(
                condition=models.Q(last_seen__gte=models.F("first_seen")), name="core_errorgroup_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exception_type} in {self.module}.{self.function}"
