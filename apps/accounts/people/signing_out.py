"""Ending somebody else's sessions."""

from collections.abc import Collection

from django.db import transaction

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.accounts.people.reach import require_reach
from apps.accounts.security_log.log import Kind, record_event
from apps.accounts.sessions.operations import end_sessions


def sign_out_person(
    person: AdminUser, *, access: Access, ids: Collection[int] | None = None, keep: str = ""
) -> int:
    """End a person's sessions, or those with these ids; all but the one with the key `keep`. How many it were.

    Raises BeyondYourRights.
    """
    require_reach(access, person)
    with transaction.atomic():
        number = end_sessions(person, ids=ids, keep=keep)
        if number:
            record_event(
                Kind.SESSIONS_ENDED,
                actor_id=access.user_id,
                subject_id=person.pk,
                details={"sessions_ended": number},
            )
    return number
