"""What a person may do, computed once and kept in their own row: a request reads it with the person, for no query more.

The database empties it in the transaction that changes the role, the overrides or the activity (migration 0002). It is
used only where it was made from the same role and overrides, by code with the same table of capabilities.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection

from apps.core.sql import load_sql

if TYPE_CHECKING:
    from apps.accounts.models import AdminUser

_SQL = load_sql(Path(__file__).parent / "sql" / "capabilities.sql")


def fingerprint(table: Mapping[str, frozenset[str]]) -> str:
    """Of a table of capabilities by role: another deployment with another table makes nothing of our caches."""
    plain = {role: sorted(map(str, names)) for role, names in sorted(table.items())}
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()[:16]


def kept_names(user: "AdminUser", code: str) -> list[str] | None:
    """The capabilities kept in the row as it was read; None when they are to be computed."""
    kept = user.capabilities_cache
    # Compared although the database has seen to it: the row in memory may have been changed since it was read.
    if (
        not kept
        or kept.get("code") != code
        or kept.get("role") != user.role
        or kept.get("overrides") != user.capability_overrides
    ):
        return None
    names: list[str] = kept["names"]
    return names


def keep_names(user: "AdminUser", code: str, names: frozenset[str]) -> bool:
    """Keep what was computed from the row as it was read, unless the row has changed since; whether it was kept."""
    kept: dict[str, Any] = {
        "code": code,
        "role": user.role,
        "overrides": user.capability_overrides,
        "names": sorted(map(str, names)),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL["keep_capabilities"],
            {
                "cache": json.dumps(kept),
                "id": user.pk,
                "role": user.role,
                "overrides": json.dumps(user.capability_overrides),
            },
        )
        return bool(cursor.rowcount)
