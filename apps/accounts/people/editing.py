"""Changing who somebody is here and what they may do."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from apps.accounts.access import Access, capabilities_by
from apps.accounts.columns import held, within
from apps.accounts.invitations.sending import invite_again
from apps.accounts.models import AdminUser, role_defaults
from apps.accounts.people.addresses import refuse_taken
from apps.accounts.people.last_admin import keeping_an_admin
from apps.accounts.people.reach import require_grantable, require_reach, require_reach_of_downloads
from apps.accounts.people.refusals import ChangedMeanwhile, OwnRights
from apps.accounts.quota import set_download_limit
from apps.accounts.quota.ledger import open_ledger
from apps.accounts.rights import Difference
from apps.accounts.security_log.log import Kind, record_event

EDITABLE = ("name", "email", "role", "download_limit", "capability_overrides")
RIGHTS = frozenset({"role", "capability_overrides"})

_KINDS = {
    "name": Kind.EDITED,
    "email": Kind.EDITED,
    "role": Kind.ROLE_CHANGED,
    "capability_overrides": Kind.CAPABILITIES_CHANGED,
}


def edit_person(
    person_id: int, *, access: Access, shown: Mapping[str, Any], wanted: Mapping[str, Any], origin: str
) -> AdminUser:
    """Change what differs between what the form showed and what it sent; both hold the EDITABLE fields.

    Somebody who is invited gets a new invitation at a new address: the old link is dead. `origin` is where links in
    mails lead, "https://host". Raises ChangedMeanwhile when somebody else changed any of it since, Refused and its
    kinds, AdminUser.DoesNotExist; then nothing is changed.
    """
    with transaction.atomic():
        if wanted["download_limit"] != shown["download_limit"]:
            open_ledger(person_id)  # locks it: before the person, as whoever downloads does
        person = AdminUser.objects.select_for_update().get(pk=person_id)
        before = {name: getattr(person, name) for name in EDITABLE}
        changes = {name: wanted[name] for name in EDITABLE if wanted[name] != shown[name]}
        if not changes:
            return person
        require_reach(access, person)
        since = {name: before[name] for name in EDITABLE if before[name] != shown[name]}
        if since:
            raise ChangedMeanwhile(since)
        if "download_limit" in changes:
            require_reach_of_downloads(access, person)
        if changes.keys() & RIGHTS:
            _require_grantable(access, person, changes)
        for name, value in changes.items():
            setattr(person, name, value)
        lost = _columns_lost(person, before["role"])
        with keeping_an_admin() if changes.keys() & RIGHTS else nullcontext(), refuse_taken(person.email):
            person.save(
                update_fields=[*(changes.keys() - {"download_limit"}), *(["column_rights"] if lost else [])]
            )
        if "email" in changes:
            _follow_address(person, access, origin)
        _record(person, access, before, changes)
        if lost:
            details = {**lost.as_details(), "defaults_of": person.role}
            record_event(Kind.COLUMNS_CHANGED, actor_id=access.user_id, subject_id=person.pk, details=details)
        if "download_limit" in changes:
            set_download_limit(user_ids=[person_id], limit=person.download_limit, actor_id=access.user_id)
    return person


def _require_grantable(access: Access, person: AdminUser, changes: Mapping[str, Any]) -> None:
    if person.pk == access.user_id:
        raise OwnRights
    require_grantable(
        access,
        role=changes.get("role", person.role),
        overrides=changes.get("capability_overrides", person.capability_overrides),
        held=capabilities_by(person.role, person.capability_overrides),
    )


def _columns_lost(person: AdminUser, role_before: str) -> Difference | None:
    """Nobody chose which columns an admin keeps who is one no more: none beyond the defaults of the role they get."""
    if role_before != AdminUser.Role.ADMIN or person.role == AdminUser.Role.ADMIN:
        return None
    before = held(person.column_rights)
    person.column_rights = within(person.column_rights, role_defaults(person.role))
    return Difference.between(before, held(person.column_rights))


def _follow_address(person: AdminUser, access: Access, origin: str) -> None:
    """A password reset must not go to an address that was theirs before."""
    EmailAddress.objects.filter(user=person).exclude(email__iexact=person.email).delete()
    if person.is_active and person.invited_at is not None:
        invite_again(person, actor_id=access.user_id, origin=origin)


def _record(person: AdminUser, access: Access, before: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """One entry for each kind of change, with what was and what is; the ledger writes its own."""
    for kind in dict.fromkeys(_KINDS[name] for name in changes if name in _KINDS):
        details = {
            name: {"before": before[name], "after": value}
            for name, value in changes.items()
            if _KINDS.get(name) == kind
        }
        record_event(kind, actor_id=access.user_id, subject_id=person.pk, details=details)
