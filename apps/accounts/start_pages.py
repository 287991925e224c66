"""The page that a person begins with: where / leads."""

from typing import Any

from django.urls import NoReverseMatch, resolve, reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import Access

# By the name of the page, in the order of the choice. One that this version does not have is left out.
_PAGES = {
    "dashboard": _("Dashboard"),
    "contact_list": _("Contacts"),
    "industry_list": _("Industries"),
    "operation_list": _("Activity"),
}
DEFAULT = "contact_list"


def start_pages(access: Access) -> list[tuple[str, str]]:
    """What somebody can choose: the pages that they may open."""
    return [(name, str(label)) for name, label in _PAGES.items() if _may_open(name, access)]


def start_page_of(person: Any, access: Access) -> str:
    """The page that the person chose, as long as they may open it."""
    chosen: str = person.start_page
    return chosen if chosen in _PAGES and _may_open(chosen, access) else DEFAULT


def _may_open(name: str, access: Access) -> bool:
    """As the page's own view declares it."""
    try:
        capability = getattr(resolve(reverse(name)).func, "capability", None)
    except NoReverseMatch:
        return False
    return capability is None or access.can(capability)
