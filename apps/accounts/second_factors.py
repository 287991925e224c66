"""What admins and operators need to know of people's second factors, and taking them away."""

from collections.abc import Collection

from allauth.mfa.models import Authenticator
from django.db import transaction

from apps.accounts.models import AdminUser
from apps.accounts.security_log.log import Kind, record_event
from apps.accounts.sessions.operations import end_sessions
from apps.accounts.two_factor.mails import send_two_factor_mail

# Recovery codes alone are no second factor: they are the way back to one.
REAL_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def people_with_second_factor(user_ids: Collection[int]) -> set[int]:
    """Those of these people who have an authenticator app or a passkey."""
    factors = Authenticator.objects.filter(user_id__in=user_ids, type__in=REAL_FACTORS)
    return set(factors.values_list("user_id", flat=True))


def reset_second_factors(person: AdminUser, *, actor_id: int | None) -> int:
    """Remove a person's second factors and recovery codes and end their sessions; how many factors it were.

    They are told by mail. Whether the actor may do so is for the caller to ask.
    """
    with transaction.atomic():
        AdminUser.objects.select_for_update().get(pk=person.pk)
        factors = Authenticator.objects.filter(user=person)
        kinds = sorted(factors.values_list("type", flat=True))
        factors.delete()
        details = {"removed": kinds, "sessions_ended": end_sessions(person)}
        send_two_factor_mail.enqueue(
            {"user_id": person.pk, "kind": str(Kind.TWO_FACTOR_RESET)}, actor_id=actor_id
        )
        record_event(Kind.TWO_FACTOR_RESET, actor_id=actor_id, subject_id=person.pk, details=details)
    return len([kind for kind in kinds if kind in REAL_FACTORS])
