"""How many contacts hold each value of a faceted field, and, for the common values, which ones.

FacetValue and FacetDelta serve the option lists and the counts of single values; the bitmaps count any combination.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F

from apps.contacts.folding import Fold

ALL_CONTACTS = ""  # the field name under which the number of all contacts is kept, with the value ""
CHUNK = (
    4096  # contacts in a row of bits: half a kilobyte is cheap to write, and a million contacts are 244 rows
)


class FacetValue(models.Model):
    """A value and its number of contacts, but for what FacetDelta adds."""

    field = models.CharField(max_length=63)
    value = models.CharField(max_length=255)
    n = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["field", "value"], name="contacts_facetvalue_unique")]
        indexes = [
            models.Index(
                "field",
                Fold("value"),
                name="contacts_facet_folded",
            ),
            models.Index("field", F("n").desc(), name="contacts_facet_top"),
            GinIndex(
                F("field"),
                OpClass(
                    Fold("value"),
                    name="gin_trgm_ops",
                ),
                name="contacts_facet_text",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field}={self.value}: {self.n}"


class FacetDelta(models.Model):
    """A change of a count, appended by the triggers on contacts, so that no writer waits for another's counter."""

    field = models.CharField(max_length=63)
    value = models.CharField(max_length=255)
    d = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["field", "value"], name="contacts_facetdelta_value")]

    def __str__(self) -> str:
        return f"{self.field}={self.value}: {self.d:+}"


class FacetBitmap(models.Model):
    """A value so common that a bit is kept for each contact, in FacetBits; the value '' is an empty field."""

    field = models.CharField(max_length=63)
    value = models.CharField(max_length=255)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["field", "value"], name="contacts_facetbitmap_unique")]

    def __str__(self) -> str:
        return f"{self.field}={self.value}"


class BitsField(models.Field):
    """PostgreSQL's bit(n); written and read by SQL only."""

    def __init__(self, *args: Any, length: int, **options: Any) -> None:
        self.length = length
        super().__init__(*args, **options)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"length": self.length}

    def db_type(self, connection: Any) -> str:
        return f"bit({self.length})"


class FacetBits(models.Model):
    """Which of the contacts with ids from chunk * CHUNK on hold a bitmap's value; no row: none of them."""

    pk = models.CompositePrimaryKey("bitmap_id", "chunk")
    # No constraint in the database: it would look up the bitmap anew for each of a hundred thousand rows.
    bitmap = models.ForeignKey(
        FacetBitmap, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    chunk = models.IntegerField()
    bits = BitsField(length=CHUNK)

    def __str__(self) -> str:
        return f"bitmap {self.bitmap_id}, chunk {self.chunk}"


class FacetStale(models.Model):
    """A contact whose bits may be out of date, appended by the triggers: look at the contact itself instead."""

    contact_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"contact {self.contact_id}"
