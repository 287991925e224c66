"""Five hundred at the door at the same moment."""

import statistics
import threading
from typing import Self

from tests.faults.server import Server, until
from tests.faults.visitors import Answer, Visitor, slowest, statuses

FINE, TRY_AGAIN = 200, 503
CLIENTS = 500


def storm(visitor: Visitor, path: str) -> list[Answer]:
    """Everybody asks at once; each is a connection of its own."""
    answers: list[Answer] = []
    gate = threading.Barrier(CLIENTS)

    def ask() -> None:
        mine = visitor.copy()
        gate.wait()
        answers.append(mine.get(path))

    threads = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def in_words(answers: list[Answer]) -> str:
    seconds = sorted(answer.seconds for answer in answers)
    return (
        f"answers {statuses(answers)}, median {statistics.median(seconds):.1f} s, "
        f"95 of 100 in {seconds[int(len(seconds) * 0.95)]:.1f} s, slowest {slowest(answers):.1f} s"
    )


def test_a_storm_is_queued_and_answered_by_the_usual_processes(server, figures):
    """D-15, as installed: 2 processes of 4 threads."""
    with server.web() as web:
        visitor = web.visitor()
        said = len(server.database_log())
        answers = storm(visitor, "/contacts/options/title/?q=eng")
        figures(in_words(answers))
        assert set(statuses(answers)) <= {FINE, TRY_AGAIN}
        assert slowest(answers) <= 5
        assert "too many clients" not in server.database_log()[said:]
        assert "remaining connection slots" not in server.database_log()[said:]
        assert visitor.get("/contacts/").status == FINE


def test_who_finds_no_connection_is_told_within_five_seconds(server, figures):
    """D-15, with far more threads than connections and a database that is slow: nobody waits for long."""
    with server.web(WEB_THREADS="64", DB_POOL_MAX_SIZE="4") as web:
        visitor = web.visitor()
        answers = storm(visitor, "/slow-statement/?seconds=0.5")
        told = [answer for answer in answers if answer.status == TRY_AGAIN]
        figures(in_words(answers))
        assert set(statuses(answers)) <= {FINE, TRY_AGAIN}
        assert slowest(answers) <= 5
        assert told
        assert until(lambda: visitor.get("/contacts/").status == FINE, 10, "pages come again")


def test_more_connections_wanted_than_the_server_has_harms_nobody(server, figures):
    """D-15, with pools that together are larger than max_connections: the superuser still comes in."""
    with server.web(WEB_PROCESSES="2", WEB_THREADS="64", DB_POOL_MAX_SIZE="64") as web:
        visitor = web.visitor()
        database = server.database_processes()[0]
        with Administrator(server) as administrator:
            answers = storm(visitor, "/slow/?seconds=0.5")
        asked = administrator.asked
        figures(
            f"{in_words(answers)}; at most {max(asked)} connections, seen by the administrator {len(asked)} times"
        )
        assert set(statuses(answers)) <= {FINE, TRY_AGAIN}
        assert server.database_processes()[0] == database
        said = len(server.database_log())
        assert statuses(visitor.get("/contacts/") for _ in range(30)) == {FINE: 30}
        assert "too many clients" not in server.database_log()[said:]


class Administrator:
    """Somebody who looks how many are connected, over a fresh connection each time, as long as the storm lasts."""

    def __init__(self, server: Server) -> None:
        self.asked: list[int] = []
        self._server = server
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *about: object) -> None:
        self._end.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._end.wait(0.1):
            self.asked += self._server.ask("SELECT count(*) FROM pg_stat_activity", superuser=True)
