"""Counting tries, and taking the count back. Never inside a transaction: a try that fails must count all the same."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Func, Q, TextField, Value

from apps.core.limits.classes import rates_of
from apps.core.limits.keys import Keys
from apps.core.limits.models import RateLimitWindow
from apps.core.sql import load_sql

_SQL = load_sql(Path(__file__).parent / "sql" / "limits.sql")


@dataclass(frozen=True, slots=True)
class Verdict:
    is_allowed: bool
    remaining: int | None = None  # tries that are left of the tightest limit; None where nothing is limited
    retry_after: int = 0  # seconds


def count_try(route_class: str, keys: Keys) -> Verdict:
    """Count a try for all its keys in one statement, or refuse it; a refused one counts for none of them."""
    rates = {kind: rate for kind, rate in rates_of(route_class).items() if kind in keys}
    if not rates:
        return Verdict(is_allowed=True)
    allowed, remaining, retry_after = _call(
        "check_rate_limit",
        [
            route_class,
            list(rates),
            [keys[kind] for kind in rates],
            [rate.most for rate in rates.values()],
            [rate.seconds for rate in rates.values()],
        ],
    )
    return Verdict(allowed, remaining, retry_after)


def give_back_try(route_class: str, keys: Keys) -> None:
    """Take back a try that turned out not to count, as a sign-in that succeeded."""
    kinds = [kind for kind in rates_of(route_class) if kind in keys]
    _call("give_back_rate_limit", [route_class, kinds, [keys[kind] for kind in kinds]])


def lift_limits(*, kind: str = "", keys: Collection[str] | None = None, route_class: str = "") -> int:
    """Forget the tries of these keys (None: all), of one kind and class or of any; the number of limits begun anew.

    "key/more" is a part of a key, and goes with it.
    """
    rows = RateLimitWindow.objects.all()
    if keys is not None:
        rows = rows.annotate(
            whole=Func("key", Value("/"), 1, function="split_part", output_field=TextField())
        )
        rows = rows.filter(Q(key__in=keys) | Q(whole__in=keys, kind="account"))
    if kind:
        rows = rows.filter(kind=kind)
    if route_class:
        rows = rows.filter(route_class=route_class)
    return rows.delete()[0]


def prune_rate_limits() -> int:
    """Remove what no limit needs any more; the number of rows. For the nightly job."""
    return int(_call("prune_rate_limits", [])[0])


def _call(name: str, parameters: list[Any]) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_SQL[name], parameters)
        row: tuple[Any, ...] = cursor.fetchone()
    return row
