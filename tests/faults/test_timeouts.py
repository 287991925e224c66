"""What takes too long is ended by the database, and whoever waited for it goes on."""

import threading
import time

from tests.faults.server import until
from tests.faults.visitors import Answer

TRY_AGAIN, SAVED = 503, 302
OURS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'appointment360 web'"
SLEEPING = f"{OURS} AND state = 'active' AND query LIKE '%pg_sleep%'"
IDLE = f"{OURS} AND state = 'idle in transaction'"


def test_a_statement_of_a_minute_on_a_page_is_cut(server, figures):
    """D-16."""
    with server.web() as web:
        answer = web.visitor().get("/slow-statement/?seconds=60")
        figures(f"answered {answer.status} after {answer.seconds:.1f} s")
        assert answer.status == TRY_AGAIN
        assert 4 < answer.seconds < 7
        assert server.ask(SLEEPING) == [0]


def test_the_lock_of_an_idle_transaction_is_freed(server, figures):
    """D-16. With two seconds instead of thirty, so that the test need not wait for those."""
    (contact,) = server.ask("SELECT min(id) FROM contacts_contact")
    with server.web(DB_IDLE_TIMEOUT_WEB="2") as web:
        visitor = web.visitor()
        idle: list[Answer] = []
        path = f"/idle-transaction/?contact={contact}&seconds=8"
        holding = threading.Thread(target=lambda: idle.append(visitor.copy().get(path)))
        holding.start()
        until(lambda: server.ask(IDLE) == [1], 5, "a transaction is idle")
        deleted = visitor.post(f"/contacts/{contact}/delete/", {})
        holding.join()
        figures(f"the other one waited {deleted.seconds:.1f} s; the idle one was answered {idle[0].status}")
        assert deleted.status == SAVED
        assert deleted.seconds < 4
        assert idle[0].status in {500, TRY_AGAIN}


def test_a_migration_gives_up_on_a_table_in_use(server, figures):
    """D-31: it must not stand in the queue for a lock, with everybody else behind it."""
    with server.connect() as somebody, somebody.transaction():
        somebody.execute("LOCK TABLE django_migrations IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        code = server.start("manage.py", "migrate").wait(30)
        took = time.monotonic() - began
    figures(f"gave up after {took:.1f} s, its start included")
    assert code == 1
    assert 3 < took < 12
    assert "This step was not done: run it again." in server.log_of_processes().read_text()
    assert server.start("manage.py", "migrate").wait(30) == 0
