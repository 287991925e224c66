"""Errors: kept as groups without anybody's values; a database that is away is 503; programs get problem documents."""

import json
import re
import sys
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig
from django.db import DataError, InterfaceError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from psycopg_pool import PoolTimeout

from apps.accounts.models import AdminUser
from apps.core import metrics
from apps.core.error_pages import error_page
from apps.core.errors.models import ErrorGroup
from apps.core.errors.queries import PAGE_SIZE, Place, error_groups, resolve
from apps.core.errors.record import record_error
from apps.core.errors.sentry import without_values
from apps.core.request_ids import resume


class Fault(Exception):
    pass


def broken(request: HttpRequest) -> HttpResponse:
    raise Fault("Zeisiggunde Kanarienvogl")


def broken_in_a_transaction(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    raise AssertionError


def refused(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("Not yours.")


def unreadable(request: HttpRequest) -> HttpResponse:
    raise BadRequest("What is this?")


def too_much(request: HttpRequest) -> HttpResponse:
    raise RequestDataTooBig("Too big.")


def limited(request: HttpRequest) -> HttpResponse:
    return error_page(429, retry_after=30)


def wrong_method(request: HttpRequest) -> HttpResponse:
    from django.http import HttpResponseNotAllowed

    return HttpResponseNotAllowed(["POST"])


def caused(error: Exception, cause: Exception | None) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        raise error from cause

    return view


AWAY: dict[str, tuple[Exception, Exception | None]] = {
    "pool": (OperationalError("no connection"), PoolTimeout("couldn't get a connection")),
    "time": (OperationalError("timeout"), psycopg.errors.QueryCanceled("statement timeout")),
    "conflict": (OperationalError("deadlock"), psycopg.errors.DeadlockDetected("deadlock")),
    "connection": (OperationalError("gone"), psycopg.errors.AdminShutdown("terminating connection")),
    "raw_pool": (PoolTimeout("couldn't get a connection"), None),
    "closed": (InterfaceError("connection already closed"), None),
}


def slow(request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 20")
        cursor.execute("SELECT pg_sleep(5)")
    raise AssertionError


VIEWS = [
    path("broken/", broken),
    path("division/", broken_in_a_transaction),
    path("refused/", refused),
    path("unreadable/", unreadable),
    path("too-much/", too_much),
    path("limited/", limited),
    path("wrong-method/", wrong_method),
    path("slow/", slow),
    *(path(f"away/{name}/", caused(*errors)) for name, errors in AWAY.items()),
]
urlpatterns = [
    path("pages/", include(VIEWS)),
    path("api/v1/", include(VIEWS)),
    path("", include("appointment360.urls")),
]
handler400 = "apps.core.error_pages.bad_request"
handler403 = "apps.core.error_pages.permission_denied"
handler404 = "apps.core.error_pages.not_found"
handler500 = "apps.core.error_pages.server_error"

ANSWERS = {
    "broken/": 500,
    "refused/": 403,
    "unreadable/": 400,
    "too-much/": 413,
    "limited/": 429,
    "wrong-method/": 405,
    "nosuch/": 404,
    "away/pool/": 503,
}
NEXT = {
    400: "Go back and try again",
    403: "ask an administrator",
    404: "Check the address",
    405: "Go back to the page with the form",
    413: "Shorten the longest text",
    429: "Wait 30 seconds",
    500: "Try once more",
    503: "Try again in a minute",
}
INSIDE = ("Zeisiggunde", "Traceback", "Fault", "apps.", "settings", "psycopg", "SELECT", "PoolTimeout")


@pytest.fixture(autouse=True)
def no_errors_yet(db: None) -> None:
    """Where a test's own transaction is broken, the error is kept beside it, and outlives the test."""
    ErrorGroup.objects.all().delete()


@pytest.fixture
def visitor(db: None) -> Any:
    with override_settings(ROOT_URLCONF=__name__):
        yield Client(raise_request_exception=False)


@pytest.mark.parametrize(("address", "status"), ANSWERS.items())
def test_people_get_a_page_that_says_what_to_do_next_and_nothing_of_the_inside(
    visitor: Client, address: str, status: int
) -> None:
    answer = visitor.get(f"/pages/{address}")
    page = answer.content.decode()
    assert (answer.status_code, answer["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert answer["X-Request-ID"] in page
    assert NEXT[status] in page
    assert [word for word in INSIDE if word in page] == []


@pytest.mark.parametrize(("address", "status"), ANSWERS.items())
def test_programs_get_a_problem_document(visitor: Client, address: str, status: int) -> None:
    answer = visitor.get(f"/api/v1/{address}", headers={"Accept": "text/html"})
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    document = json.loads(answer.content)
    assert set(document) == {"type", "title", "status", "detail", "instance", "request_id"}
    assert document["type"] == "about:blank"
    assert document["status"] == status
    assert document["instance"] == f"/api/v1/{address}"
    assert document["request_id"] == answer["X-Request-ID"]
    assert document["title"]
    assert len(document["detail"]) > 5
    assert [word for word in INSIDE if word in answer.content.decode()] == []
    if status in {429, 503}:
        assert int(answer["Retry-After"]) > 0
    if status == 405:
        assert answer["Allow"] == "POST"


def test_a_bad_address_below_the_api_is_a_problem_document_too(visitor: Client) -> None:
    answer = visitor.get("/api/v1/%00/")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/api/v1/limited/")
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")


@pytest.mark.parametrize("name", AWAY)
def test_a_database_that_is_away_is_no_error_of_ours(visitor: Client, name: str) -> None:
    reason = {"raw_pool": "pool", "closed": "connection"}.get(name, name)
    before = metrics.DB_UNAVAILABLE.labels(reason)._value.get()
    answer = visitor.get(f"/pages/away/{name}/")
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert metrics.DB_UNAVAILABLE.labels(reason)._value.get() == before + 1
    assert not ErrorGroup.objects.exists()


def test_a_statement_that_ran_into_its_limit_asks_for_less(visitor: Client) -> None:
    answer = visitor.get("/pages/slow/")
    assert answer.status_code == 503
    assert "took longer than the server allows" in answer.content.decode()
    assert not ErrorGroup.objects.exists()


def test_a_fragment_gets_the_page_that_its_script_turns_into_a_message(visitor: Client) -> None:
    for address, status in {"broken/": 500, "nosuch/": 404, "away/pool/": 503, "refused/": 403}.items():
        answer = visitor.get(f"/pages/{address}", headers={"HX-Request": "true"})
        assert answer.status_code == status
        assert re.search(r'id="fault".*<code>' + answer["X-Request-ID"], answer.content.decode(), re.DOTALL)


def test_an_error_is_kept_as_a_group_without_anybodys_values(visitor: Client) -> None:
    answers = [visitor.get("/pages/broken/") for _ in range(3)]
    (group,) = ErrorGroup.objects.all()
    assert group.exception_type.endswith("test_errors.Fault")
    assert (group.function, group.where, group.count) == ("broken", "/pages/broken/", 3)
    assert group.last_request_id == answers[-1]["X-Request-ID"]
    assert group.first_seen < group.last_seen
    assert "tests/core/test_errors.py:" in group.stack
    assert "Zeisiggunde" not in json.dumps(list(ErrorGroup.objects.values()), default=str)


@pytest.mark.django_db(transaction=True)
def test_an_error_of_the_database_is_placed_in_the_code_that_asked_it(
    admin: AdminUser, make_contact: Callable[..., Any]
) -> None:
    contact = make_contact(first_name="Ann")
    client = Client(raise_request_exception=False)
    client.force_login(admin)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE contacts_note RENAME TO contacts_note_away")
    try:
        assert client.get(f"/contacts/{contact.pk}/").status_code == 500
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE contacts_note_away RENAME TO contacts_note")
    group = ErrorGroup.objects.get()
    assert group.exception_type == "django.db.utils.ProgrammingError"
    assert (group.module, group.function) == ("apps.contacts.pages.timeline", "_notes")


def test_two_kinds_of_error_are_two_groups(visitor: Client) -> None:
    visitor.get("/pages/broken/")
    record_error(error_of(ValueError("a")), where="send_mails")
    record_error(error_of(ValueError("b")), where="send_mails")
    assert sorted(ErrorGroup.objects.values_list("count", flat=True)) == [1, 2]


def error_of(error: Exception) -> Exception:
    try:
        raise error
    except Exception as raised:  # noqa: BLE001
        return raised


def test_a_resolved_error_opens_again_when_it_comes_back(visitor: Client) -> None:
    visitor.get("/pages/broken/")
    group = ErrorGroup.objects.get()
    assert resolve(group.pk)
    assert resolve(group.pk)  # twice is fine
    assert error_groups(is_resolved=False, after=None) == ([], None)
    visitor.get("/pages/broken/")
    group.refresh_from_db()
    assert group.resolved_at is None
    assert not resolve(group.pk + 1)


def test_an_error_in_a_job_is_kept_under_its_task_and_request(db: None) -> None:
    with resume({"request_id": "from-a-click", "trace_id": "a" * 32}):
        record_error(error_of(Fault("Zeisiggunde")), where="send_mails")
    group = ErrorGroup.objects.get()
    assert (group.where, group.last_request_id) == ("send_mails", "from-a-click")


@pytest.mark.django_db(transaction=True)
def test_an_error_is_kept_although_its_transaction_is_broken() -> None:
    with override_settings(ROOT_URLCONF=__name__):
        assert Client(raise_request_exception=False).get("/pages/division/").status_code == 500
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            try:
                cursor.execute("SELECT 1 / 0")
            finally:
                record_error(error_of(Fault("inside")), where="job")
    except DataError:
        pass
    assert sorted(ErrorGroup.objects.values_list("where", flat=True)) == ["/pages/division/", "job"]


@pytest.mark.django_db(transaction=True)
def test_errors_at_the_same_moment_are_all_counted() -> None:
    error = error_of(Fault("x"))

    def several() -> None:
        for _ in range(10):
            record_error(error, where="job")
        connection.close()

    threads = [threading.Thread(target=several) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ErrorGroup.objects.get().count == 40


@pytest.mark.django_db(transaction=True)
def test_where_an_error_cannot_be_kept_the_answer_is_the_same() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_errorgroup RENAME TO core_errorgroup_away")
    try:
        with override_settings(ROOT_URLCONF=__name__):
            assert Client(raise_request_exception=False).get("/pages/broken/").status_code == 500
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE core_errorgroup_away RENAME TO core_errorgroup")


def test_pages_of_groups_hold_each_once(db: None) -> None:
    from django.utils import timezone

    now = timezone.now()
    ErrorGroup.objects.bulk_create(
        ErrorGroup(fingerprint=f"{n:032}", line=1, first_seen=now, last_seen=now)
        for n in range(2 * PAGE_SIZE + 5)
    )
    seen: list[int] = []
    place: Place | None = None
    while True:
        groups, place = error_groups(is_resolved=False, after=Place.parse(str(place)) if place else None)
        seen += [group.pk for group in groups]
        if place is None:
            break
    assert len(seen) == len(set(seen)) == 2 * PAGE_SIZE + 5
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize(
    "text", ["", "x", "1-", "nan-1", "inf-1", "1e400-1", "-1-1", "1-99999999999999999999", "9" * 60]
)
def test_a_broken_place_is_the_first_page(text: str) -> None:
    assert Place.parse(text) is None


def test_a_refusal_is_counted_by_its_kind(visitor: Client, user: AdminUser) -> None:
    counts = {kind: metrics.PERMISSION_DENIED.labels(kind)._value.get() for kind in ("other", "capability")}
    visitor.get("/pages/refused/")
    visitor.force_login(user)
    visitor.get("/contacts/new/")
    for kind, before in counts.items():
        assert metrics.PERMISSION_DENIED.labels(kind)._value.get() == before + 1


def test_sentry_is_not_even_imported_without_an_address() -> None:
    import subprocess

    code = "import django; django.setup(); import sys; print('sentry_sdk' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_what_goes_to_sentry_holds_no_values() -> None:
    event = {
        "exception": {
            "values": [
                {
                    "type": "Fault",
                    "value": "Zeisiggunde",
                    "stacktrace": {
                        "frames": [
                            {
                                "function": "f",
                                "lineno": 3,
                                "vars": {"name": "Zeisiggunde"},
                                "context_line": "x",
                            }
                        ]
                    },
                }
            ]
        },
        "request": {"url": "/contacts/?q=Zeisiggunde", "data": "Zeisiggunde", "headers": {}, "cookies": "c"},
        "user": {"email": "zeisiggunde@x.example"},
        "breadcrumbs": {"values": [{"message": "Zeisiggunde"}]},
        "extra": {"args": "Zeisiggunde"},
        "logentry": {"message": "mail to zeisiggunde@x.example", "params": ["Zeisiggunde"]},
        "transaction": "/contacts/<bigid:contact_id>/",
    }
    sent = without_values(event, {})
    assert "zeisiggunde" not in json.dumps(sent).lower()
    assert sent["exception"]["values"][0]["stacktrace"]["frames"] == [{"function": "f", "lineno": 3}]
    assert sent["transaction"] == "/contacts/<bigid:contact_id>/"


def test_sentry_really_sends_what_was_left_over(tmp_path: Any) -> None:
    """The library with our settings, in a process of its own, against a server of our own."""
    import http.server
    import os
    import subprocess

    received: list[bytes] = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    code = """
import django; django.setup()
import sentry_sdk
from django.test import Client, override_settings
with override_settings(ROOT_URLCONF="tests.core.test_errors"):
    client = Client(raise_request_exception=False, headers={"host": "localhost", "cookie": "a=Zeisiggunde"})
    answer = client.get("/pages/broken/?q=Zeisiggunde")
assert answer.status_code == 500, answer
sentry_sdk.flush(10)
"""
    environment = os.environ | {
        "SENTRY_DSN": f"http://key@127.0.0.1:{server.server_port}/1",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    server.shutdown()
    assert done.returncode == 0, done.stderr
    import gzip

    texts = [gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body for body in received]
    assert any(b"Fault" in text and b"/pages/broken/" in text for text in texts)
    assert not any(b"Zeisiggunde" in text for text in texts)
