"""Counts of contacts by what is missing and by when, for the dashboard."""

from django.db import models


class Summary(models.Model):
    """How many contacts a figure has in a bucket, but for what SummaryDelta adds.

    `field` is a figure of summaries.py, which also says when a bucket begins; None stands for an empty field.
    """

    field = models.CharField(max_length=63)
    bucket = models.DateTimeField(null=True)
    n = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["field", "bucket"], nulls_distinct=False, name="contacts_summary_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.field} {self.bucket or 'empty'}: {self.n}"


class SummaryDelta(models.Model):
    """A change of a count, appended by the triggers on contacts, so that no writer waits for another's counter."""

    field = models.CharField(max_length=63)
    bucket = models.DateTimeField(null=True)
    d = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.field} {self.bucket or 'empty'}: {self.d:+}"
