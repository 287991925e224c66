"""The cache's table. Past MAX_ENTRIES every new entry looks for expired ones to remove, which takes time."""

from django.conf import settings

from apps.core.doctor.database import rows
from apps.core.doctor.registry import Finding, examination, fine, warn


@examination("Cache", "entries", asks_database=True)
def entries() -> Finding:
    ((held, expired),) = rows("cache")
    most = settings.CACHE_MAX_ENTRIES
    sentence = f"The cache holds {held:,} of at most {most:,} entries, {expired:,} of them expired"
    if held - expired > 0.8 * most:
        return warn(f"{sentence}: beyond that every new entry takes longer.", "Raise CACHE_MAX_ENTRIES.")
    return fine(f"{sentence}.")
