"""What operators ask of the error groups."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from apps.core.errors.models import ErrorGroup

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Just after this group, in the order of the page."""

    last_seen: datetime
    id: int

    def __str__(self) -> str:
        return f"{self.last_seen.timestamp():.6f}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """None for what is no place; the page then begins at the top."""
        moment, _, number = text.partition("-")
        if len(text) > 50 or not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        try:
            return cls(datetime.fromtimestamp(float(moment), timezone.get_default_timezone()), int(number))
        except (ValueError, OverflowError, OSError):
            return None


def error_groups(*, is_resolved: bool, after: Place | None) -> tuple[list[ErrorGroup], Place | None]:
    """A page of groups, the latest error first, and the place of the next page if there is one."""
    groups = ErrorGroup.objects.filter(resolved_at__isnull=not is_resolved)
    if after is not None:
        groups = groups.filter(
            Q(last_seen__lt=after.last_seen) | Q(last_seen=after.last_seen, id__lt=after.id)
        )
    found = list(groups.order_by("-last_seen", "-id").defer("stack")[: PAGE_SIZE + 1])
    more = len(found) > PAGE_SIZE
    last = found[PAGE_SIZE - 1] if more else None
    return found[:PAGE_SIZE], Place(last.last_seen, last.pk) if last else None


def resolve(group_id: int) -> bool:
    """Mark a group as resolved; False when there is none. It opens again by itself when the error comes back."""
    groups = ErrorGroup.objects.filter(pk=group_id)
    return groups.filter(resolved_at__isnull=True).update(resolved_at=timezone.now()) > 0 or groups.exists()
