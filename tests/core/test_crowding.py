"""A process that has all hands full says so at once, and only then."""

import threading

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from apps.core.crowding import CrowdMiddleware


def test_who_comes_on_top_is_told_at_once_and_later_let_in(settings, rf: RequestFactory):
    settings.MOST_AT_ONCE = 2
    inside, leave = threading.Semaphore(0), threading.Event()

    def busy(request: HttpRequest) -> HttpResponse:
        inside.release()
        assert leave.wait(20)
        return HttpResponse("done")

    middleware = CrowdMiddleware(busy)
    threads = [threading.Thread(target=middleware, args=[rf.get("/contacts/")]) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert inside.acquire(timeout=20)
    assert inside.acquire(timeout=20)
    refused = middleware(rf.get("/contacts/"))
    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    leave.set()
    for thread in threads:
        thread.join()
    assert middleware(rf.get("/contacts/")).content == b"done"


def test_a_place_is_free_again_after_an_error(settings, rf: RequestFactory):
    settings.MOST_AT_ONCE = 1

    def broken(request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    middleware = CrowdMiddleware(broken)
    for _ in range(3):
        try:
            middleware(rf.get("/contacts/"))
        except ZeroDivisionError:
            continue
        raise AssertionError("It was not let in.")


def test_a_probe_is_let_in_however_full_it_is(settings, rf: RequestFactory):
    settings.MOST_AT_ONCE = 1

    def asks_meanwhile(request: HttpRequest) -> HttpResponse:
        return HttpResponse("alive") if request.path == "/health/" else middleware(rf.get("/health/"))

    middleware = CrowdMiddleware(asks_meanwhile)
    assert middleware(rf.get("/contacts/")).content == b"alive"
