"""Links to a new password: for one use, an hour (PASSWORD_RESET_TIMEOUT), and one state of the account."""

from typing import Any

from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse

from apps.accounts.models import AdminUser


class ResetTokens(PasswordResetTokenGenerator):
    """A token dies with another password, e-mail address or sign-in (Django's), and with the account."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.is_active}"


def reset_path(person: AdminUser) -> str:
    return reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(person), "key": ResetTokens().make_token(person)},
    )


def lock_for_reset(person: AdminUser, token: str) -> bool:
    """Whether the link still holds, told while nobody else can use it; in the caller's transaction."""
    locked = AdminUser.objects.select_for_update().get(pk=person.pk)
    return ResetTokens().check_token(locked, token)
