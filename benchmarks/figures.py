"""Times put together: percentiles, ratios, growth."""

from dataclasses import asdict, dataclass
from math import log10
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds of a group of pages. `sql` is the median of the same contact queries run bare."""

    group: str
    pages: int
    p50: float
    p95: float
    worst: float
    worst_url: str
    queries: int  # the most that one page made
    sql: float
    all_sql: float

    @property
    def ratio(self) -> float:
        """Page to bare contact queries."""
        return self.p50 / self.sql if self.sql else 0.0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"ratio": round(self.ratio, 1)}


def percentile(values: list[float], share: float) -> float:
    """The smallest value that so large a share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def summary(
    group: str, times: list[tuple[str, float]], queries: int, sql: list[float], all_sql: list[float]
) -> Figures:
    taken = [milliseconds for _, milliseconds in times]
    worst_url, worst = max(times, key=lambda entry: entry[1])
    return Figures(
        group,
        len(times),
        p50=round(median(taken), 1),
        p95=round(percentile(taken, 0.95), 1),
        worst=round(worst, 1),
        worst_url=worst_url,
        queries=queries,
        sql=round(median(sql), 2) if sql else 0.0,
        all_sql=round(median(all_sql), 2) if all_sql else 0.0,
    )


def growth(small: float, large: float, times_as_many: float) -> float:
    """The exponent e in time ~ N^e."""
    return round(log10(large / small) / log10(times_as_many), 2) if small and large else 0.0
