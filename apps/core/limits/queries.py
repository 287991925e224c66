"""Who is limited now."""

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from apps.core.limits.classes import rates_of
from apps.core.limits.models import RateLimitWindow


@dataclass(frozen=True, slots=True)
class Limited:
    """A key whose next try is refused."""

    route_class: str
    kind: str
    key: str
    since: datetime  # when the first try was refused; else when the last allowed one began to count
    until: datetime
    refused_count: int


def limited_now(*, most: int = 1000) -> list[Limited]:
    """Every key that has used up its limit, those that tried most in vain first."""
    full = [
        Q(route_class=route_class, kind=kind, passed_count__gte=rate.most)
        for route_class in settings.RATE_LIMITS
        for kind, rate in rates_of(route_class).items()
    ]
    if not full:
        return []
    rows = RateLimitWindow.objects.filter(reduce(or_, full), ends_at__gt=Now())
    return [
        Limited(
            row.route_class,
            row.kind,
            row.key,
            row.refused_since or row.started_at,
            row.ends_at,
            row.refused_count,
        )
        for row in rows.order_by("-refused_count", "ends_at")[:most]
    ]
