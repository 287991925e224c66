"""The mail server, without which nobody can reset a password."""

import socket
from typing import Any

from django.conf import settings

from apps.core.doctor.registry import Finding, examination, fail, fine

SECONDS = 2


@examination("Mail", "mail server")
def mail_server() -> Finding:
    mailer: dict[str, Any] = settings.MAILERS["default"]
    options = mailer.get("OPTIONS", {})
    if "host" not in options:
        return fine("No mail server: mails are kept and read at /dev/mail/, as in development.")
    place = f"{options['host']}:{options['port']}"
    try:
        with socket.create_connection((options["host"], options["port"]), timeout=SECONDS):
            return fine(f"The mail server {place} answers.")
    except OSError as error:
        return fail(
            f"The mail server {place} does not answer: {error.strerror or error}.",
            "Check MAIL_HOST and MAIL_PORT.",
        )
