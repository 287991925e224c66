"""Reading the security log, newest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from apps.accounts.models import AdminUser
from apps.accounts.security_log.models import SecurityEvent

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with the names of its people as they are today."""

    event: SecurityEvent
    actor: str  # "" when nobody was signed in, or the server did it
    subject: str

    @property
    def facts(self) -> list[tuple[str, str]]:
        return [(name.replace("_", " "), _in_words(value)) for name, value in self.event.details.items()]


@dataclass(frozen=True, slots=True)
class LogPage:
    entries: list[Entry]
    next_before: int | None  # the number to go on below; None on the last page


def log_page(*, person_id: int | None = None, kind: str = "", before: int | None = None) -> LogPage:
    """A page of entries in two queries: of everybody or about and by one person, of one kind or all, below a number."""
    events = SecurityEvent.objects.order_by("-pk")
    if person_id is not None:
        events = events.filter(Q(subject_id=person_id) | Q(actor_id=person_id))
    if kind:
        events = events.filter(kind=kind)
    if before is not None:
        events = events.filter(pk__lt=before)
    found = list(events[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return LogPage(_with_names(shown), shown[-1].pk if len(found) > PAGE_SIZE else None)


def _with_names(events: Iterable[SecurityEvent]) -> list[Entry]:
    events = list(events)
    ids = {pk for event in events for pk in (event.actor_id, event.subject_id) if pk is not None}
    names = {person.pk: person.display_name for person in AdminUser.objects.filter(pk__in=ids)}
    return [Entry(event, _name(event.actor_id, names), _name(event.subject_id, names)) for event in events]


def _name(pk: int | None, names: Mapping[int, str]) -> str:
    return "" if pk is None else names.get(pk, f"Person {pk}")


def _in_words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_in_words, value)) or "none"
    if isinstance(value, dict):
        return (
            "; ".join(f"{name.replace('_', ' ')} {_in_words(each)}" for name, each in value.items()) or "none"
        )
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
