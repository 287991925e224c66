"""What core itself examines, in the order of the report."""

from apps.core.doctor import cache, database, files, mail, queue, settings

__all__ = ["cache", "database", "files", "mail", "queue", "settings"]
