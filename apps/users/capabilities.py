"""The capabilities in groups, and in words who has each by their role."""

from django.utils.translation import gettext, gettext_noop

from apps.accounts.access import RIGHTS_IN_WORDS, ROLE_CAPABILITIES, Capability
from apps.accounts.models import AdminUser

GROUPS: dict[str, tuple[Capability, ...]] = {
    gettext_noop("Contacts"): (
        Capability.BROWSE,
        Capability.EDIT,
        Capability.CREATE,
        Capability.BULK_EDIT,
        Capability.MERGE,
        Capability.DELETE,
        Capability.UNDO,
    ),
    gettext_noop("In and out"): (Capability.IMPORT, Capability.EXPORT, Capability.API_TOKENS),
    gettext_noop("Views"): (Capability.SAVE_VIEWS, Capability.SHARE_VIEWS),
    gettext_noop("Administration"): (
        Capability.MANAGE_USERS,
        Capability.MANAGE_COLUMNS,
        Capability.BILLING,
        Capability.OPERATIONS,
        Capability.SEE_ALL_EXPORTS,
    ),
}


def label_of(capability: Capability) -> str:
    """Such as "Edit contacts"."""
    words = str(RIGHTS_IN_WORDS[capability])
    return words[0].upper() + words[1:]


def who_has_it(capability: Capability) -> str:
    """By their role alone."""
    roles = [
        str(role.label) for role in AdminUser.Role if capability in ROLE_CAPABILITIES.get(role.value, ())
    ]
    return gettext("every role") if len(roles) == len(AdminUser.Role) else ", ".join(roles)
