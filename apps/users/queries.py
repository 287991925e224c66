"""What the list of people and the page of one person show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from apps.accounts.columns import ColumnRight, all_columns
from apps.accounts.models import AdminUser
from apps.accounts.people.status import INVITATION_LASTS, Status, status_of
from apps.accounts.quota.queries import Usage, usage_of
from apps.accounts.second_factors import people_with_second_factor
from apps.core.local_figures import grouped
from apps.users.search import PeopleSearch

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of the list."""

    person: AdminUser
    status: Status
    has_second_factor: bool
    usage: str  # in words

    @property
    def hue(self) -> int:
        """The colour of their initials, one of twelve."""
        return self.person.pk % 12


def people_page(search: PeopleSearch) -> tuple[Page[AdminUser], list[PersonRow]]:
    """The page that the search asks for, or the last one; the number of queries does not grow with the people."""
    page = Paginator(search.people().select_related("created_by"), PAGE_SIZE).get_page(search.page)
    people = list(page.object_list)
    return page, _rows(people)


def _rows(people: Sequence[AdminUser]) -> list[PersonRow]:
    ids = [person.pk for person in people]
    usages, secured = usage_of(ids), people_with_second_factor(ids)
    return [
        PersonRow(person, status_of(person), person.pk in secured, usage_in_words(usages[person.pk]))
        for person in people
    ]


def usage_in_words(usage: Usage) -> str:
    """Such as "12 of 100", "12 of 100 + 50 credit", "12, unlimited"."""
    if usage.limit < 0:
        if not usage.used:
            return _("unlimited")
        return _("%(used)s, unlimited") % {"used": grouped(usage.used)}
    figures = {
        "used": grouped(usage.used),
        "limit": grouped(usage.limit),
        "credit": grouped(usage.credits),
    }
    if usage.credits:
        return _("%(used)s of %(limit)s + %(credit)s credit") % figures
    return _("%(used)s of %(limit)s") % figures


def columns_in_words(person: AdminUser) -> str:
    """How many columns they see and change, whether or not they can sign in now."""
    if person.role == AdminUser.Role.ADMIN:
        return "all, as every admin"
    rights = [right for name, right in person.column_rights.items() if name in all_columns()]
    editable = rights.count(ColumnRight.EDIT)
    return f"sees {editable + rights.count(ColumnRight.READ)}, changes {editable}"


def limit_in_words(limit: int) -> str:
    return _("unlimited") if limit < 0 else grouped(limit)


def invitation_ends(person: AdminUser) -> datetime | None:
    return person.invited_at + INVITATION_LASTS if person.invited_at else None
