"""Three people to try the product with, and the private file that holds their passwords."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from apps.accounts.models import AdminUser

NAMES = {"admin": "Ada Admin", "manager": "Mary Manager", "user": "Uma User"}


@dataclass(frozen=True)
class DemoSignIn:
    email: str
    password: str
    role: str


class DemoAccountsRefused(Exception):
    """This database is not a demo; the message says why, and what to do."""


def credentials_file() -> Path:
    return Path(settings.APP_DATA_DIR) / "demo-credentials.json"


def prepare_demo_accounts(*, url: str) -> list[DemoSignIn]:
    """Make the three people in a database without people, and write their sign-ins; kept as they are afterwards.

    A lost file gives those that are still there new passwords. Nobody is added where real people are.
    """
    if not settings.DEMO_ACCOUNTS_ALLOWED:
        raise DemoAccountsRefused(
            "A public installation has no demo accounts: make people with create_admin."
        )
    emails = {role: f"{role}@{settings.DEMO_EMAIL_DOMAIN}" for role in NAMES}
    with transaction.atomic():
        present = {user.role: user for user in AdminUser.objects.filter(email__in=emails.values())}
        if not present and AdminUser.objects.exists():
            raise DemoAccountsRefused(
                "People are here already, so no demo accounts were added: use your own sign-in."
            )
        kept = _read(credentials_file())
        if present and {entry.role for entry in kept} >= set(present):
            sign_ins = [entry for entry in kept if entry.role in present]
        else:
            sign_ins = [
                DemoSignIn(email=email, password=secrets.token_urlsafe(12), role=role)
                for role, email in emails.items()
                if not present or role in present
            ]
            for entry in sign_ins:
                _give_password(entry, present.get(entry.role))
        _write(credentials_file(), url, sign_ins)
    return sign_ins


def _give_password(sign_in: DemoSignIn, user: AdminUser | None) -> None:
    if user is None:
        AdminUser.objects.create_user(
            sign_in.email, sign_in.password, role=sign_in.role, name=NAMES[sign_in.role]
        )
    else:
        user.set_password(sign_in.password)
        user.save(update_fields=["password"])


def _read(path: Path) -> list[DemoSignIn]:
    try:
        entries = json.loads(path.read_text())["users"]
        return [DemoSignIn(email=one["email"], password=one["password"], role=one["role"]) for one in entries]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return []


def _write(path: Path, url: str, sign_ins: list[DemoSignIn]) -> None:
    """Replaced as a whole, and never readable by others, not even while it is written."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"url": url, "users": [asdict(entry) for entry in sign_ins]}, file, indent=2)
        file.write("\n")
    draft.replace(path)
