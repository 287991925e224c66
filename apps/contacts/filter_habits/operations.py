"""Pinning groups of filters, and keeping the latest filters."""

from django.db import transaction

from apps.accounts.access import Access, Capability
from apps.contacts.filter_habits.models import FilterHabits
from apps.contacts.filter_habits.queries import MOST_RECENT
from apps.contacts.search import MAX_CONTAINED, Filter

MOST_PINNED = 30
MOST_VALUES = MAX_CONTAINED  # of one filter; a pasted list of hundreds is no habit
LONGEST_KEY = 40


def pin_group(*, access: Access, group: str, is_pinned: bool) -> None:
    """Keep a group of filters at the top of this person's panel, or no longer."""
    access.require(Capability.BROWSE)
    with transaction.atomic():
        habits = _locked(access)
        others = [key for key in habits.pinned if key != group]
        habits.pinned = [*others, group[:LONGEST_KEY]][-MOST_PINNED:] if is_pinned else others
        habits.save(update_fields=["pinned"])


def note_filters(*, access: Access, filters: tuple[Filter, ...]) -> None:
    """Remember filters as this person's latest; those that are known come to the front."""
    access.require(Capability.BROWSE)
    noted = [[found.parameter, list(found.raw)] for found in filters if len(found.raw) <= MOST_VALUES]
    if not noted:
        return
    with transaction.atomic():
        habits = _locked(access)
        habits.recent = [*noted, *(each for each in habits.recent if each not in noted)][:MOST_RECENT]
        habits.save(update_fields=["recent"])


def forget_recent_filters(*, access: Access) -> None:
    access.require(Capability.BROWSE)
    FilterHabits.objects.filter(person_id=access.user_id).update(recent=[])


def _locked(access: Access) -> FilterHabits:
    FilterHabits.objects.get_or_create(person_id=access.user_id)
    return FilterHabits.objects.select_for_update().get(person_id=access.user_id)
