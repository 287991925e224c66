"""Warning on create: who may already be in the database under the same e-mail, LinkedIn page or contact id."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, Value
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from apps.accounts.access import Access
from apps.contacts.folding import LinkedinPath
from apps.contacts.pages.table import name_of
from apps.contacts.queries import readable_values, visible_to

MOST = 10
_REASONS = {
    "email": gettext_noop("Same e-mail"),
    "person_linkedin_url": gettext_noop("Same LinkedIn page"),
    "contact_id": gettext_noop("Same contact id"),
}


@dataclass(frozen=True, slots=True)
class Duplicate:
    id: int
    href: str
    name: str
    reason: str


def duplicates_of(values: Mapping[str, Any], access: Access) -> list[Duplicate]:
    """Contacts that share an identity key with the values, as far as this person may read that key."""
    found: list[Duplicate] = []
    for name, reason in _REASONS.items():
        if values.get(name) and access.can_read(name):
            ids = visible_to(access).filter(_same(name, values[name])).values_list("pk", flat=True)[:MOST]
            shown = readable_values(ids, ("first_name", "last_name", "email", "company"), access)
            found += [
                Duplicate(
                    row["id"], reverse("contact_detail", args=[row["id"]]), name_of(row), gettext(reason)
                )
                for row in shown
            ]
    return found


def _same(name: str, value: str) -> Q:
    if name == "person_linkedin_url":
        return Q(Exact(F("linkedin_path"), LinkedinPath(Value(value)))) & ~Q(linkedin_path="")
    return Q((name, value))
