"""How far the right to manage users goes, for who is no admin: not to anybody who may do or see more.

Else they would give themself what they lack: through an account that they make, or one whose address they change.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.access import RIGHTS_IN_WORDS, Access, Capability, capabilities_by
from apps.accounts.columns import all_columns, within
from apps.accounts.models import AdminUser
from apps.accounts.people.refusals import BeyondYourRights


def reaches(access: Access, person: AdminUser) -> bool:
    """Whether this person is one whom they may change at all, active or not."""
    if not access.is_bounded:
        return True
    capabilities = capabilities_by(person.role, person.capability_overrides)
    columns = person.column_rights.keys() & all_columns()
    return (
        person.role != AdminUser.Role.ADMIN
        and capabilities <= access.capabilities
        and columns <= access.readable
    )


def require_reach(access: Access, person: AdminUser) -> None:
    """Raises AccessDenied without the right to manage users, BeyondYourRights for who may do or see more."""
    access.require(Capability.MANAGE_USERS)
    if not reaches(access, person):
        raise BeyondYourRights(_("Only an admin can change somebody who may do or see more than you."))


def require_grantable(
    access: Access, *, role: str, overrides: Mapping[str, Any], held: frozenset[Capability] = frozenset()
) -> None:
    """Raises BeyondYourRights when role and overrides give more than the person held and the actor has."""
    if not access.is_bounded:
        return
    if role == AdminUser.Role.ADMIN:
        raise BeyondYourRights(_("Only an admin can make somebody an admin."))
    beyond = capabilities_by(role, overrides) - held - access.capabilities
    if beyond:
        words = ", ".join(str(RIGHTS_IN_WORDS[each]) for each in sorted(beyond))
        raise BeyondYourRights(
            _("You cannot give a right that you do not have yourself: to %(words)s.") % {"words": words}
        )


def reaches_downloads(access: Access, person: AdminUser) -> bool:
    """Whether they may change how much this person downloads: nobody gives themself more but an admin."""
    return reaches(access, person) and not (access.is_bounded and person.pk == access.user_id)


def require_reach_of_downloads(access: Access, person: AdminUser) -> None:
    """Raises AccessDenied, BeyondYourRights."""
    require_reach(access, person)
    if not reaches_downloads(access, person):
        raise BeyondYourRights(_("How much you can download yourself is decided by an admin."))


def require_reach_of_roles(access: Access) -> None:
    """What holds for everybody of a role holds for who decides it, or for who may do more. Raises BeyondYourRights."""
    if access.is_bounded:
        raise BeyondYourRights(_("What holds for everybody of a role is decided by an admin."))


def columns_to_give(access: Access, rights: Mapping[str, str]) -> dict[str, str]:
    """Of these column rights, what somebody can give to a new person: no more than they have themself."""
    return within(rights, access.column_rights) if access.is_bounded else dict(rights)
