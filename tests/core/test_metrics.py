"""Metrics: names and labels by Prometheus's rules, few enough of them, quick, and summed over processes."""

import os
import re
import subprocess
import sys
import time
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from prometheus_client.parser import text_string_to_metric_families

from apps.accounts.models import AdminUser
from apps.core import metric_files, metrics
from apps.core.metric_page import metrics_text
from tests.workers import wait_for

MOST_SERIES = 3_000  # the product has 128 routes; a scrape of so many takes well under the 200 ms it may
OURS = re.compile(r"a360_[a-z0-9]+(_[a-z0-9]+)*")
UNITS = ("_seconds", "_total", "_info", "_in_flight", "_connections", "_up", "_stalled")


@pytest.fixture
def scrape(db: None, settings: Any, client: Client) -> Any:
    settings.HEALTH_ALLOWED_ADDRESSES = [ip_network("127.0.0.1")]

    def families() -> dict[str, Any]:
        text = client.get("/metrics").content.decode()
        return {family.name: family for family in text_string_to_metric_families(text)}

    return families


def value(families: dict[str, Any], sample: str, **labels: str) -> float:
    return sum(
        each.value
        for family in families.values()
        for each in family.samples
        if each.name == sample and labels.items() <= each.labels.items()
    )


def test_the_text_is_prometheuss_and_every_name_follows_its_rules(scrape: Any, client: Client) -> None:
    client.get("/login/")
    families = scrape()
    assert len(families) > 10
    for name, family in families.items():
        full = f"{name}_total" if family.type == "counter" else name
        assert OURS.fullmatch(full), full
        assert full.endswith(UNITS), full
        assert family.documentation.endswith("."), full
        assert family.type in {"counter", "gauge", "histogram"}
        for sample in family.samples:
            assert not {label for label in sample.labels if label.startswith("__") or ":" in label}


def test_the_slo_thresholds_are_buckets(scrape: Any, client: Client) -> None:
    client.get("/login/")
    edges = {each.labels.get("le") for each in scrape()["a360_http_request_duration_seconds"].samples}
    assert {"0.5", "2.0"} <= edges


def test_a_request_is_counted_by_method_route_and_class(scrape: Any, client: Client) -> None:
    labels = {"method": "GET", "route": "/contacts/<bigid:contact_id>/", "status_class": "3xx"}
    before = scrape()
    client.get("/contacts/1/")
    client.get("/contacts/2/?q=ann")
    after = scrape()
    assert (
        value(after, "a360_http_requests_total", **labels)
        - value(before, "a360_http_requests_total", **labels)
        == 2
    )
    duration = {"route": labels["route"]}
    name = "a360_http_request_duration_seconds_count"
    assert value(after, name, **duration) - value(before, name, **duration) == 2


def test_whatever_a_visitor_makes_up_is_one_series(scrape: Any, client: Client) -> None:
    for n in range(30):
        client.generic(f"MADEUP{n}", f"/made/up/{n}/")
        client.get(f"/static/made-up-{n}.css")
    made_up = [
        each.labels
        for each in scrape()["a360_http_requests"].samples
        if each.name.endswith("_total") and each.labels["route"] in {"none", "static"}
    ]
    assert {each["method"] for each in made_up} <= {"GET", "HEAD", "POST", "other"}
    assert len(made_up) < 10
    assert "made" not in str(made_up)


def test_probes_and_scrapes_are_not_counted(scrape: Any, client: Client) -> None:
    before = value(scrape(), "a360_http_requests_total")
    for path in ("/alive/", "/ready/", "/health/", "/health/detailed/"):
        client.get(path)
    assert value(scrape(), "a360_http_requests_total") == before


