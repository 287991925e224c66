"""The folder of kept mails: one file each, as it would have gone out, in the order of their names."""

import os
import re
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings

MOST_KEPT = 200
_NAME = re.compile(r"[0-9]{20}-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class KeptMail:
    id: str
    to: str
    subject: str
    sent_at: datetime | None
    text: str
    html: str
    headers: list[tuple[str, str]]


def keep(content: bytes) -> str:
    """Keep a mail, readable by nobody else on this machine, and let the oldest go; its id."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
    draft = folder / f".{name}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    draft.rename(folder / f"{name}.eml")
    for old in _files()[MOST_KEPT:]:
        old.unlink(missing_ok=True)
    return name


def kept_mails() -> list[KeptMail]:
    """Newest first."""
    return [mail for mail in map(_read, _files()) if mail is not None]


def kept_mail(mail_id: str) -> KeptMail | None:
    return _read(_folder() / f"{mail_id}.eml") if _NAME.fullmatch(mail_id) else None


def _folder() -> Path:
    return Path(settings.APP_DATA_DIR) / "mails"


def _files() -> list[Path]:
    return sorted(_folder().glob("*.eml"), reverse=True)


def _read(file: Path) -> KeptMail | None:
    """None for one that was let go meanwhile."""
    try:
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    except FileNotFoundError:
        return None
    return KeptMail(
        id=file.stem,
        to=str(mail["To"] or ""),
        subject=str(mail["Subject"] or ""),
        sent_at=parsedate_to_datetime(mail["Date"]) if mail["Date"] else None,
        text=_part(mail, "plain"),
        html=_part(mail, "html"),
        headers=[(name, str(value)) for name, value in mail.items()],
    )


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part else ""
