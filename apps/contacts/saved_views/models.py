"""Saved views of the contact list, and what each person keeps beside them: when they last looked, their own columns."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Density(models.TextChoices):
    """How high the rows are. Empty: as the person has it everywhere."""

    COMFORTABLE = "comfortable", _("Comfortable")
    COMPACT = "compact", _("Compact")


class SavedView(models.Model):
    """A search with its sort and page size, and how its list looks.

    It is its owner's alone until it is shared; then everybody sees it, and who may share views changes it. A
    deleted one is nobody's, until it is brought back with all that people keep beside it.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    name = models.CharField(max_length=80)
    query = models.TextField(blank=True, default="", help_text="The search as normal_query() writes it.")
    columns = models.JSONField(
        blank=True,
        default=list,
        help_text='In order: {"name": …, "width": pixels or null}; [] = those of everybody.',
    )
    density = models.CharField(max_length=16, blank=True, default="", choices=Density)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.IntegerField(default=1)  # one more with each save: who saves says which one they saw
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "owner",
                Lower("name"),
                condition=Q(deleted_at__isnull=True),
                name="contacts_savedview_name_unique",
            ),
            models.CheckConstraint(
                condition=Q(density__in=["", *Density.values]), name="contacts_savedview_density_known"
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(is_shared=True), name="contacts_savedview_shared")]

    def __str__(self) -> str:
        return self.name


class ViewVisit(models.Model):
    """A view to a person: when they last opened it, up to which contact, its place, whether they start with it."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(null=True)
    seen_up_to = models.BigIntegerField(null=True)  # the newest contact's id at that moment
    is_default = models.BooleanField(default=False)
    place = models.IntegerField(
        null=True
    )  # among their views; those without one come behind, as everybody has them

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "view"], name="contacts_viewvisit_unique"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(is_default=True), name="contacts_viewvisit_one_default"
            ),
        ]

    def __str__(self) -> str:
        return f"person {self.person_id}, view {self.view_id}"


class ListLayout(models.Model):
    """A person's own columns and row height: of a shared view, or (view is null) of the list without a view."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    view = models.ForeignKey(SavedView, null=True, on_delete=models.CASCADE, related_name="+")
    columns = models.JSONField(blank=True, default=list)  # as SavedView.columns
    density = models.CharField(max_length=16, blank=True, default="", choices=Density)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "view"], nulls_distinct=False, name="contacts_listlayout_unique"
            ),
            models.CheckConstraint(
                condition=Q(density__in=["", *Density.values]), name="contacts_listlayout_density_known"
            ),
        ]

    def __str__(self) -> str:
        return f"person {self.person_id}, view {self.view_id}"
