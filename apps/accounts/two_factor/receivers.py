"""Who has confirmed that it is them is in the security log, with how."""

from typing import Any

from allauth.account.signals import authentication_step_completed
from django.dispatch import receiver

from apps.accounts.models import AdminUser
from apps.accounts.security_log.log import Kind, record_event


@receiver(authentication_step_completed)
def note_reauthentication(
    sender: Any, *, user: AdminUser, method: str, reauthenticated: bool = False, **more: Any
) -> None:
    if reauthenticated:
        details = {"with": more.get("type", method)}
        record_event(Kind.REAUTHENTICATED, actor_id=user.pk, subject_id=user.pk, details=details)
