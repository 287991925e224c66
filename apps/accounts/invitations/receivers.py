"""An invitation is over when the invited person is here, however they came."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from apps.accounts.invitations.operations import note_arrival
from apps.accounts.models import AdminUser


@receiver(user_logged_in)
def arrive(sender: Any, *, user: AdminUser, **_: Any) -> None:
    if user.invited_at is not None:
        note_arrival(user)
