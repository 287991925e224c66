"""What a person decides about themself: their name, and how the product looks for them."""

from typing import Any, TypedDict, Unpack

from django.db import transaction

from apps.accounts.models import AdminUser
from apps.accounts.security_log.log import Kind, record_event


class Preferences(TypedDict, total=False):
    name: str
    language: str
    time_zone: str
    theme: str
    density: str
    start_page: str


def save_preferences(person: AdminUser, **values: Unpack[Preferences]) -> None:
    """Write what is given and nothing else of the person. A new name is in the security log; looks are not."""
    given: dict[str, Any] = dict(values)
    with transaction.atomic():
        is_renamed = "name" in given and given["name"] != person.name
        for name, value in given.items():
            setattr(person, name, value)
        person.save(update_fields=list(given))
        if is_renamed:
            record_event(Kind.EDITED, actor_id=person.pk, subject_id=person.pk, details={"fields": ["name"]})
