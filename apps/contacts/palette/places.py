"""The pages and acts that are on every page already, so that the palette shows them before any answer comes."""

from collections.abc import Iterator
from functools import cache

from django.urls import NoReverseMatch, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts.access import Access
from apps.contacts.palette.items import Group, Item

# By the name of the page: label, icon, other words for it. One that this version does not have is left out.
_PAGES: dict[str, tuple[str, str, str]] = {
    "dashboard": (gettext_noop("Dashboard"), "gauge", "overview charts totals"),
    "contact_list": (gettext_noop("Contacts"), "users", "people search list"),
    "industry_list": (gettext_noop("Industries"), "tag", "sectors"),
    "operation_list": (gettext_noop("Activity"), "history", "operations log undo changes"),
    "trash": (gettext_noop("Trash"), "trash-2", "deleted restore"),
    "user_list": (gettext_noop("Users"), "user-cog", "colleagues staff accounts"),
    "user_invite": (gettext_noop("Invite somebody"), "mail", "add user colleague"),
    "role_columns": (gettext_noop("Columns of a role"), "columns-3", "rights permissions"),
    "role_policies": (gettext_noop("Second factors by role"), "shield", "two-factor policy security"),
    "security_log": (gettext_noop("Security log"), "shield-alert", "audit"),
    "ops_overview": (gettext_noop("Operations"), "gauge", "health status system"),
    "ops_jobs": (gettext_noop("Jobs"), "clock", "queue worker"),
    "ops_limits": (gettext_noop("Limits"), "ban", "rate"),
    "ops_sessions": (gettext_noop("Sessions of everybody"), "monitor", "signed in devices"),
    "ops_errors": (gettext_noop("Errors"), "circle-alert", "exceptions faults"),
    "profile": (gettext_noop("Your account"), "user-round", "profile settings language"),
    "security": (gettext_noop("Your second factors"), "key-round", "two-factor passkey security"),
    "session_list": (gettext_noop("Your devices"), "monitor", "sessions signed in"),
    "sign_in_history": (gettext_noop("Your sign-ins"), "history", "security"),
    "own_statement": (gettext_noop("Your downloads"), "arrow-down", "quota statement credit"),
}
_OF_ROLES = {"role_columns": {"role": "user"}}


def places(access: Access) -> list[Group]:
    """What somebody may open and do, from wherever they are."""
    return [
        Group(_("Pages"), tuple(_pages(access))),
        Group(_("Actions"), tuple(_acts(access))),
    ]


def _pages(access: Access) -> Iterator[Item]:
    for name, (label, icon, words) in _PAGES.items():
        page = _page(name)
        if page and (page[1] is None or access.can(page[1])):
            yield Item(_(label), page[0], icon=icon, words=words)


@cache
def _page(name: str) -> tuple[str, str | None] | None:
    """Its address, and the capability that its own view declares; None for no such page."""
    try:
        address = reverse(name, kwargs=_OF_ROLES.get(name))
    except NoReverseMatch:
        return None
    return address, getattr(resolve(address).func, "capability", None)


def _acts(access: Access) -> Iterator[Item]:
    page = _page("contact_create")
    if page and (page[1] is None or access.can(page[1])):
        yield Item(_("New contact"), page[0], icon="plus", words="add create person")
    yield Item(
        _("Switch between light and dark"), icon="moon", act="theme", words="toggle dark mode theme night"
    )
    yield Item(
        _("Switch between roomy and compact rows"), icon="rows-4", act="density", words="toggle density"
    )
    yield Item(_("Keyboard shortcuts"), icon="keyboard", act="keys", words="help keys")
    yield Item(_("Sign out"), icon="log-out", act="sign-out", words="log out logout leave")
