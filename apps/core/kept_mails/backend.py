"""A mail backend that keeps mails instead of sending them."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from apps.core.kept_mails.folder import keep


class KeepingBackend(BaseEmailBackend):
    """Raises ImproperlyConfigured in production: links that open accounts must not lie in a folder there."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        if settings.IS_PRODUCTION:
            raise ImproperlyConfigured("A public installation sends its mails: set MAIL_HOST.")

    def send_messages(self, email_messages: Iterable[EmailMessage]) -> int:
        number = 0
        for number, mail in enumerate(email_messages, start=1):  # noqa: B007  # counted
            keep(mail.message().as_bytes())
        return number
