"""The database dies, restarts, or throws everybody out, while people work."""

import time

from tests.faults.server import Server, frozen, until
from tests.faults.visitors import Answer, Load, Visitor, create_contact, slowest, statuses

SAVED, TRY_AGAIN, FINE = 302, 503, 200
END_ALL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'appointment360 web'"
)


def writing(group: str):
    return lambda visitor, number: create_contact(visitor, number, group)


def saved_and_lost(server: Server, answers: list[Answer], group: str) -> tuple[int, list[str]]:
    """How many contacts people were told are saved, and which of those are not there."""
    told = {answer.about for answer in answers if answer.status == SAVED}
    there = set(server.ask("SELECT email FROM contacts_contact WHERE email LIKE %s", f"{group}%"))
    return len(told), sorted(told - there)


def seconds_until_saved(visitor: Visitor, group: str, limit: float) -> float:
    began = time.monotonic()
    numbers = iter(range(1_000_000))
    until(
        lambda: create_contact(visitor, next(numbers), group).status == SAVED,
        limit,
        "a contact is saved again",
    )
    return time.monotonic() - began


def test_a_killed_database_loses_nothing_that_was_acknowledged(server, figures):
    """D-12."""
    with server.web() as web:
        visitor, workers = web.visitor(), web.workers()
        with Load(visitor, writing("killed"), threads=6, a_second=30) as load:
            load.go_on(4)
            server.kill_database()
            load.go_on(3)
            server.start_database()
            back = seconds_until_saved(visitor, "killed-probe", 30)
            load.go_on(4)
        told, lost = saved_and_lost(server, load.answers, "killed")
        figures(
            f"{told} acknowledged, {len(lost)} lost; answers {statuses(load.answers)}, "
            f"slowest {slowest(load.answers):.1f} s; saved again {back:.1f} s after the database was up"
        )
        assert told > 50
        assert lost == []
        assert set(statuses(load.answers)) == {SAVED, TRY_AGAIN}
        assert all(answer.retry_after for answer in load.answers if answer.status == TRY_AGAIN)
        assert slowest(load.answers) < 10
        assert web.workers() == workers


def test_a_fast_restart_is_a_short_window_of_errors(server, figures):
    """D-13."""
    with server.web() as web:
        with Load(web.visitor(), writing("restarted"), threads=6, a_second=30) as load:
            load.go_on(3)
            server.restart_database()
            load.go_on(8)
        errors = [answer for answer in load.answers if answer.status != SAVED]
        window = max((a.ended for a in errors), default=0.0) - min((a.began for a in errors), default=0.0)
        told, lost = saved_and_lost(server, load.answers, "restarted")
        figures(
            f"{told} acknowledged, {len(lost)} lost; answers {statuses(load.answers)}, window {window:.1f} s"
        )
        assert lost == []
        assert set(statuses(load.answers)) <= {SAVED, TRY_AGAIN}
        assert window <= 15


def test_after_an_outage_of_any_length_the_first_request_succeeds(server, figures, long_or_short):
    """The pool must not be asleep between two far-apart attempts when the server comes back."""
    with server.web() as web:
        visitor = web.visitor()
        outage = long_or_short(300, 25)
        # So many that each process turns away more than its pool would ever let wait.
        with Load(visitor, lambda v, n: v.get("/contacts/"), threads=8, a_second=8) as load:
            load.go_on(2)
            server.stop_database()
            load.go_on(outage)
            before = len(load.answers)
            server.start_database()
            began = time.monotonic()
            first = visitor.get("/contacts/")
            took = time.monotonic() - began
        figures(
            f"after {outage} s away the first request was answered {first.status} in {took:.1f} s; "
            f"meanwhile {statuses(load.answers[:before])}"
        )
        assert first.status == FINE
        assert took <= 10
        # Twice the patience with the pool: with more visitors than threads, some wait for a thread first.
        assert slowest(load.answers) <= 10


def test_a_lone_visitor_after_a_restart_meets_no_dead_connection(server):
    """The pool holds a dead connection for each thread that was busy before; one request finds them all."""
    with server.web(WEB_PROCESSES="1", WEB_THREADS="8") as web:
        visitor = web.visitor()
        with Load(visitor, lambda v, n: v.get("/slow/?seconds=0.2"), threads=8, a_second=80) as load:
            load.go_on(2)
        server.restart_database()
        answer = visitor.get("/contacts/")
        assert answer.status == FINE
        assert answer.seconds < 3


def test_a_frozen_database_goes_on_where_it_was(server, figures):
    with server.web() as web:
        visitor, workers = web.visitor(), web.workers()
        with Load(visitor, lambda v, n: v.get("/contacts/"), threads=4, a_second=12) as load:
            load.go_on(2)
            with frozen(server.database_processes()):
                load.go_on(8)
            thawed = time.monotonic()
            load.go_on(5)
        after = [answer for answer in load.answers if answer.began > thawed]
        figures(f"eight seconds frozen: {statuses(load.answers)}, slowest {slowest(load.answers):.1f} s")
        assert set(statuses(load.answers)) <= {FINE, TRY_AGAIN}
        assert slowest(load.answers) < 13
        assert statuses(after) == {FINE: len(after)}
        assert web.workers() == workers


def test_ended_sessions_cost_only_those_who_were_asking(server, figures, long_or_short):
    """D-14."""
    with server.web() as web:
        visitor = web.visitor()
        kills: list[float] = []
        rounds = int(long_or_short(12, 4))
        with Load(visitor, lambda v, n: v.get("/contacts/"), threads=4, a_second=20) as load:
            for _ in range(rounds):
                load.go_on(5)
                kills.append(time.monotonic())
                server.ask(END_ALL, superuser=True)
            load.go_on(2)
        others = [
            a for a in load.answers if not any(a.began <= kill + 0.05 and kill <= a.ended for kill in kills)
        ]
        good = sum(answer.status == FINE for answer in others)
        figures(
            f"{rounds} times all ended: {good} of {len(others)} others answered ({good / len(others):.2%}); "
            f"all answers {statuses(load.answers)}, slowest {slowest(load.answers):.1f} s"
        )
        assert good / len(others) >= 0.99
        assert set(statuses(load.answers)) <= {FINE, TRY_AGAIN}
        assert statuses(visitor.get("/contacts/") for _ in range(30)) == {FINE: 30}
