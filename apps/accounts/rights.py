"""Changing what a person may see and edit, and what a new person of a role may."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction

from apps.accounts.access import Access
from apps.accounts.columns import ColumnRight, all_columns, declared_columns, held, is_more, stored
from apps.accounts.models import AdminUser, RolePolicy, role_defaults
from apps.accounts.people.refusals import BeyondYourRights
from apps.accounts.security_log.log import Kind, record_event


class UnknownColumns(ValueError):
    def __init__(self, names: Collection[str]) -> None:
        super().__init__(f"There is no column {', '.join(sorted(names))}.")


class RightsChanged(Exception):
    """Somebody else has changed the rights since they were looked at; `now` is what they have become."""

    def __init__(self, now: dict[str, ColumnRight]) -> None:
        super().__init__("These rights were changed meanwhile.")
        self.now = now


@dataclass(frozen=True, slots=True)
class Difference:
    """The names of the columns that change, by the right they get; in the order of the columns."""

    hidden: tuple[str, ...]
    read: tuple[str, ...]
    edit: tuple[str, ...]

    @classmethod
    def between(cls, before: Mapping[str, ColumnRight], after: Mapping[str, ColumnRight]) -> "Difference":
        def becoming(right: ColumnRight) -> tuple[str, ...]:
            return tuple(
                column.name
                for column in declared_columns()
                if after[column.name] is right and before[column.name] is not right
            )

        return cls(becoming(ColumnRight.HIDDEN), becoming(ColumnRight.READ), becoming(ColumnRight.EDIT))

    def __bool__(self) -> bool:
        return bool(self.hidden or self.read or self.edit)

    def as_details(self) -> dict[str, list[str]]:
        return {"hidden": list(self.hidden), "read": list(self.read), "edit": list(self.edit)}


def fingerprint_of(rights: Mapping[str, object]) -> str:
    """Of what rights come to: two people at the same page see whether it still holds what they saw."""
    plain = json.dumps({name: str(right) for name, right in held(rights).items()}, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def set_column_rights(
    person: AdminUser,
    *,
    rights: Mapping[str, ColumnRight],
    actor_id: int | None,
    seen: str | None = None,
    giver: Access | None = None,
) -> Difference:
    """Give a person rights on some columns; the others stay as they are. Returns what has changed.

    `seen` is the fingerprint of the rights that the decision was made from; a `giver` who is no admin gives nothing
    that they do not have. Raises UnknownColumns, RightsChanged and BeyondYourRights, and then changes nothing.
    """
    _refuse_unknown(rights)
    with transaction.atomic():
        locked = AdminUser.objects.select_for_update().get(pk=person.pk)
        before = held(locked.column_rights)
        _refuse_outdated(before, seen)
        _refuse_beyond(giver, before, {**before, **rights})
        locked.column_rights = stored({**before, **rights})
        locked.save(update_fields=["column_rights"])
        difference = Difference.between(before, held(locked.column_rights))
        if difference:
            record_event(
                Kind.COLUMNS_CHANGED,
                actor_id=actor_id,
                subject_id=person.pk,
                details=difference.as_details(),
            )
    person.column_rights = locked.column_rights
    return difference


def set_role_defaults(
    role: str,
    *,
    rights: Mapping[str, ColumnRight],
    actor_id: int | None,
    seen: str | None = None,
    giver: Access | None = None,
) -> Difference:
    """Decide what a new person of a role gets; who is here already keeps what they have. As set_column_rights."""
    _refuse_unknown(rights)
    with transaction.atomic():
        RolePolicy.objects.get_or_create(role=role)
        policy = RolePolicy.objects.select_for_update().get(role=role)
        before = held(role_defaults(role))
        _refuse_outdated(before, seen)
        _refuse_beyond(giver, before, {**before, **rights})
        policy.column_rights = stored({**before, **rights})
        policy.save(update_fields=["column_rights"])
        difference = Difference.between(before, held(policy.column_rights))
        if difference:
            details = {"role": role, **difference.as_details()}
            record_event(Kind.ROLE_POLICY_CHANGED, actor_id=actor_id, details=details)
    return difference


def who_would_change(role: str, *, defaults: Mapping[str, ColumnRight]) -> list[AdminUser]:
    """The people of a role whose rights are not its defaults."""
    people = AdminUser.objects.filter(role=role).order_by("name", "email")
    return [person for person in people if held(person.column_rights) != defaults]


def apply_role_defaults(
    role: str, *, actor_id: int | None, seen: str | None = None, giver: Access | None = None
) -> int:
    """Give everybody of a role its defaults; the number of people whose rights have changed.

    `seen` is the fingerprint of the defaults that were agreed to. Raises RightsChanged and, where somebody would get
    what a `giver` who is no admin does not have, BeyondYourRights; and then changes nothing.
    """
    with transaction.atomic():
        list(RolePolicy.objects.select_for_update().filter(role=role))  # decided by nobody else meanwhile
        wanted = held(role_defaults(role))
        _refuse_outdated(wanted, seen)
        changed: list[tuple[AdminUser, Difference]] = []
        for person in AdminUser.objects.select_for_update().filter(role=role).order_by("pk"):
            difference = Difference.between(held(person.column_rights), wanted)
            if difference:
                _refuse_beyond(giver, held(person.column_rights), wanted)
                person.column_rights = stored(wanted)
                changed.append((person, difference))
        AdminUser.objects.bulk_update([person for person, _ in changed], ["column_rights"])
        for person, difference in changed:
            record_event(
                Kind.COLUMNS_CHANGED,
                actor_id=actor_id,
                subject_id=person.pk,
                details={**difference.as_details(), "defaults_of": role},
            )
    return len(changed)


def _refuse_unknown(rights: Mapping[str, ColumnRight]) -> None:
    unknown = set(rights) - all_columns()
    if unknown:
        raise UnknownColumns(unknown)


def _refuse_outdated(now: dict[str, ColumnRight], seen: str | None) -> None:
    if seen is not None and seen != fingerprint_of(now):
        raise RightsChanged(now)


def _refuse_beyond(
    giver: Access | None, before: Mapping[str, ColumnRight], after: Mapping[str, ColumnRight]
) -> None:
    """Else who manages columns would give themself what they lack, directly or through another account."""
    if giver is None or not giver.is_bounded:
        return
    own = held(giver.column_rights)
    beyond = [
        column.label
        for column in declared_columns()
        if is_more(after[column.name], before[column.name]) and is_more(after[column.name], own[column.name])
    ]
    if beyond:
        raise BeyondYourRights(
            f"You cannot give a right that you do not have yourself: on {', '.join(beyond)}."
        )
