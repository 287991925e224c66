"""The single door: what a person may do and which columns they may see and change."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from apps.accounts.columns import ColumnRight, all_columns

if TYPE_CHECKING:
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


_RIGHTS_IN_WORDS: dict[Capability, str] = {
    Capability.BROWSE: "browse contacts",
    Capability.EDIT: "edit contacts",
    Capability.SAVE_VIEWS: "save views",
    Capability.EXPORT: "export contacts",
    Capability.API_TOKENS: "use API tokens",
    Capability.CREATE: "create contacts",
    Capability.IMPORT: "import contacts",
    Capability.BULK_EDIT: "edit many contacts at once",
    Capability.MERGE: "merge contacts",
    Capability.DELETE: "delete and restore contacts",
    Capability.UNDO: "undo changes",
    Capability.SHARE_VIEWS: "share views",
    Capability.MANAGE_USERS: "manage users",
    Capability.MANAGE_COLUMNS: "manage column rights",
    Capability.BILLING: "see billing",
    Capability.OPERATIONS: "see operations pages",
    Capability.SEE_ALL_EXPORTS: "see everyone's exports",
}


class AccessDenied(PermissionDenied):
    """The person lacks a capability; the view layer answers 403."""

    def __init__(self, capability: Capability) -> None:
        super().__init__(f"Your role does not include the right to {_RIGHTS_IN_WORDS[capability]}.")
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


def _capabilities_of(user: "AdminUser") -> frozenset[Capability]:
    granted = set(ROLE_CAPABILITIES.get(user.role, frozenset()))
    for name, is_granted in user.capability_overrides.items():
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
