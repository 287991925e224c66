"""The single door: what a person may do and which columns they may see and change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from zlib import crc32

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.capability_cache import fingerprint, keep_names, kept_names
from apps.accounts.columns import ColumnRight, all_columns

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    from apps.accounts.models import AdminUser


class Capability(StrEnum):
    BROWSE = "browse"
    EDIT = "edit"
    SAVE_VIEWS = "save_views"
    EXPORT = "export"
    API_TOKENS = "api_tokens"
    CREATE = "create"
    IMPORT = "import"
    BULK_EDIT = "bulk_edit"
    MERGE = "merge"
    DELETE = "delete"
    UNDO = "undo"
    SHARE_VIEWS = "share_views"
    MANAGE_USERS = "manage_users"
    MANAGE_COLUMNS = "manage_columns"
    BILLING = "billing"
    OPERATIONS = "operations"
    SEE_ALL_EXPORTS = "see_all_exports"


_STAFF = frozenset(
    {
        Capability.BROWSE,
        Capability.EDIT,
        Capability.SAVE_VIEWS,
        Capability.EXPORT,
        Capability.API_TOKENS,
    }
)
_MANAGER = _STAFF | {
    Capability.CREATE,
    Capability.IMPORT,
    Capability.BULK_EDIT,
    Capability.MERGE,
    Capability.DELETE,
    Capability.UNDO,
    Capability.SHARE_VIEWS,
}
ROLE_CAPABILITIES: dict[str, frozenset[Capability]] = {
    "user": _STAFF,
    "manager": _MANAGER,
    "admin": frozenset(Capability),
}
# Of these one only reads; the rest change something.
READING = frozenset(
    {Capability.BROWSE, Capability.BILLING, Capability.OPERATIONS, Capability.SEE_ALL_EXPORTS}
)
_WITHOUT_BOUNDS = frozenset({"admin", "operator"})
_CODE = fingerprint(ROLE_CAPABILITIES)

RIGHTS_IN_WORDS: dict[Capability, "StrPromise"] = {
    Capability.BROWSE: _("browse contacts"),
    Capability.EDIT: _("edit contacts"),
    Capability.SAVE_VIEWS: _("save views"),
    Capability.EXPORT: _("export contacts"),
    Capability.API_TOKENS: _("use API tokens"),
    Capability.CREATE: _("create contacts"),
    Capability.IMPORT: _("import contacts"),
    Capability.BULK_EDIT: _("edit many contacts at once"),
    Capability.MERGE: _("merge contacts"),
    Capability.DELETE: _("delete and restore contacts"),
    Capability.UNDO: _("undo changes"),
    Capability.SHARE_VIEWS: _("share views"),
    Capability.MANAGE_USERS: _("manage users"),
    Capability.MANAGE_COLUMNS: _("manage column rights"),
    Capability.BILLING: _("see billing"),
    Capability.OPERATIONS: _("see operations pages"),
    Capability.SEE_ALL_EXPORTS: _("see everyone's exports"),
}


class AccessDenied(PermissionDenied):
    """The person lacks a capability; the view layer answers 403."""

    kind = "capability"  # how it is counted

    def __init__(self, capability: Capability) -> None:
        super().__init__(
            gettext("Your role does not include the right to %(right)s.")
            % {"right": RIGHTS_IN_WORDS[capability]}
        )
        self.capability = capability


@dataclass(frozen=True, slots=True)
class Access:
    """What one person may do, read afresh for each request or job. Columns not listed are as good as absent."""

    user_id: int | None
    email: str
    role: str
    capabilities: frozenset[Capability] = field(default_factory=frozenset)
    readable: frozenset[str] = field(default_factory=frozenset)
    editable: frozenset[str] = field(default_factory=frozenset)
    is_looking: bool = False  # through somebody else's rights, and only that: see looking.py

    @classmethod
    def of(cls, user: "AdminUser") -> "Access":
        """The access of a person; of a disabled one: none at all."""
        if not user.is_active:
            return cls(user.pk, user.email, user.role)
        readable, editable = _columns_of(user)
        return cls(user.pk, user.email, user.role, _capabilities_of(user), readable, editable)

    @classmethod
    def of_operator(cls) -> "Access":
        """The access of someone at the server's own command line, who could also use psql."""
        return cls(None, "", "operator", frozenset(Capability), all_columns(), all_columns())

    def looking_through(self, other: "Access") -> "Access":
        """What one sees through the rights of another: nothing that one may not see oneself, and nothing to change.

        It stays one's own id and address: what is one's own stays so, and what is the other's alone stays unseen.
        """
        return Access(
            self.user_id,
            self.email,
            other.role,
            self.capabilities & other.capabilities & READING,
            self.readable & other.readable,
            is_looking=True,
        )

    @property
    def mark(self) -> str:
        """Short, and the same while the same can be seen and done: an open page knows by it that it is outdated."""
        seen = (sorted(self.readable), sorted(self.editable), sorted(self.capabilities), self.is_looking)
        return f"{crc32(repr(seen).encode()):08x}"

    @property
    def column_rights(self) -> dict[str, str]:
        """What they see and change, as AdminUser.column_rights says it."""
        return {
            name: ColumnRight.EDIT if name in self.editable else ColumnRight.READ for name in self.readable
        }

    @property
    def is_bounded(self) -> bool:
        """Whether they give others no more than they have themself: everybody but admins, and who is at the server."""
        return self.role not in _WITHOUT_BOUNDS

    def can(self, capability: Capability | str) -> bool:
        return capability in self.capabilities

    def require(self, capability: Capability) -> None:
        """Raise AccessDenied unless the person has the capability."""
        if capability not in self.capabilities:
            raise AccessDenied(capability)

    def can_read(self, column: str) -> bool:
        return column in self.readable

    def can_edit(self, column: str) -> bool:
        return column in self.editable


def rights_in_words(access: Access) -> list[str]:
    """What a person may do, each as it goes on after "may": in the order in which Capability has them."""
    return [str(RIGHTS_IN_WORDS[capability]) for capability in Capability if access.can(capability)]


def keep_capabilities(user: "AdminUser", access: Access) -> None:
    """Keep the capabilities in the person's row where they are not there yet; a request does so once after a change."""
    if user.is_active and kept_names(user, _CODE) is None:
        keep_names(user, _CODE, access.capabilities)


def _capabilities_of(user: "AdminUser") -> frozenset[Capability]:
    kept = kept_names(user, _CODE)
    if kept is not None:
        return frozenset(map(Capability, kept))
    return capabilities_by(user.role, user.capability_overrides)


def capabilities_by(role: str, overrides: Mapping[str, Any]) -> frozenset[Capability]:
    """What a role gives, with what a person was granted or had taken away."""
    granted = set(ROLE_CAPABILITIES.get(role, frozenset()))
    for name, is_granted in overrides.items():
        if name in frozenset(Capability):
            (granted.add if is_granted is True else granted.discard)(Capability(name))
    return frozenset(granted)


def _columns_of(user: "AdminUser") -> tuple[frozenset[str], frozenset[str]]:
    known = all_columns()
    if user.role == "admin":
        return known, known
    rights = {name: right for name, right in user.column_rights.items() if name in known}
    editable = frozenset(name for name, right in rights.items() if right == ColumnRight.EDIT)
    readable = editable | {name for name, right in rights.items() if right == ColumnRight.READ}
    return readable, editable
