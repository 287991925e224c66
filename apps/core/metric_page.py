"""The text that Prometheus reads: what the processes counted, and what the database knows at this moment."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import structlog
from django.conf import settings
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from apps.core import metric_files
from apps.core.health.direct import direct_connection
from apps.core.health.limits import Limited
from apps.core.jobs.rescue import longest_silence
from apps.core.logs.frames import type_name
from apps.core.metrics import REGISTRY
from apps.core.sql import load_sql

logger = structlog.get_logger(__name__)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SQL = Path(__file__).parent / "sql"
_STATES = ("active", "idle", "idle in transaction", "other")


def metrics_text() -> bytes:
    registry = CollectorRegistry()
    if metric_files.is_shared():
        registry.register(_CountedTogether())
    else:
        registry.register(_Counted())
    registry.register(_OfTheDatabase())
    return generate_latest(registry)


class _CountedTogether(Collector):
    def collect(self) -> Iterable[Metric]:
        merged: Iterable[Metric] = MultiProcessCollector.merge(metric_files.files_of_all())  # type: ignore[no-untyped-call]
        return merged


class _Counted(Collector):
    """Without files there is one process: this one."""

    def collect(self) -> Iterable[Metric]:
        return [metric for metric in REGISTRY.collect() if metric.samples]


class _OfTheDatabase(Collector):
    def collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily("a360_build_info", "Which version runs; always 1.", labels=["version"])
        build.add_metric([settings.VERSION], 1)
        yield build
        try:
            asked = list(_ask_database())
        except Exception as error:  # noqa: BLE001  # the other figures are wanted most when this one is missing
            logger.warning("metrics.no_database", **{"error.type": type_name(error)})
            asked = []
        yield GaugeMetricFamily("a360_db_up", "Whether the database answered this scrape.", value=bool(asked))
        yield from asked


def _look_at_database() -> list[Metric]:
    statements = load_sql(_SQL / "metrics.sql") | load_sql(_SQL / "health.sql")
    with direct_connection() as database:
        # psycopg reads %% as % only where there are parameters.
        states = dict(database.execute(statements["connections"], {}).fetchall())
        (deadlocks,) = database.execute(statements["deadlocks"]).fetchone() or (0,)
        (oldest,) = database.execute(statements["queue"]).fetchone() or (0,)
        (stalled,) = database.execute(statements["stalled"], {"seconds": longest_silence()}).fetchone() or (
            0,
        )
        heartbeat, _ = database.execute(statements["heartbeat"]).fetchone() or (None, None)
    connections = GaugeMetricFamily(
        "a360_db_connections", "Connections to this database, by what they do.", labels=["state"]
    )
    for state in _STATES:
        connections.add_metric([state.replace(" ", "_")], states.get(state, 0))
    return [
        connections,
        CounterMetricFamily("a360_db_deadlocks", "Deadlocks that PostgreSQL broke.", value=deadlocks),
        GaugeMetricFamily(
            "a360_job_queue_oldest_seconds", "How long the longest waiting job has been due.", value=oldest
        ),
        GaugeMetricFamily("a360_jobs_stalled", "Jobs whose worker has not been heard of.", value=stalled),
        GaugeMetricFamily(
            "a360_worker_last_heartbeat_timestamp_seconds",
            "When a worker was last heard of; 0 for never.",
            value=heartbeat or 0,
        ),
    ]


_ask_database = Limited(_look_at_database, seconds=1.0)
