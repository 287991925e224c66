"""How many contacts hold each value of a faceted field: the option lists and the cheap exact counts."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F

from apps.contacts.folding import Fold

ALL_CONTACTS = ""  # the field name under which the number of all contacts is kept, with the value ""


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
