"""Adding to the security log, and proving that nobody changed it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.accounts.security_log.models import SecurityEvent
from apps.core.client_address import current_client_address
from apps.core.request_ids import current_request_id
from apps.core.sql import load_sql

Kind = SecurityEvent.Kind
_SQL = load_sql(Path(__file__).parent / "sql" / "security_log.sql")


def record_event(
    kind: SecurityEvent.Kind,
    *,
    actor_id: int | None,
    subject_id: int | None = None,
    details: Mapping[str, Any] | None = None,
    address: str = "",
) -> SecurityEvent:
    """Add an entry, in the caller's transaction; address and request id are those of the request being answered;
    a job that does what a request asked for gives the `address` it came from.

    `details` is plain JSON without secrets and without values of contacts. The last statement of a transaction, please:
    who adds an entry has the whole log until the commit.
    """
    return SecurityEvent.objects.create(
        at=timezone.now(),
        kind=kind,
        actor_id=actor_id,
        subject_id=subject_id,
        address=address or current_client_address() or None,
        request_id=current_request_id(),
        details=dict(details or {}),
        previous_hash=b"",
        hash=b"",
    )


def first_broken_entry() -> int | None:
    """The number of the first entry that is not as it was written, or is missing; None when the whole chain holds."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL["first_broken_entry"])
        found = cursor.fetchone()
    return int(found[0]) if found else None
