"""Mails, each a folder of three templates: emails/<name>/subject.txt, body.txt and body.html.

body.txt extends emails/base.txt and body.html extends emails/base.html: blocks `title` and `body`; a link as a button
is `{% include "emails/button.html" with url=… words=… %}`.
"""

from collections.abc import Mapping
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from apps.core.jobs import Rejected


class MailRefused(Rejected):
    """The mail server will never take this mail (RFC 5321: an answer from 500 on); trying again cannot help."""


class MailNotSent(Exception):
    """The mail server did not take the mail this time."""


def send_mail_template(name: str, *, to: str, context: Mapping[str, Any]) -> None:
    """Send one person one mail, as text and as HTML. Raises MailRefused or MailNotSent, which name nobody.

    A view calls it through a job, so that nobody waits for a mail server and none is lost with it.
    """
    values = dict(context)
    subject = " ".join(render_to_string(f"emails/{name}/subject.txt", values).split())
    mail = EmailMultiAlternatives(subject, render_to_string(f"emails/{name}/body.txt", values), to=[to])
    mail.attach_alternative(render_to_string(f"emails/{name}/body.html", values), "text/html")
    try:
        mail.send()
    except (SMTPException, OSError) as error:
        # `from None`: what the client raises holds the address, and an error is kept where admins read it.
        raise _without_names(error) from None


def _without_names(error: Exception) -> Exception:
    codes = _codes(error)
    if codes and min(codes) >= 500:
        return MailRefused(f"The mail server refused the mail for good ({min(codes)}).")
    answer = f"answered {min(codes)}" if codes else f"could not be used ({type(error).__name__})"
    return MailNotSent(f"The mail server {answer}.")


def _codes(error: Exception) -> list[int]:
    if isinstance(error, SMTPRecipientsRefused):
        return [code for code, _ in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, SMTPResponseException) else []