def test_what_only_the_database_knows_is_asked_at_the_scrape(scrape: Any) -> None:
    families = scrape()
    assert value(families, "a360_db_up") == 1
    assert {each.labels["state"] for each in families["a360_db_connections"].samples} == {
        "active",
        "idle",
        "idle_in_transaction",
        "other",
    }
    assert value(families, "a360_db_connections") >= 1
    for name in ("a360_job_queue_oldest_seconds", "a360_jobs_stalled"):
        assert value(families, name) >= 0
    assert "a360_worker_last_heartbeat_timestamp_seconds" in families
    assert "a360_db_deadlocks" in families
    assert value(families, "a360_build_info") == 1


def test_a_refused_sign_in_is_counted(scrape: Any, client: Client) -> None:
    AdminUser.objects.create_user("someone@staff.example", "right-password")
    before = value(scrape(), "a360_auth_failures_total", reason="credentials")
    client.post("/login/", {"login": "someone@staff.example", "password": "wrong"})
    client.post("/login/", {"login": "nobody@staff.example", "password": "wrong"})
    client.post("/login/", {"login": "someone@staff.example", "password": "right-password"})
    assert value(scrape(), "a360_auth_failures_total", reason="credentials") == before + 2


def routes(resolver: URLResolver | None = None) -> int:
    return sum(
        routes(entry) if isinstance(entry, URLResolver) else isinstance(entry, URLPattern)
        for entry in (resolver or get_resolver()).url_patterns
    )


def test_there_can_never_be_too_many_series() -> None:
    """A route answers two methods with two classes, now and then a fifth pair; 30 kinds of jobs and the rest on top."""
    places = routes() + 2
    of_each = len(metrics._REQUEST_SECONDS) + 3  # +Inf, sum and count
    requests = places * (2 * 2 + 1)
    jobs = 30 * (3 + len(metrics._JOB_SECONDS) + 3)
    assert requests + places * of_each + jobs + 100 <= MOST_SERIES


