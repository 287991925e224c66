"""A record as it was on a day: read-only, with what differs from today marked."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from apps.accounts.access import Access, Capability
from apps.contacts.fields import CUSTOM, FIELDS
from apps.contacts.history.as_of import Was, contact_as_of
from apps.contacts.history.queries import timeline
from apps.contacts.pages.addresses import Origin
from apps.contacts.pages.record import Heading, groups_of, heading, shown_custom
from apps.contacts.queries import readable_values

_MOST_DAYS = 200
EARLIEST = date(1970, 1, 2)


@dataclass(frozen=True, slots=True)
class Asked:
    """The day somebody asked for; None: it was no day, and `raw` is what they wrote."""

    day: date | None
    raw: str


def asked_day(raw: str) -> Asked:
    """A day that has begun, where the person is, from 1970 on."""
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        return Asked(None, raw)
    return Asked(day if EARLIEST <= day <= timezone.localdate() else None, raw)


def end_of(day: date) -> datetime:
    """The last moment of a day where the person is."""
    midnight = datetime.combine(day + timedelta(days=1), time.min, timezone.get_current_timezone())
    return midnight - timedelta(microseconds=1)


def past_record(contact_id: int, day: date, origin: Origin, access: Access) -> dict[str, Any] | None:
    """What the page shows; None when there is no such contact for this person."""
    found = readable_values([contact_id], [*FIELDS, CUSTOM], access)
    today = found[0] if found else None
    if today is None and not access.can(Capability.DELETE):
        return None  # what is in the trash is for those who may look there
    past = contact_as_of(contact_id, end_of(day), access)
    changes = timeline(contact_id, access, _MOST_DAYS)
    if today is None and not changes:
        return None
    days = sorted({timezone.localdate(change.when) for change in changes})
    groups = groups_of(past.values, access, today) if past.was is Was.THERE else []
    return {
        "contact": _heading(contact_id, past.values or today, origin),
        "was": str(past.was),
        "day": day,
        "latest": timezone.localdate(),
        "is_gone_today": today is None,
        "groups": [group for group in groups if not group.is_empty],
        "unknown": [group for group in groups if group.is_empty],
        "custom": shown_custom(past.values),
        "custom_differs": today is not None and past.values.get(CUSTOM) != today.get(CUSTOM),
        "differing": sum(each.is_different for group in groups for each in group.entries),
        "earlier": max((each for each in days if each < day), default=None),
        "later": min((each for each in days if each > day), default=None),
    }


def _heading(contact_id: int, values: dict[str, Any] | None, origin: Origin) -> Heading:
    return heading({"version": 0, **(values or {}), "id": contact_id}, origin)
