"""Links that confirm a new e-mail address: for one use and an hour, and only while nothing else changed."""

from typing import Any

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse

from apps.accounts.email_change.models import EmailChange


class ConfirmTokens(PasswordResetTokenGenerator):
    """Of an EmailChange. Dies with its use, with another password or address, and with the account."""

    key_salt = "apps.accounts.email_change"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        change, person = user, user.user
        state = (
            change.pk,
            change.email,
            change.confirmed_at,
            person.email,
            person.password,
            person.is_active,
        )
        return f"{state}{timestamp}"


def token_of(change: Any) -> str:
    """Any: Django's generator wants a person, and asks of it only what _make_hash_value does."""
    return ConfirmTokens().make_token(change)


def is_token_of(change: Any, token: str) -> bool:
    return ConfirmTokens().check_token(change, token)


def confirm_path(change: EmailChange) -> str:
    return reverse("email_confirm", kwargs={"change_id": change.pk, "token": token_of(change)})
