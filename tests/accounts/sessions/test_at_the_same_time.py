"""Ending sessions while they are in use: none comes back, whatever its requests were doing."""

from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from threading import Barrier, Event

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connections, transaction
from django.test import Client

from apps.accounts.models import AdminUser
from apps.accounts.sessions import middleware
from apps.accounts.sessions.operations import end_sessions
from tests.waiting import wait_until_somebody_waits

PASSWORD = "correct horse battery staple"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.slow
def test_of_a_thousand_requests_after_the_end_none_is_let_in(manager: AdminUser, monkeypatch) -> None:
    """Each request notes its use, so that it writes the session that is being ended."""
    monkeypatch.setattr(middleware, "NOTED_EVERY_SECONDS", 0)
    threads, rounds, asked_a_round = 4, 10, 25
    begin, done = Barrier(threads + 1, timeout=300), Barrier(threads + 1, timeout=300)
    ended = [Event() for _ in range(rounds)]

    def ask(_number: int) -> list[int]:
        after: list[int] = []
        for turn in range(rounds):
            client = Client(raise_request_exception=False)
            client.force_login(manager)
            kept = {settings.SESSION_COOKIE_NAME: client.session.session_key or ""}
            assert client.get("/industries/new/").status_code == 200
            begin.wait()
            while not ended[turn].is_set():
                client.cookies = SimpleCookie(kept)
                client.get("/industries/new/")
            for _ in range(asked_a_round):
                client.cookies = SimpleCookie(kept)  # one who keeps what they had
                after.append(client.get("/industries/new/").status_code)
            done.wait()
        connections.close_all()
        return after

    with ThreadPoolExecutor(threads) as pool:
        answers = [pool.submit(ask, number) for number in range(threads)]
        for turn in range(rounds):
            begin.wait()
            assert end_sessions(manager) == threads
            ended[turn].set()
            done.wait()
        statuses = [status for each in answers for status in each.result()]
    assert (len(statuses), set(statuses)) == (1000, {302})
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()


def test_a_session_that_gets_a_new_key_while_it_is_ended_is_ended(manager: AdminUser) -> None:
    manager.set_password(PASSWORD)
    manager.save()
    client = Client(raise_request_exception=False)
    client.force_login(manager)

    def confirm() -> None:
        client.post("/reauthenticate/", {"password": PASSWORD})
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            end_sessions(manager)
            confirming = pool.submit(confirm)
            wait_until_somebody_waits()
        confirming.result()
    assert client.get("/contacts/").status_code == 302
    assert not any("_auth_user_id" in row.get_decoded() for row in Session.objects.all())
