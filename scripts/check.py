"""`make check`: everything that can be known without running the product, every complaint before the verdict."""

import os
import secrets
import subprocess
import sys

from django.core.exceptions import ImproperlyConfigured

from apps.core.embedded import SetupError
from scripts.borrowed_database import borrowed_database

PYTHON = sys.executable
CHECKS: dict[str, list[str]] = {
    "format": [PYTHON, "-m", "ruff", "format", "--check", "."],
    "lint": [PYTHON, "-m", "ruff", "check", "."],
    "types": [PYTHON, "-m", "mypy"],
    "templates": [PYTHON, "-m", "djlint", "templates", "--lint", "--quiet"],
    "messages": [PYTHON, "-m", "scripts.messages", "check"],
    "migrations": [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
    "system": [PYTHON, "manage.py", "check", "--fail-level", "WARNING"],
    "production settings": [PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
    "architecture": [PYTHON, "-m", "pytest", "--quiet", "tests/test_architecture.py"],
}


def main() -> int:
    failed = []
    with borrowed_database():
        for name, command in CHECKS.items():
            print(f"— {name}", flush=True)
            if subprocess.run(command, env=environment_for(name), check=False).returncode != 0:
                failed.append(name)
    print(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def environment_for(name: str) -> dict[str, str]:
    if name != "production settings":
        return dict(os.environ)
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "appointment360.settings_production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "crm.example.com",
        "MAIL_HOST": "mail.example.com",
        "DEBUG": "false",
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "appointment360.settings")
    try:
        sys.exit(main())
    except (SetupError, ImproperlyConfigured) as error:
        sys.exit(f"make check: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
