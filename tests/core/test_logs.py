"""A log line: one for each record, in OpenTelemetry's form, and without what is somebody's."""

import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from django.db import connection
from django.test import Client, RequestFactory, override_settings
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import AdminUser
from apps.core.client_address import is_direct, peer_address
from apps.core.logs.addresses import truncated
from apps.core.logs.attributes import allow_attributes
from apps.core.logs.configuration import configuration
from apps.core.logs.formatting import console_formatter, json_formatter
from apps.core.logs.frames import stack_in_words
from apps.core.logs.scrubbing import scrub
from apps.core.observation import timed_queries
from apps.core.request_ids import resume

JSON = json_formatter({"service.name": "appointment360"})
CONSOLE = console_formatter({})


def record(message: Any, *args: Any, name: str = "somebody.elses", **more: Any) -> logging.LogRecord:
    made = logging.LogRecord(name, logging.WARNING, __file__, 1, message, args, more.pop("exc_info", None))
    vars(made).update(more)
    return made


def line_of(message: Any, *args: Any, **more: Any) -> dict[str, Any]:
    return json.loads(JSON.format(record(message, *args, **more)))


class Lines(logging.Handler):
    """Formats as the product's own handler does: at once, under the ids of the moment."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []

    def emit(self, made: logging.LogRecord) -> None:
        self.lines.append(json.loads(JSON.format(made)))


@pytest.fixture
def said() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    handler = Lines()
    logging.getLogger().addHandler(handler)
    yield lambda: handler.lines
    logging.getLogger().removeHandler(handler)


def test_a_line_has_opentelemetrys_names() -> None:
    with resume({"request_id": "abcdefgh", "trace_id": "a" * 32}):
        line = line_of("Hello %s", "there")
    assert line["Body"] == "Hello there"
    assert (line["SeverityText"], line["SeverityNumber"]) == ("WARN", 13)
    assert line["Timestamp"].endswith("Z")
    assert len(line["Timestamp"]) == len("2026-01-01T00:00:00.000Z")
    assert line["TraceId"] == "a" * 32
    assert len(line["SpanId"]) == 16
    assert line["Resource"] == {"service.name": "appointment360"}
    assert line["Attributes"] == {"request.id": "abcdefgh", "logger": "somebody.elses"}


@pytest.mark.django_db
def test_a_request_leaves_one_line_with_its_figures(admin: AdminUser, said: Any) -> None:
    client = Client()
    client.force_login(admin)
    answer = client.get("/contacts/?q=ann&page=2")
    (line,) = said()
    assert line["EventName"] == "http.request"
    assert line["TraceId"] in answer["traceparent"]
    attributes = line["Attributes"]
    assert attributes.pop("duration_ms") > 0
    assert attributes.pop("db.query.ms") > 0
    assert attributes.pop("db.query.count") > 4
    assert attributes == {
        "http.request.method": "GET",
        "http.route": "/contacts/",
        "http.response.status_code": 200,
        "enduser.id": admin.pk,
        "client.address": "127.0.0.0",
        "request.id": answer["X-Request-ID"],
        "logger": "apps.core.observation",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/alive/", "/ready/", "/health/", "/metrics", "/health/detailed/"])
def test_probes_leave_none(client: Client, said: Any, path: str) -> None:
    with override_settings(HEALTH_ALLOWED_ADDRESSES=[]):
        client.get(path)
    assert [line for line in said() if line.get("EventName") == "http.request"] == []


@pytest.mark.django_db
def test_the_route_is_the_template_and_a_made_up_address_is_none(client: Client, said: Any) -> None:
    client.get("/contacts/17/")
    client.get("/nosuch/ann/")
    client.get("/static/nosuch.css")
    routes = [line["Attributes"]["http.route"] for line in said()]
    assert routes == ["/contacts/<bigid:contact_id>/", "none", "static"]


@pytest.mark.django_db
def test_slow_requests_and_statements_are_told_with_their_route(client: Client, said: Any) -> None:
    with override_settings(SLOW_REQUEST_MS=1, SLOW_QUERY_MS=20):
        client.get("/login/")
        with timed_queries("send_mails"), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(%s), %s::text, 'Ann''s'", [0.03, "Zeisiggunde"])
    slow, statement = (line for line in said() if line["SeverityText"] == "WARN")
    assert (slow["EventName"], slow["Attributes"]["http.route"]) == ("http.slow_request", "/login/")
    assert statement["EventName"] == "db.slow_query"
    assert statement["Attributes"]["db.statement"] == "SELECT pg_sleep(%s), %s::text, '…'"
    assert statement["Attributes"]["http.route"] == "send_mails"


def test_our_own_events_say_only_what_is_on_the_list(said: Any) -> None:
    logger = structlog.get_logger("apps.test")
    logger.info("contact.saved", email="ann@x.example", title="Head of", **{"event.outcome": "success"})
    assert said()[0]["Attributes"] == {"event.outcome": "success", "logger": "apps.test"}
    allow_attributes("test.colour")
    logger.info("contact.saved", **{"test.colour": "red"})
    assert said()[1]["Attributes"]["test.colour"] == "red"


def test_of_others_records_only_plain_and_harmless_extras_are_kept() -> None:
    line = line_of(
        "job ended",
        action="job_success",
        worker_id=3,
        job={"args": {"to": "ann@x.example"}},
        email="ann@x.example",
        api_key="k",
        first_name="Ann",
        note="call +49 30 5550 4711",
    )
    assert line["Attributes"] == {
        "action": "job_success",
        "worker_id": 3,
        "note": "call …",
        "logger": "somebody.elses",
    }


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mail to ann.o'neil+x@sub.example.com failed", "mail to …@… failed"),
        ("called +49 (0)30 5550-4711.", "called …."),
        ("called (030) 5550 4711 and 212-555-0199", "called … and …"),
        ("called 030/55504711 and 03055504711", "called … and …"),
        ("GET /contacts/?q=Ann+Miller&page=2 HTTP/1.1", "GET /contacts/?… HTTP/1.1"),
        ("password=hunter2 token: abc", "password=… token: …"),
        ("Authorization: Bearer abc.def", "Authorization: …"),
        ("postgres://crm:hunter2@db/crm", "postgres://…@db/crm"),
        ("key 5f2b8c1e9d7a4f6b8c1e9d7a4f6b8c1e9d7a4f6b", "key …"),
        ("session abcdefgh1234567890abcdefgh123456", "session …"),
        ("Key (email)=(ann@x.example) already exists.", "Key (email)=(…) already exists."),
        ("duplicate key\nDETAIL:  Key (name)=(Ann) exists", "duplicate key\\nDETAIL: …"),
        ("Failing row contains (7, Ann, Miller)", "Failing row contains (…)"),
        ("Starting job send[12](to='Ann', body='Hi')", "Starting job send[12](…)"),
        ("Listening at: http://127.0.0.1:8765 (2172)", "Listening at: http://127.0.0.1:8765 (2172)"),
        ("trace 4bf92f3577b34da6a3ce929d0e0e4736", "trace 4bf92f3577b34da6a3ce929d0e0e4736"),
        ("took 2026-11-24T11:49:42.890Z, 12.345 ms", "took 2026-11-24T11:49:42.890Z, 12.345 ms"),
        ("a\r\nb\x1b[31mc\u2028d\u202ee", "a\\r\\nb\\x1b[31mc\\u2028d\\u202ee"),
    ],
)
def test_what_is_somebodys_is_taken_out_of_a_text(text: str, left: str) -> None:
    assert scrub(text) == left


def test_a_long_text_is_cut_and_read_in_time() -> None:
    assert len(scrub("x " * 100_000)) == 2001
    for tiresome in (
        "a" * 100_000,
        "a-" * 50_000,
        "1 " * 50_000,
        "+1" * 50_000,
        "?" * 100_000,
        "Key (" * 20_000,
    ):
        began = time.perf_counter()
        scrub(tiresome)
        assert time.perf_counter() - began < 0.1


@given(text=st.text(max_size=300))
def test_no_text_can_break_a_line_or_colour_a_terminal(text: str) -> None:
    made = record("%s", text, note=text, **{"odd\nkey\x1b": text})
    as_json, as_text = JSON.format(made), CONSOLE.format(made)
    assert isinstance(json.loads(as_json), dict)
    for line in (as_json, as_text):
        assert len(line.splitlines()) == 1
        assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in line)


def caught() -> Any:
    secret = "Zeisiggunde"
    try:
        try:
            raise ValueError(f"{secret} is no number")
        except ValueError as cause:
            raise KeyError(secret) from cause
    except KeyError:
        return sys.exc_info()


def test_an_exception_is_types_and_frames_without_its_words() -> None:
    exc_info = caught()
    line = line_of("It failed: %s", exc_info[1], exc_info=exc_info)
    assert line["Body"] == "It failed: …"
    assert line["Attributes"]["error.type"] == "KeyError"
    stack = line["Attributes"]["exception.stacktrace"]
    assert stack == stack_in_words(exc_info[1])
    assert stack.splitlines()[0] == "KeyError"
    assert "caused by ValueError" in stack
    assert "tests/core/test_logs.py:" in stack
    assert "Zeisiggunde" not in json.dumps(line)
    assert "/" not in stack.splitlines()[1].split("tests/")[0].strip()  # not where it lies on this machine


def test_a_record_that_cannot_be_formatted_does_not_spill_its_arguments() -> None:
    line = line_of("%d contacts", "Zeisiggunde")
    assert line["Body"] == "A record could not be formatted (TypeError)"


def test_a_person_at_a_terminal_reads_time_severity_and_what() -> None:
    exc_info = caught()
    text = CONSOLE.format(record("It failed", name="apps.test", exc_info=exc_info))
    first, *frames = text.splitlines()
    assert "WARN  It failed  " in first
    assert frames[0] == "    KeyError"


def test_every_logger_has_one_handler_and_the_noisy_ones_are_quiet() -> None:
    made = configuration(form="json", level="info", stream="stdout", resource={})
    assert made["handlers"]["stream"]["stream"] == "ext://sys.stdout"
    assert made["root"] == {"level": "INFO", "handlers": ["stream"]}
    assert all(each["handlers"] == [] and each["propagate"] for each in made["loggers"].values())
    assert logging.getLogger("django.server").getEffectiveLevel() == logging.CRITICAL
    assert logging.getLogger("django.db.backends").getEffectiveLevel() == logging.WARNING


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
        ("nonsense\r\n", ""),
    ],
)
def test_of_an_address_only_the_network_is_kept(address: str, network: str) -> None:
    assert truncated(address) == network


def test_the_peer_is_who_connected_and_speaks_for_itself_unless_it_forwards() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9")
    assert (peer_address(request), is_direct(request)) == ("10.0.0.9", True)
    assert not is_direct(RequestFactory().get("/", headers={"X-Forwarded-For": "10.0.0.9"}))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            "Invalid request from ip=203.0.113.7: Invalid HTTP Version: 'Ann HTTP/1.1'",
            "Invalid HTTP Version …",
        ),
        ("Invalid request from ip=2001:db8::7: Invalid HTTP Header: 'Cookie Ann'", "Invalid HTTP Header …"),
        ("Invalid request from ip=: Invalid chunk size: b'title=Ann'", "Invalid chunk size …"),
        (
            "Invalid request from ip=203.0.113.7: Invalid HTTP request line: 'Ann\nLee x'",
            "Invalid HTTP request line …",
        ),
        ("Error handling request GET /password-reset/key/Ann/?Ann", "Error handling request …"),
        ("Error handling request (no URI read)", "Error handling request (no URI read)"),
    ],
)
def test_what_gunicorn_could_not_read_is_not_repeated(said: str, kept: str) -> None:
    line = line_of(said, name="gunicorn.error")
    assert line["Body"] == kept
    assert "Ann" not in CONSOLE.format(record(said))
