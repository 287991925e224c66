"""The mails that wait in the queue, sent as a worker would."""

import json
import re
from typing import Any

from django.core import mail
from django.db import connection

from apps.accounts.tasks import mail_invitation, send_two_factor_mail

_MAILS = {job.name: job for job in (mail_invitation, send_two_factor_mail)}


def waiting_mails() -> list[tuple[int, str, dict[str, Any]]]:
    """Number, job and arguments of each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, task_name, args FROM procrastinate_jobs"
            " WHERE status = 'todo' AND task_name = ANY(%s) ORDER BY id",
            [list(_MAILS)],
        )
        found = cursor.fetchall()
    return [
        (number, name, args if isinstance(args, dict) else json.loads(args)) for number, name, args in found
    ]


def send_waiting_mails() -> int:
    """Run the jobs, and take them out of the queue; how many mails were sent."""
    before = len(mail.outbox)
    for number, name, args in waiting_mails():
        _MAILS[name].function(None, **args["arguments"])
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [number])
    return len(mail.outbox) - before


def link_in_last_mail() -> str:
    """The path of the link, "/invitation/<key>/"."""
    found = re.search(r"https?://[^/\s]+(/invitation/[^\s]+/)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]
