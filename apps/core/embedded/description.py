"""Where the embedded server keeps its things, and how Django reaches it."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = "appointment360"  # of the database, and of the role that owns it
APP_ROLE = f"{NAME}_app"  # what the product runs as: it owns nothing
SOCKET_PORT = 5432
# sun_path of unix(7) holds 108 bytes with its closing zero; the server adds "/.s.PGSQL.5432".
LONGEST_SOCKET_FOLDER = 107 - len(f"/.s.PGSQL.{SOCKET_PORT}")


@dataclass(frozen=True)
class Layout:
    """Where the embedded server keeps its things inside the data folder."""

    data_dir: Path

    @property
    def home(self) -> Path:
        """Belongs to the server's user; the only folder of the data folder that the server writes in."""
        return self.data_dir / "database"

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def password_file(self) -> Path:
        """libpq's own format, so settings can name it before it exists."""
        return self.data_dir / "database.pgpass"

    @property
    def app_password_file(self) -> Path:
        return self.data_dir / "database-app.pgpass"

    @property
    def superuser_password(self) -> Path:
        return self.data_dir / "database-superuser-password"

    @property
    def lock(self) -> Path:
        return self.data_dir / "database.lock"

    @property
    def socket_folder(self) -> Path:
        inside = self.home / "socket"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
            return inside
        # Named after the data folder, so every process of this installation finds the same one.
        digest = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"{NAME}-{os.geteuid()}-{digest}"

    @property
    def socket_lock(self) -> Path:
        return self.socket_folder / f".s.PGSQL.{SOCKET_PORT}.lock"


def database_settings(data_dir: Path, *, as_owner: bool = False) -> dict[str, Any]:
    """Django's DATABASES["default"] for the embedded server; starts nothing and writes nothing."""
    layout = Layout(data_dir)
    role, password_file = (NAME, layout.password_file) if as_owner else (APP_ROLE, layout.app_password_file)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": NAME,
        "USER": role,
        "HOST": str(layout.socket_folder),
        "PORT": str(SOCKET_PORT),
        "OPTIONS": {"passfile": str(password_file)},
    }
