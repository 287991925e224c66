"""How many contacts somebody may download: a ledger.

    reservation = reserve_quota(user=person.pk, amount=412, reference="export 12")   # or QuotaExceeded
    spend_quota(reservation, amount=390)                                             # the other 22 are given back

Each works inside the caller's transaction and holds the person's account until its end: who reserves for several people
in one transaction goes by ascending id. Tests say the moment with `now`; it is the database's clock otherwise.
"""

from apps.accounts.quota.ledger import QuotaExceeded, ReferenceTaken
from apps.accounts.quota.operations import adjust_quota, grant_credit, set_download_limit
from apps.accounts.quota.queries import Usage, balance_of, usage_of
from apps.accounts.quota.reservations import (
    Reservation,
    ReservationFinished,
    keep_reservation,
    release_quota,
    reserve_quota,
    spend_quota,
)

__all__ = [
    "QuotaExceeded",
    "ReferenceTaken",
    "Reservation",
    "ReservationFinished",
    "Usage",
    "adjust_quota",
    "balance_of",
    "grant_credit",
    "keep_reservation",
    "release_quota",
    "reserve_quota",
    "set_download_limit",
    "spend_quota",
    "usage_of",
]
