"""What each person filters by: the groups they pinned to the top of the panel, and their latest filters."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class FilterHabits(models.Model):
    """`pinned` is a list of keys of groups; `recent` of [parameter, [value, …]], the latest first, as it was asked for.

    Neither says what its person may read: that is asked afresh whenever they are shown.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    pinned = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    recent = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))

    objects: ClassVar[models.Manager["FilterHabits"]] = models.Manager()

    def __str__(self) -> str:
        return f"Filters of person {self.person_id}"
