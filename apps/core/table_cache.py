"""The cache in a table of the one PostgreSQL, without Django's habit of forgetting what is still valid."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.cache.backends.db import DatabaseCache

from apps.core.sql import load_sql

_SQL = load_sql(Path(__file__).parent / "sql" / "retention.sql")


class TableCache(DatabaseCache):
    """Past MAX_ENTRIES only what has expired is removed.

    Django's would go on to remove a third of the rest, and with it limits of sign-in that somebody has just used up.
    `manage.py doctor` says when the table comes near its limit; `manage.py purge` removes what has expired.
    """

    def _cull(self, db: str, cursor: Any, now: datetime, num: int) -> None:
        cursor.execute(_SQL["remove_expired"], {"before": now})
