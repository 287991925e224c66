"""A plugin: whatever is logged while the tests run is formatted as in production, and no line may hold somebody's data.

E-mail addresses and phone numbers are known by their form, secrets by their value: those of the cast below, the
session key of everybody who signs in, and what a test adds with watch_for(). The test that was running when such a
line came fails; what comes after the last test fails the run.
"""

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.signals import user_logged_in

from apps.core.logs.formatting import json_formatter

PASSWORD = "canary-PaSs-Vogelbauer"
NAME = "Zeisiggunde Kanarienvogl"
EMAIL = "zeisiggunde@canary-contacts.example"
PHONE = "+49 30 5550 4711"
SEARCH = "stieglitzsuche"

_EMAIL = re.compile(r"[^\s\"'@…]@[\w-]+\.\w")
_PHONE = re.compile(r"\+\d[\d ().-]{7,}\d(?!\d|-?\w{3})|\b\d{3}[ .-]\d{3}[ .-]\d{4}\b|\(\d{3,5}\) ?\d{3,}")
_TIME = re.compile(r'^\{"Timestamp":"[^"]*"')
_FIRST_IDS = re.compile(r'"(TraceId|SpanId|request\.id)":"[^"]*"')


class _Watch(logging.Handler):
    """Hears every record that the product's own handler would get."""

    def __init__(self) -> None:
        super().__init__(level=logging.NOTSET)
        self.setFormatter(json_formatter({"service.name": "tests"}))
        self.secrets = {PASSWORD, NAME, *NAME.split(), EMAIL, PHONE, SEARCH}
        self.found: list[str] = []
        self.heard = 0

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record)
        self.heard += 1
        said = _FIRST_IDS.sub("", _TIME.sub("", line))
        if "\n" in line or _EMAIL.search(said) or _PHONE.search(said) or any(s in line for s in self.secrets):
            self.found.append(line[:400])

    def take(self) -> list[str]:
        found, self.found = self.found, []
        return found


_watch: _Watch | None = None


def watch_for(secret: str) -> None:
    """From now on no line may hold this."""
    if _watch is not None and len(secret) > 5:
        # A new set each time: another thread may just be looking through the old one.
        _watch.secrets = _watch.secrets | {secret}


def lines_heard() -> int:
    return _watch.heard if _watch else 0


def _signed_in(sender: Any, request: Any, **kwargs: Any) -> None:
    watch_for(getattr(getattr(request, "session", None), "session_key", "") or "")
    watch_for(request.META.get("CSRF_COOKIE", "") if request else "")


def pytest_sessionstart(session: pytest.Session) -> None:
    global _watch
    _watch = _Watch()
    user_logged_in.connect(_signed_in, dispatch_uid="tests.canary")


def pytest_runtest_setup(item: pytest.Item) -> None:
    # A test of the configuration itself may have taken it away.
    if _watch is not None and _watch not in logging.getLogger().handlers:
        logging.getLogger().addHandler(_watch)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    yield
    if _watch is not None and (found := _watch.take()):
        pytest.fail("A log line holds somebody's data:\n" + "\n".join(found), pytrace=False)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _watch is None:
        return
    logging.getLogger().removeHandler(_watch)
    if found := _watch.take():
        print("\nAfter the last test a log line held somebody's data:", *found, sep="\n")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["canary"] = found  # a worker's exit status is not looked at


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: Any) -> None:
    if _watch is not None:
        _watch.found += (getattr(node, "workeroutput", None) or {}).get("canary", [])
