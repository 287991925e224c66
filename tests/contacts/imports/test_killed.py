"""kill -9 while an import writes: nothing of it remains, nothing is in the way, and the same file goes in afterwards.

The import is a process of its own. It is stopped at a known place by a lock that the test holds, and killed there.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from apps.contacts.models import Change, Contact, FacetDelta, Industry, Operation
from tests.contacts.imports.conftest import balance, rejects

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 1_000
# Who waits for what this connection holds, in the middle of writing contacts.
_HELD_UP = """
    SELECT waiting.pid FROM pg_locks waiting
    JOIN pg_locks writing ON writing.pid = waiting.pid AND writing.relation = 'contacts_contact'::regclass
                          AND writing.mode = 'RowExclusiveLock' AND writing.granted
    WHERE NOT waiting.granted AND pg_backend_pid() = ANY (pg_blocking_pids(waiting.pid))
"""
_SETTINGS = """
from pathlib import Path
from tests.settings import *
DATABASES["default"]["NAME"] = {database!r}
USES_EMBEDDED_DATABASE = False  # if it is, it runs already, and not in the folder below
APP_DATA_DIR = Path({data!r})
"""


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    rows = [f"p{n}@x.example,{n},Retail" for n in range(PEOPLE)]
    path.write_text("\n".join(["Email,Contact id,Industry", *rows, "wrong,,"]))
    return path


@pytest.fixture
def importing(people: Path, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts manage.py import_contacts on the test database; whatever is left of it ends with the test."""
    module = tmp_path / "settings_of_import.py"
    database = connection.settings_dict["NAME"]
    module.write_text(_SETTINGS.format(database=database, data=str(tmp_path / "data")))
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": module.stem, "PYTHONPATH": str(tmp_path)}
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "import_contacts", str(people), "--json"]
        process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def asked(sql: str, *parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [value for (value,) in cursor.fetchall()]


def until[T](condition: Callable[[], T]) -> T:
    """The first answer that is not empty."""
    deadline = time.monotonic() + 60
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


def held_up(process: subprocess.Popen[bytes]) -> list[int]:
    """The import's server process, once it waits for us."""
    assert process.poll() is None, process.communicate()
    return asked(_HELD_UP)


@contextmanager
def killed_when_held_up(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """In a transaction whose locks the import runs into: it is killed there, and the server is done with it after."""
    with transaction.atomic():
        yield
        (server_process,) = until(lambda: held_up(process))
        process.kill()
        assert process.wait() == -signal.SIGKILL
        transaction.set_rollback(True)
    until(lambda: not asked("SELECT pid FROM pg_stat_activity WHERE pid = %s", server_process))


def leftovers() -> dict[str, int]:
    tables = {model.__name__: model.objects.count() for model in (Contact, Operation, Change, FacetDelta)}
    locks = asked(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
        " WHERE locktype = 'advisory' AND datname = current_database()"
    )
    staged = asked("SELECT count(*) FROM pg_class WHERE relname LIKE 'import\\_%%'")
    return {name: n for name, n in {**tables, "locks": locks[0], "staged": staged[0]}.items() if n}


def test_killed_while_writing_it_leaves_nothing_and_the_next_one_brings_everything_in(
    importing, people, bring_in
):
    with killed_when_held_up(importing()):
        Contact.objects.create(email=f"p{PEOPLE - 1}@x.example")  # the last one's key, not settled yet
    assert leftovers() == {}
    assert not list(people.parent.glob("data/imports/*"))

    result = bring_in(people)
    balance(result, created=PEOPLE, rejected=1)
    assert [row["Email"] for row in rejects(result)] == ["wrong"]
    assert Contact.objects.count() == Change.objects.count() == PEOPLE
    balance(bring_in(people), unchanged=PEOPLE, rejected=1)


def test_killed_while_the_server_commits_it_is_there_as_a_whole_or_not_at_all(importing, people, bring_in):
    retail = Industry.objects.create(name="Retail")
    with killed_when_held_up(importing()):
        Industry.objects.select_for_update().get(
            pk=retail.pk
        )  # looked up when the foreign keys are checked, at the end
    written = Contact.objects.count()
    assert written in {0, PEOPLE}
    assert Change.objects.count() == written

    result = bring_in(people)
    balance(result, created=PEOPLE - written, unchanged=written, rejected=1)
    assert len(rejects(result)) == 1
    assert Contact.objects.count() == PEOPLE


def test_left_alone_the_same_process_brings_everything_in(importing):
    """So that the others fail for what they say, and not for a command that never worked."""
    output, errors = importing().communicate(timeout=120)
    accounts = json.loads(output)
    assert (accounts["read"], accounts["created"], accounts["rejected"]) == (PEOPLE + 1, PEOPLE, 1), errors
    assert Contact.objects.count() == PEOPLE
