"""Web processes die or are told to end, while people work."""

import os
import random
import signal
import threading

from tests.faults.server import frozen, until
from tests.faults.visitors import Answer, Load, slowest, statuses

FINE = 200
# As when somebody filters: a few letters typed into pickers, then the list.
PAGES = (*(f"/contacts/options/title/?q={text}" for text in ("e", "en", "eng")), "/contacts/")
BUSY = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE application_name = 'appointment360 web' AND state = 'idle' AND query = 'SELECT 1'"
)


def test_a_killed_web_process_costs_hardly_anybody_anything(server, figures, long_or_short):
    """D-34. A kill costs what is being answered at that moment: half of rate × latency."""
    with server.web() as web:
        visitor = web.visitor()
        rounds = int(long_or_short(30, 6))
        killed = 0
        with Load(visitor, lambda v, n: v.get(PAGES[n % 4]), threads=4, a_second=20) as load:
            for _ in range(rounds):
                load.go_on(random.uniform(9, 11))
                os.kill(random.choice(web.workers()), signal.SIGKILL)
                killed += 1
        errors = sum(answer.status != FINE for answer in load.answers)
        share = errors / len(load.answers)
        figures(
            f"{killed} killed; {errors} of {len(load.answers)} failed ({share:.2%}): {statuses(load.answers)}"
        )
        assert share <= 0.005
        until(lambda: len(web.workers()) == 2, 10, "both processes are back")
        # The session that began before all that: a lost one would be sent to the sign-in (302).
        assert statuses(visitor.get("/contacts/") for _ in range(10)) == {FINE: 10}


def test_a_frozen_web_process_holds_up_nobody_else(server, figures):
    with server.web() as web:
        with Load(web.visitor(), lambda v, n: v.get("/contacts/"), threads=8, a_second=40) as load:
            load.go_on(2)
            with frozen(web.workers()[:1]):
                load.go_on(6)
            load.go_on(2)
        held_up = sum(answer.seconds > 2 for answer in load.answers)
        figures(
            f"six seconds frozen: {statuses(load.answers)}, {held_up} held up, slowest {slowest(load.answers):.1f} s"
        )
        assert set(statuses(load.answers)) == {FINE}
        assert held_up <= 8


def test_who_is_being_answered_is_answered_before_the_end(server, figures):
    """D-35: SIGTERM with twenty requests of five seconds on their way."""
    with server.web(WEB_THREADS="16", DB_POOL_MAX_SIZE="16") as web:
        visitor = web.visitor()
        answers: list[Answer] = []
        threads = [
            threading.Thread(target=lambda: answers.append(visitor.copy().get("/slow/?seconds=5")))
            for _ in range(20)
        ]
        for thread in threads:
            thread.start()
        until(lambda: server.ask(BUSY) >= [20], 4, "twenty are being answered")
        web.process.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join()
        web.process.wait(20)
        figures(f"{statuses(answers)}; exit code {web.process.returncode}")
        assert statuses(answers) == {FINE: 20}
        assert web.process.returncode == 0
