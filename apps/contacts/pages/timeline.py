"""What happened to a contact and what was written about it, in one order, newest first."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts.access import Access
from apps.contacts.history.models import Operation
from apps.contacts.history.queries import Entry, timeline, timeline_counts
from apps.contacts.notes.queries import notes_of
from apps.contacts.pages.notes import ShownNote, shown_note

_BROUGHT_IN = (Operation.Kind.IMPORT, Operation.Kind.SEED)
_CHANGED = tuple(kind for kind in Operation.Kind if kind not in _BROUGHT_IN)


class Part(StrEnum):
    """What of it is shown."""

    ALL = "all"
    NOTES = "notes"
    CHANGES = "changes"
    IMPORTS = "imports"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a timeline. At one moment a note stands before operations, and what came later before the rest."""

    when: datetime
    is_note: bool
    number: int

    @classmethod
    def parse(cls, raw: str) -> "Place | None":
        """None for what is no place of a timeline."""
        when, kind, number = [*raw.split("~"), "", ""][:3]
        try:
            moment = datetime.fromisoformat(when)
            if moment.tzinfo is not None:
                moment = moment.astimezone(UTC)  # of the zones that Python reads PostgreSQL takes only some
        except (ValueError, OverflowError):
            return None
        is_number = number.isascii() and number.isdigit() and len(number) < 19
        if moment.tzinfo is None or kind not in {"note", "step"} or not is_number:
            return None
        return cls(moment, kind == "note", int(number))

    def __str__(self) -> str:
        return f"{self.when.isoformat()}~{'note' if self.is_note else 'step'}~{self.number}"


@dataclass(frozen=True, slots=True)
class Item:
    """A note, or what an operation did."""

    place: Place
    note: ShownNote | None = None
    step: Entry | None = None


@dataclass(frozen=True, slots=True)
class PartLink:
    name: str
    label: str
    number: int
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    items: list[Item]
    part: Part
    parts: list[PartLink]
    older: Place | None  # what comes after the last of the items is behind this


def timeline_of(contact_id: int, access: Access, part: Part, before: Place | None, limit: int) -> Timeline:
    """One page of a contact's timeline, as far as the person may read it."""
    found = _notes(contact_id, access, before, limit + 1) if part in {Part.ALL, Part.NOTES} else []
    if part is not Part.NOTES:
        found += _steps(contact_id, access, part, before, limit + 1)
    found.sort(key=lambda item: (item.place.when, item.place.is_note, item.place.number), reverse=True)
    has_more = len(found) > limit
    items = found[:limit]
    return Timeline(items, part, _parts(contact_id, access, part), items[-1].place if has_more else None)


def _notes(contact_id: int, access: Access, before: Place | None, limit: int) -> list[Item]:
    notes = notes_of(contact_id, access)
    if before is not None:
        earlier = Q(created_at__lt=before.when)
        if before.is_note:
            earlier |= Q(created_at=before.when, pk__lt=before.number)
        notes = notes.filter(earlier)
    return [
        Item(Place(note.created_at, True, note.pk), note=shown_note(note, access)) for note in notes[:limit]
    ]


def _steps(contact_id: int, access: Access, part: Part, before: Place | None, limit: int) -> list[Item]:
    kinds = {Part.ALL: None, Part.CHANGES: _CHANGED, Part.IMPORTS: _BROUGHT_IN}[part]
    behind = None
    if before is not None:
        behind = (before.when, 2**63 - 1 if before.is_note else before.number)
    steps = timeline(contact_id, access, limit, kinds=kinds, before=behind)
    return [Item(Place(step.when, False, step.position), step=step) for step in steps]


def _parts(contact_id: int, access: Access, shown: Part) -> list[PartLink]:
    kinds = timeline_counts(contact_id, access)
    notes = notes_of(contact_id, access).count()
    imports = sum(kinds.get(kind, 0) for kind in _BROUGHT_IN)
    changes = sum(kinds.values()) - imports
    named = (
        (Part.ALL, _("All"), notes + changes + imports),
        (Part.NOTES, _("Notes"), notes),
        (Part.CHANGES, _("Changes"), changes),
        (Part.IMPORTS, _("Imports"), imports),
    )
    return [PartLink(str(part), label, number, part is shown) for part, label, number in named]
