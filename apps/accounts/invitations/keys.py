"""The key in an invitation's link: signed, and stored nowhere.

It is made of what the person's row holds. So it dies when the invitation is accepted, sent again or withdrawn, and when
the address or the password changes; how long it lives is counted from `invited_at`.
"""

from enum import StrEnum

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import base36_to_int, int_to_base36

from apps.accounts.models import AdminUser
from apps.accounts.people.status import Status, status_of


class Purpose(StrEnum):
    LINK = "link of an invitation"
    # Kept in the session of who has opened the link: what the table of sessions holds opens no link.
    FORM = "form of an invitation"


def invitation_key(person: AdminUser, purpose: Purpose = Purpose.LINK) -> str:
    """The key of the invitation that waits now: "<id>-<signature>"."""
    invited_at = person.invited_at.isoformat() if person.invited_at else ""
    state = (person.pk, person.email, invited_at, person.is_active, person.password)
    signature = salted_hmac(purpose, repr(state), algorithm="sha256").hexdigest()
    return f"{int_to_base36(person.pk)}-{signature}"


def id_in(key: str) -> int:
    """Whose key it claims to be; 0, which is nobody's id, for what is no key."""
    number, _, signature = key.partition("-")
    try:
        return base36_to_int(number) if signature and len(number) <= 12 else 0
    except ValueError:
        return 0


def opens(key: str, person: AdminUser, purpose: Purpose) -> bool:
    """Whether this is the key of an invitation that waits, and not for too long."""
    return status_of(person) is Status.INVITED and constant_time_compare(key, invitation_key(person, purpose))