@pytest.mark.slow
def test_a_scrape_of_a_busy_server_is_quick(tmp_path: Path) -> None:
    """Four processes that each had every route: the series stay few and the scrape under 200 ms."""
    code = """
from apps.core import metric_files
from pathlib import Path
import sys
metric_files.use_folder(Path(sys.argv[1]))
from apps.core import metrics
for n in range(60):
    for method in ("GET", "POST"):
        for status in ("2xx", "4xx"):
            metrics.HTTP_REQUESTS.labels(method, f"/route/{n}/", status).inc()
    metrics.HTTP_REQUEST_DURATION.labels(f"/route/{n}/").observe(0.3)
for n in range(20):
    metrics.JOBS.labels(f"task{n}", "succeeded").inc()
    metrics.JOB_DURATION.labels(f"task{n}").observe(1)
metrics.DB_QUERY_DURATION.observe(0.01)
"""
    for _ in range(4):
        subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    measure = """
import time, sys
from pathlib import Path
from apps.core import metric_files
metric_files.use_folder(Path(sys.argv[1]))
import django; django.setup()
from apps.core.metric_page import metrics_text
metrics_text()
took = []
for _ in range(5):
    began = time.perf_counter(); text = metrics_text().decode(); took.append(time.perf_counter() - began)
lines = [line for line in text.splitlines() if not line.startswith("#")]
assert 'a360_http_requests_total{method="GET",route="/route/7/",status_class="2xx"} 4.0' in lines, text
print(sorted(took)[2], len(lines))
"""
    done = subprocess.run(
        [sys.executable, "-c", measure, str(tmp_path)],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seconds, series = done.stdout.split()
    assert float(seconds) < 0.2
    print(f"\n{float(seconds) * 1000:.0f} ms, {series} series")
    assert int(series) <= MOST_SERIES


def test_the_counts_of_processes_that_ended_go_with_the_next_start(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    folder = tmp_path / "metrics" / "here"
    folder.mkdir(parents=True)
    of_ended, of_live = folder / f"counter_{ended.pid}.db", folder / f"gauge_livesum_{os.getpid()}.db"
    of_an_ended_supervisors = folder / f"counter_of{ended.pid}.db"
    for file in (of_ended, of_an_ended_supervisors, of_live, folder / "notes.txt"):
        file.touch()
    metric_files.empty(folder)
    assert sorted(file.name for file in folder.iterdir()) == sorted([of_live.name, "notes.txt"])


def test_machines_that_share_a_folder_keep_their_counts_apart_and_answer_for_each_other(
    tmp_path: Path,
) -> None:
    """Containers: processes of the same number, and one that was taken down long ago."""
    code = """
import socket, sys
from pathlib import Path
socket.gethostname = lambda: sys.argv[2]
from apps.core import metric_files
metric_files.empty(metric_files.use_folder(Path(sys.argv[1])))
from apps.core import metrics
metrics.JOBS.labels("task", "succeeded").inc()
if len(sys.argv) > 3:
    from prometheus_client.multiprocess import MultiProcessCollector
    merged = MultiProcessCollector.merge(metric_files.files_of_all())
    print(next(sample.value for metric in merged for sample in metric.samples if sample.name == "a360_jobs_total"))
"""
    for machine in ("web-1", "gone"):
        subprocess.run([sys.executable, "-c", code, str(tmp_path), machine], check=True)
    for file in (tmp_path / "metrics" / "gone").iterdir():
        os.utime(file, (0, 0))
    last = [sys.executable, "-c", code, str(tmp_path), "web-2", "tell"]
    assert subprocess.run(last, check=True, capture_output=True, text=True).stdout.strip() == "2.0"
    assert sorted(folder.name for folder in (tmp_path / "metrics").iterdir()) == ["web-1", "web-2"]


SCRAPE = """
import sys
from pathlib import Path
from apps.core import metric_files
metric_files.use_folder(Path(sys.argv[1]))
import django; django.setup()
from apps.core.metric_page import metrics_text
print(metrics_text().decode())
"""
COUNT = """
import sys
from pathlib import Path
from apps.core import metric_files
metric_files.use_folder(Path(sys.argv[1]))
from apps.core import metrics
metrics.ERRORS.labels("job").inc()
"""
SUPERVISE = """
import sys
import django; django.setup()
from apps.core.jobs.supervisor import Supervisor
sys.exit(Supervisor(["-c", *sys.argv[1:]], grace=1).run())
"""


def run(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def errors_counted(folder: Path) -> float:
    found = re.search(r'a360_errors_total\{where="job"\} (\S+)', run(SCRAPE, str(folder)))
    return float(found[1]) if found else 0


def test_a_process_that_was_killed_while_it_made_its_file_spoils_no_scrape(tmp_path: Path) -> None:
    run(COUNT, str(tmp_path))
    (next((tmp_path / "metrics").iterdir()) / "counter_1.db").touch()
    assert errors_counted(tmp_path) == 1


def test_a_worker_that_is_started_again_goes_on_with_its_counts(tmp_path: Path) -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    supervisor = subprocess.Popen([sys.executable, "-c", SUPERVISE, COUNT, str(tmp_path)], env=environment)
    try:
        wait_for(lambda: errors_counted(tmp_path) >= 2)
        assert [file.name for file in (tmp_path / "metrics").glob("*/counter*")] == [
            f"counter_of{supervisor.pid}.db"
        ]
    finally:
        supervisor.terminate()
        assert supervisor.wait(30) == 0


def test_a_database_that_does_not_answer_leaves_the_other_figures(settings: Any) -> None:
    from django.db import connection

    kept = connection.settings_dict["HOST"], connection.settings_dict["PORT"]
    connection.settings_dict.update(HOST="127.0.0.1", PORT="1")
    try:
        began = time.monotonic()
        text = metrics_text().decode()
        assert time.monotonic() - began < 2
    finally:
        connection.settings_dict.update(HOST=kept[0], PORT=kept[1])
    assert "a360_db_up 0.0" in text
    assert "a360_http_requests_in_flight" in text
    assert "a360_jobs_stalled" not in text
