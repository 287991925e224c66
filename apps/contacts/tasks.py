"""The jobs of this app: a worker finds them by importing this module."""

from apps.contacts.bulk.running import run_bulk_act
from apps.contacts.facets.upkeep import fold_bitmaps, refresh_bitmaps

__all__ = ["fold_bitmaps", "refresh_bitmaps", "run_bulk_act"]
