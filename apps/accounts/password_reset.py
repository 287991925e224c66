"""Asking for a link to a new password."""

from django.db import transaction

from apps.accounts.mails.jobs import send_password_reset
from apps.accounts.models import AdminUser
from apps.accounts.spelling import spelled


def ask_password_reset(email: str, *, address: str, origin: str) -> None:
    """Have a link mailed to who has this e-mail address. If nobody has, the same work is done, as fast (A5)."""
    with transaction.atomic():
        found = AdminUser.objects.filter(email=spelled(email)).values_list("pk", flat=True).first()
        send_password_reset.enqueue({"user_id": found, "address": address, "origin": origin})
