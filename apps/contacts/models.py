"""The contact database: contacts and the industries they belong to."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower, NullIf
from django.urls import reverse

from apps.contacts.bulk.models import BulkAct, BulkBatch
from apps.contacts.dashboard.models import Summary, SummaryDelta
from apps.contacts.facets.models import FacetBitmap, FacetBits, FacetDelta, FacetStale, FacetValue
from apps.contacts.fields import EMAIL_STATUSES, FIELDS, TEXT_KINDS
from apps.contacts.filter_habits.models import FilterHabits
from apps.contacts.folding import Fold
from apps.contacts.history.models import Change, KeptValue, Operation
from apps.contacts.notes.models import Note, NoteVersion
from apps.contacts.phones import E164, PHONES, phone_key, place_of
from apps.contacts.saved_views.models import ListLayout, SavedView, ViewVisit

__all__ = [
    "BulkAct",
    "BulkBatch",
    "Change",
    "Contact",
    "FacetBitmap",
    "FacetBits",
    "FacetDelta",
    "FacetStale",
    "FacetValue",
    "FilterHabits",
    "Industry",
    "KeptValue",
    "ListLayout",
    "Note",
    "NoteVersion",
    "Operation",
    "SavedView",
    "Summary",
    "SummaryDelta",
    "ViewVisit",
]


def sort_key(name: str) -> Any:
    """What a column sorts by; NULL stands for empty, so that empty values come last in both directions."""
    if FIELDS[name].kind in TEXT_KINDS:
        return NullIf(Fold(F(name)), models.Value("", models.TextField()))
    return F(name)


class Industry(models.Model):
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "industries"
        constraints = [models.UniqueConstraint(Lower("name"), name="contacts_industry_name_unique")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("industry_edit", args=[self.pk])


def _text(max_length: int = 255) -> "models.CharField[str, str]":
    return models.CharField(max_length=max_length, blank=True, default="", db_default="")


def _texts() -> "ArrayField[list[str], list[str]]":
    return ArrayField(
        models.CharField(max_length=255),
        blank=True,
        default=list,
        db_default=models.Value([], ArrayField(models.CharField(max_length=255))),
    )


def _whole_number() -> "models.BigIntegerField[int | None, int | None]":
    return models.BigIntegerField(null=True, blank=True, validators=[MinValueValidator(0)])


def _e164(phone: str) -> "models.GeneratedField":
    return models.GeneratedField(
        expression=E164(F(phone), *map(F, place_of(phone))),
        output_field=models.CharField(max_length=16),
        db_persist=True,
    )


class Contact(models.Model):
    """One person. What each field means to people and to imports is in fields.py.

    version and updated_at are set by a database trigger, so that bulk SQL counts too. Deleting removes the row; the
    operation log keeps it for a restore.
    """

    first_name = _text()
    last_name = _text()
    title = _text()
    seniority = _text()
    departments = _texts()

    email = _text(254)
    email_status = _text()
    primary_email_catch_all_status = _text()

    work_direct_phone = _text()
    home_phone = _text()
    mobile_phone = _text()
    corporate_phone = _text()
    other_phone = _text()

    company = _text()
    company_name_for_emails = _text()
    industry = models.ForeignKey(
        Industry, null=True, blank=True, on_delete=models.PROTECT, db_index=False, related_name="contacts"
    )
    employees = models.IntegerField(null=True, blank=True, validators=[MinValueValidator(0)])
    keywords = _texts()
    technologies = _texts()
    website = _text(1000)

    annual_revenue = _whole_number()
    total_funding = _whole_number()
    latest_funding = _text()
    latest_funding_amount = _whole_number()
    last_raised_at = models.DateField(null=True, blank=True)

    city = _text()
    state = _text()
    country = _text()
    company_address = _text(500)
    company_city = _text()
    company_state = _text()
    company_country = _text()
    company_phone = _text()

    person_linkedin_url = _text(1000)
    company_linkedin_url = _text(1000)
    facebook_url = _text(1000)
    twitter_url = _text(1000)

    stage = _text()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="contacts",
    )
    tags = _texts()
    last_contacted_at = models.DateTimeField(null=True, blank=True)

    contact_id = _text()
    account_id = _text()

    source = _text()
    lawful_basis = _text()
    collected_at = models.DateField(null=True, blank=True)
    do_not_contact = models.BooleanField(default=False, db_default=False)
    import_id = models.BigIntegerField(null=True, blank=True, editable=False)

    custom = models.JSONField(blank=True, default=dict, db_default=models.Value({}, models.JSONField()))
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)
    updated_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)
    version = models.IntegerField(default=1, db_default=1, editable=False)

    linkedin_path = models.GeneratedField(
        expression=Func(F("person_linkedin_url"), function="a360_linkedin_path"),
        output_field=models.CharField(max_length=1000),
        db_persist=True,
    )
    # Beside each phone; read under the phone's own right (queries.readable_values).
    work_direct_phone_e164 = _e164("work_direct_phone")
    mobile_phone_e164 = _e164("mobile_phone")
    home_phone_e164 = _e164("home_phone")
    corporate_phone_e164 = _e164("corporate_phone")
    other_phone_e164 = _e164("other_phone")
    company_phone_e164 = _e164("company_phone")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email"], condition=~Q(email=""), name="contacts_contact_email_unique"
            ),
            models.UniqueConstraint(
                fields=["linkedin_path"],
                condition=~Q(linkedin_path=""),
                name="contacts_contact_linkedin_unique",
            ),
            models.UniqueConstraint(
                fields=["contact_id"], condition=~Q(contact_id=""), name="contacts_contact_contact_id_unique"
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="contacts_contact_email_lower"),
            # The bitmaps have a place for each id from 0 on.
            models.CheckConstraint(condition=Q(id__gt=0), name="contacts_contact_id_positive"),
            models.CheckConstraint(
                condition=Q(email_status__in=["", *EMAIL_STATUSES]),
                name="contacts_contact_email_status_known",
            ),
            models.CheckConstraint(
                condition=Q(employees__isnull=True) | Q(employees__gte=0),
                name="contacts_contact_employees_not_negative",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # One for each sortable column, ended by id: keyset pages cost the same at any depth.
            models.Index(sort_key("last_name"), Fold(F("first_name")), "id", name="contacts_by_name"),
            *(
                models.Index(sort_key(field.name), "id", name=f"contacts_by_{field.name}")
                for field in FIELDS.values()
                if field.sortable and field.name != "last_name"
            ),
            # A number in whatever spelling. Most phones are empty, and not in it.
            *(
                models.Index(phone_key(name), condition=Q((f"{name}__gt", "")), name=f"contacts_{name}_key")
                for name in PHONES
            ),
            # The contacts that an import brought.
            models.Index(
                fields=["import_id", "id"], condition=Q(import_id__isnull=False), name="contacts_import"
            ),
            # Few, and asked for as such.
            models.Index(fields=["id"], condition=Q(do_not_contact=True), name="contacts_do_not_contact"),
            # Substrings, a column of its own for each field, so that a search reads only what its user may see.
            GinIndex(
                *(
                    OpClass(Fold(F(field.name)), name="gin_trgm_ops")
                    for field in FIELDS.values()
                    if field.searchable
                ),
                name="contacts_text",
            ),
            GinIndex(
                fields=[
                    "seniority",
                    "departments",
                    "email_status",
                    "stage",
                    "industry",
                    "owner",
                    "title",
                    "company",
                    "city",
                    "state",
                    "country",
                    "latest_funding",
                    "source",
                    "keywords",
                    "technologies",
                    "tags",
                ],
                name="contacts_filters",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or f"Contact {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("contact_detail", args=[self.pk])
