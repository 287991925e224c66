"""Ids of requests and traces: taken over only in their strict form, on every answer, and carried on into jobs."""

import json
import logging
import re

import pytest
from django.test import Client

from apps.core.logs.formatting import json_formatter
from apps.core.request_ids import (
    correlation,
    current_request_id,
    current_span_id,
    current_trace_id,
    current_traceparent,
    resume,
)

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GOOD = f"00-{TRACE}-{SPAN}-01"
MALFORMED = [
    "",
    "garbage",
    f"ff-{TRACE}-{SPAN}-01",
    f"01-{TRACE}-{SPAN}-01-more",
    f"0-{TRACE}-{SPAN}-01",
    f"00-{TRACE.upper()}-{SPAN}-01",
    f"00-{TRACE}-{SPAN.upper()}-01",
    f"00-{'0' * 32}-{SPAN}-01",
    f"00-{TRACE}-{'0' * 16}-01",
    f"00-{TRACE[:-1]}-{SPAN}-01",
    f"00-{TRACE}0-{SPAN}-01",
    f"00-{TRACE}-{SPAN}",
    f"00-{TRACE}-{SPAN}-1",
    f"00-{TRACE}-{SPAN}-zz",
    f"{GOOD}-",
    f"{GOOD},{GOOD}",
    f" x{GOOD}",
    f"{GOOD}\r\nX-Forged: yes",
    f"{GOOD}\x1b[31m",
    f"00-{TRACE}-{SPAN}-０１",
    "00-" + "a" * 10_000,
    '{"Timestamp":"2026-01-01","Body":"forged"}',
]


def test_a_callers_trace_goes_on(client: Client, db: None) -> None:
    answer = client.get("/login/", headers={"traceparent": GOOD})
    _, trace, span, flags = answer["traceparent"].split("-")
    assert (trace, flags) == (TRACE, "01")
    assert span != SPAN  # this request is a span of its own


@pytest.mark.parametrize("header", MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_trace_begins_a_new_one_and_breaks_nothing(client: Client, db: None, header: str) -> None:
    answer = client.get("/login/", headers={"traceparent": header, "X-Request-ID": header})
    assert answer.status_code == 200
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", answer["traceparent"])
    assert TRACE not in answer["traceparent"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{8,64}", answer["X-Request-ID"])


@pytest.mark.parametrize("header", MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_header_forges_no_log_line(
    client: Client, db: None, header: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        answer = client.get("/nosuch/", headers={"traceparent": header, "X-Request-ID": header})
    formatter = json_formatter({})
    lines = [formatter.format(record) for record in caplog.records]
    assert len(lines) == 1
    assert "\n" not in lines[0]
    assert "forged" not in lines[0].lower()
    assert json.loads(lines[0])["EventName"] == "http.request"
    assert answer.status_code == 404


def test_a_job_goes_on_under_the_ids_of_its_request() -> None:
    with resume({"request_id": "abcdefgh", "trace_id": TRACE}):
        taken_along = correlation()
        first_span = current_span_id()
    assert taken_along == {"request_id": "abcdefgh", "trace_id": TRACE}
    with resume(taken_along):
        assert (current_request_id(), current_trace_id()) == ("abcdefgh", TRACE)
        assert current_traceparent() == f"00-{TRACE}-{current_span_id()}-00"
        assert current_span_id() != first_span
    assert (current_request_id(), current_trace_id(), current_traceparent()) == ("", "", "")


@pytest.mark.parametrize(
    "taken_along", [None, {}, {"request_id": "x y", "trace_id": "0" * 32}, {"trace_id": 7}]
)
def test_a_job_without_usable_ids_gets_its_own(taken_along: dict[str, object] | None) -> None:
    with resume(taken_along):
        assert re.fullmatch(r"[0-9a-f]{16}", current_request_id())
        assert re.fullmatch(r"[0-9a-f]{32}", current_trace_id())


def test_outside_there_is_nothing_to_take_along() -> None:
    assert correlation() == {"request_id": "", "trace_id": ""}
