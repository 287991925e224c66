"""The few fields of a record that are changed without opening its form: tags, stage, owner, last contacted."""

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from apps.accounts.access import Access, Capability
from apps.accounts.models import AdminUser
from apps.contacts.fields import FIELDS
from apps.contacts.rendering import entry
from apps.contacts.seen_versions import sealed_version

QUICK_FIELDS = ("stage", "owner", "tags", "last_contacted_at")


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class QuickEdits:
    """What may be changed this way is not None. `version` is what the person sees, sealed."""

    version: str
    stages: list[Choice] | None
    owners: list[Choice] | None
    is_mine: bool
    tags: list[str] | None
    contacted: SafeString  # when they last were; empty for never
    can_mark_contacted: bool

    @property
    def has_stage(self) -> bool:
        return any(stage.is_chosen for stage in self.stages or ())


def quick_edits(values: dict[str, Any], access: Access) -> QuickEdits | None:
    """What of a record this person may change at once; None for nothing."""
    if not access.can(Capability.EDIT) or not any(map(access.can_edit, QUICK_FIELDS)):
        return None
    return QuickEdits(
        version=sealed_version(values["id"], values["version"]),
        stages=_stages(values.get("stage", "")) if access.can_edit("stage") else None,
        owners=_owners(values.get("owner")) if access.can_edit("owner") else None,
        is_mine=values.get("owner") is not None and values.get("owner") == access.user_id,
        tags=values.get("tags", []) if access.can_edit("tags") else None,
        contacted=entry(FIELDS["last_contacted_at"], values),
        can_mark_contacted=access.can_edit("last_contacted_at"),
    )


def _stages(held: str) -> list[Choice]:
    known = FIELDS["stage"].choices
    others = (held,) if held and held not in known else ()
    return [Choice(stage, FIELDS["stage"].shown(stage), stage == held) for stage in (*known, *others)]


def _owners(held: int | None) -> list[Choice]:
    """People who can own a contact; and who owns it, even if they have left."""
    people = AdminUser.objects.order_by("name", "email")
    shown = [person for person in people if person.is_active or person.pk == held]
    return [Choice(str(person.pk), person.display_name, person.pk == held) for person in shown]
