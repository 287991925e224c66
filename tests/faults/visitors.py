"""Somebody with a browser's patience: requests, cookies, and what became of each."""

import http.client
import itertools
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Self

PATIENCE_SECONDS = 20
NO_ANSWER = 0  # refused or broken off
HANGS = -1  # nothing came while we were patient


@dataclass(frozen=True, slots=True)
class Answer:
    began: float  # time.monotonic()
    seconds: float
    status: int
    about: str = ""
    to: str = ""
    retry_after: str = ""

    @property
    def ended(self) -> float:
        return self.began + self.seconds


class Visitor:
    """One person's cookies; each request is a connection of its own, as through a proxy without keep-alive."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def copy(self) -> "Visitor":
        """The same person in another window."""
        other = Visitor(self.port)
        other.cookies = dict(self.cookies)
        return other

    def sign_in(self, email: str, password: str) -> None:
        self.get("/login/")
        answer = self.post("/login/", {"login": email, "password": password})
        assert answer.status == 302, answer

    def get(self, path: str) -> Answer:
        return self._request("GET", path, None, path)

    def post(self, path: str, fields: dict[str, str], about: str = "") -> Answer:
        token = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
        return self._request("POST", path, urllib.parse.urlencode({**fields, **token}), about or path)

    def _request(self, method: str, path: str, body: str | None, about: str) -> Answer:
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            response.read()
        except TimeoutError:
            return Answer(began, time.monotonic() - began, HANGS, about)
        except (OSError, http.client.HTTPException):
            return Answer(began, time.monotonic() - began, NO_ANSWER, about)
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return Answer(
            began,
            time.monotonic() - began,
            response.status,
            about,
            response.headers.get("Location", ""),
            response.headers.get("Retry-After", ""),
        )


class Load:
    """Visitors who do something over and over, at a steady pace, in threads; `with` starts and ends them."""

    def __init__(
        self, visitor: Visitor, act: Callable[[Visitor, int], Answer], *, threads: int, a_second: float
    ) -> None:
        self.answers: list[Answer] = []
        self._act = act
        self._pause = threads / a_second
        self._numbers = itertools.count(1)
        self._end = threading.Event()
        # One after the other, as people are: in step, they would all be waiting in the same moment.
        self._threads = [
            threading.Thread(target=self._run, args=[visitor.copy(), number / a_second])
            for number in range(threads)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *about: object) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()

    def go_on(self, seconds: float) -> None:
        """Let them work for so long: the test's own clock, not a wait for something to become true."""
        self._end.wait(seconds)

    def _run(self, visitor: Visitor, start_after: float) -> None:
        self._end.wait(start_after)
        due = time.monotonic()
        while not self._end.is_set():
            self.answers.append(self._act(visitor, next(self._numbers)))
            due = max(due + self._pause, time.monotonic() - self._pause)
            self._end.wait(max(0.0, due - time.monotonic()))


def create_contact(visitor: Visitor, number: int, group: str) -> Answer:
    """A contact with an address of its own; status 302 says that it was saved."""
    email = f"{group}{number}@faults.example"
    return visitor.post(
        "/contacts/new/", {"first_name": "Test", "last_name": f"Nr {number}", "email": email}, email
    )


def statuses(answers: Iterable[Answer]) -> dict[int, int]:
    return dict(sorted(Counter(answer.status for answer in answers).items()))


def slowest(answers: Iterable[Answer]) -> float:
    return max((answer.seconds for answer in answers), default=0.0)
