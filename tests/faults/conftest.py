"""What the fault tests stand on: one installation of their own, a limit of time for each, and a place for figures.

FAULTS_FULL=1 runs each for the minutes that its promise speaks of; without it they are shorter.
"""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from tests.faults.server import Server, until

IS_FULL = os.environ.get("FAULTS_FULL", "") not in {"", "0"}
SECONDS = 120
OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker("faults")


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("faults") / "var")
    try:
        server.prepare()
        yield server
    finally:
        server.end_processes()
        server.stop_database()


@pytest.fixture
def server(installation: Server) -> Iterator[Server]:
    """The installation with its database up; what a test started is ended after it."""
    installation.start_database()
    until(lambda: installation.ask(OTHERS, superuser=True) == [0], 20, "the last test's sessions are gone")
    yield installation
    installation.end_processes()


@pytest.fixture
def long_or_short() -> Callable[[float, float], float]:
    return lambda long, short: long if IS_FULL else short


@pytest.fixture
def figures(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Says a line that is shown although the test passes: docs/reliability.md quotes them."""

    def say(line: str) -> None:
        with capsys.disabled():
            print(f"\n  {request.node.name}: {line}", flush=True)

    return say


@pytest.fixture(autouse=True)
def limit_of_time() -> Iterator[None]:
    """A test of hanging must not hang: it ends with a complaint."""

    def complain(number: int, frame: FrameType | None) -> None:
        raise AssertionError("The test took too long.")

    seconds = SECONDS + (600 if IS_FULL else 0)
    before = signal.signal(signal.SIGALRM, complain)
    signal.alarm(seconds)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
