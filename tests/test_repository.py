"""What lies in the repository: no secret, and no page that builds a script (E3, I3)."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {"var", "vendor", "__pycache__"}
# What keys and tokens of well-known makers look like, ours among them.
SECRETS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a cloud's access key": r"\bAKIA[0-9A-Z]{16}\b",
    "a live payment key": r"\b(rzp|sk)_live_[0-9A-Za-z]{8,}",
    "a code host's token": r"\bgh[pousr]_[0-9A-Za-z]{36}\b",
    "a chat's token": r"\bxox[abprs]-[0-9A-Za-z-]{10,}",
    "an API token of ours": r"\ba360_[0-9A-Za-z]+_[0-9A-Za-z]{20,}",
    "a password in an address": r"postgres(ql)?://[^:/\s]+:(?!password|secret|\$|p%40ss|…)[^@/\s]{12,}@",
}


def files(ending: str = "") -> Iterator[Path]:
    """Ours alone: in hidden folders other programs, and other tests at this moment, make files and take them away."""
    for folder, below, names in ROOT.walk():
        below[:] = [name for name in below if name not in NOT_OURS and (name == ".ci" or name[0] != ".")]
        yield from (folder / name for name in names if name.endswith(ending))


@pytest.mark.parametrize("what", SECRETS)
def test_no_file_holds_a_secret(what: str) -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in files()
        if path != Path(__file__) and re.search(SECRETS[what], path.read_text("utf-8", "ignore"))
    ]
    assert found == []


def test_no_page_builds_a_script() -> None:
    """A script comes from a file of ours, or is data in JSON, which json_script escapes."""
    inline = [
        f"{path.relative_to(ROOT)}: {tag}"
        for path in files(".html")
        for tag in re.findall(r"<script\b[^>]*>", path.read_text(encoding="utf-8"))
        if "src=" not in tag and 'type="application/json"' not in tag
    ]
    handlers = [
        str(path.relative_to(ROOT))
        for path in files(".html")
        if re.search(r"<[^>]*\son[a-z]+=", path.read_text(encoding="utf-8"))
    ]
    assert inline + handlers == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/.git/config",
        "/.env",
        "/media/",
        "/static/",
        "/static/../.env",
        "/var/secret-key",
        "/metrics",
        "/health/detailed/",
        "/docs/",
        "/admin/",
    ],
)
def test_what_is_nobodys_business_is_not_there(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
