"""The PostgreSQL server that the product brings along: found, made, started and stopped here.

Only the standard library is imported, so settings, manage.py, gunicorn and the set-up scripts can all use it.
Describing the server (`database_settings`) never starts it; `ensure_running` does.
"""

from apps.core.embedded.cluster import ensure_running, is_running, stop
from apps.core.embedded.description import database_settings
from apps.core.embedded.errors import SetupError
from apps.core.embedded.private_files import local_secret_key
from apps.core.embedded.programs import find_programs, unpack_bundled
from apps.core.embedded.unprivileged import die_with_parent

__all__ = [
    "SetupError",
    "database_settings",
    "die_with_parent",
    "ensure_running",
    "find_programs",
    "is_running",
    "local_secret_key",
    "stop",
    "unpack_bundled",
]
