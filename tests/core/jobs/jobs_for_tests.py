"""Jobs that only tests enqueue. Workers of tests find them by tests.core.jobs.settings."""

import ctypes
import os
import time

from django.db import connection

from apps.core.jobs import Rejected, Run, job


def write(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO job_effect (text) VALUES (%s)", [text])


@job("tests.write")
def write_it(run: Run, *, text: str) -> None:
    write(text)


@job("tests.slow", timeout=120)
def slow(run: Run, *, text: str, seconds: float) -> None:
    """Writes first, as a careless job would, and then takes its time in the database."""
    write(text)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


@job("tests.brief", timeout=1)
def brief(run: Run, *, text: str, seconds: float) -> None:
    write(text)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


@job("tests.stubborn", timeout=1)
def stubborn(run: Run, *, text: str, seconds: float) -> None:
    """Neither looks at should_stop nor waits for the database."""
    write(text)
    time.sleep(seconds)


@job("tests.computing", timeout=120)
def computing(run: Run, *, text: str, seconds: float) -> None:
    """Works outside the database, and writes at the end."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        run.stop_if_asked()
        time.sleep(0.02)
    write(text)


@job("tests.holding", timeout=120)
def holding(run: Run, *, text: str, seconds: float) -> None:
    """Holds a lock that another attempt needs, while it works outside the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(360360)")
    write(text)
    time.sleep(seconds)


@job("tests.fail")
def fail(run: Run, *, text: str) -> None:
    write(text)
    raise ValueError("This job always fails.\nDETAIL: Key (email)=(canary@secret.example) exists.")


@job("tests.fail_with")
def fail_with(run: Run, *, codes: list[int]) -> None:
    raise ValueError("".join(map(chr, codes)))


@job("tests.reject")
def reject(run: Run) -> None:
    raise Rejected("No other attempt would help.")


@job("tests.crash")
def crash(run: Run, *, text: str) -> None:
    write(text)
    ctypes.string_at(0)  # a segmentation fault takes the whole process along


@job("tests.steps", is_atomic=False)
def steps(run: Run, *, number: int, seconds: float, crash_at: int = -1) -> None:
    for n in range(run.state.get("done", 0), number):
        with run.step() as state:
            write(f"step {n}")
            state["done"] = n + 1
            time.sleep(seconds)
        if n == crash_at and run.attempt == 1:
            os._exit(9)


@job("tests.locked", lock="tests.locked")
def locked(run: Run, *, text: str, seconds: float) -> None:
    write(f"begin {text}")
    time.sleep(seconds)
    write(f"end {text}")


@job("tests.parent")
def parent(run: Run, *, text: str, is_failing: bool) -> None:
    write_it.enqueue({"text": text})
    if is_failing and run.attempt == 1:
        raise ValueError("After enqueuing.")
