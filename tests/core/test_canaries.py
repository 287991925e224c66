"""No log line holds anybody's data: a day's work with data that must not appear, and proof that it would be seen.

tests/canary.py listens during all tests; here is said what would be most likely to get into a line.
"""

import logging
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client, override_settings

from apps.accounts.models import AdminUser
from apps.contacts.models import Contact
from tests import canary

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db
def test_a_day_with_somebodys_data_leaves_none_of_it_in_the_log(make_contact: Callable[..., Contact]) -> None:
    AdminUser.objects.create_user("zora@staff.example", canary.PASSWORD, name=canary.NAME, role="admin")
    contact = make_contact(first_name=canary.NAME, email=canary.EMAIL, mobile_phone=canary.PHONE)
    heard = canary.lines_heard()
    client = Client(raise_request_exception=False)
    client.post("/login/", {"login": "zora@staff.example", "password": canary.PASSWORD + "!"})
    client.post("/login/", {"login": "zora@staff.example", "password": canary.PASSWORD})
    for morsel in client.cookies.values():
        canary.watch_for(morsel.value)
    assert client.get(f"/contacts/?q={canary.SEARCH}&email={canary.EMAIL}").status_code == 200
    assert client.get(f"/contacts/{canary.EMAIL}/").status_code == 404
    assert client.get(f"/contacts/{canary.PHONE}/{canary.NAME}/").status_code == 404
    client.post(f"/contacts/{contact.pk}/note/", {"text": f"{canary.NAME} {canary.PHONE}"})
    client.post("/password-reset/", {"email": "zora@staff.example"})
    client.post("/contacts/new/", {"email": "no address of " + canary.NAME})
    assert client.get("/contacts/", headers={"host": canary.EMAIL}).status_code == 400
    client.get("/contacts/", headers={"X-Request-ID": canary.EMAIL, "User-Agent": canary.PASSWORD})
    assert canary.lines_heard() - heard >= 8


@pytest.mark.django_db
def test_what_postgresql_says_about_a_row_at_fault_is_not_repeated(caplog: pytest.LogCaptureFixture) -> None:
    AdminUser.objects.create_user(canary.EMAIL)
    try:
        with transaction.atomic():
            AdminUser.objects.create_user(canary.EMAIL)
    except IntegrityError as error:
        said = str(error)
        logging.getLogger("apps.test").exception("Not saved: %s", error)
        logging.getLogger("somebody.elses").error("Their own words: %s", error)
    assert canary.EMAIL in said


@pytest.mark.django_db
def test_a_slow_statement_is_told_without_its_values() -> None:
    with override_settings(SLOW_QUERY_MS=0):
        client = Client()
        client.get(f"/login/?next=/contacts/?q={canary.SEARCH}")
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::text", [canary.EMAIL])


def run_tests(folder: Path, body: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(textwrap.dedent(body))
    # A folder outside the project, so its tests are nobody else's.
    options = (
        f"-q -p tests.canary -p no:cacheprovider --rootdir {folder} -c {ROOT / 'pyproject.toml'}".split()
    )
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *arguments, str(folder / "test_it.py")],
        cwd=ROOT,
        # In CI pytest would say each failure twice.
        env={name: value for name, value in os.environ.items() if name != "CI"} | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


OFFENDING = {
    "a password": "logging.getLogger('apps.x').warning('typed %s', canary.PASSWORD)",
    "a name": "logging.getLogger('django').error('saved Zeisiggunde')",
    "a secret told of at run time": "canary.watch_for('s3cr3t-key'); logging.getLogger('x').warning('got s3cr3t-key')",
    "a search term": "structlog.get_logger('x').warning('db.slow', **{'db.statement': canary.SEARCH})",
}


def test_the_watch_fails_a_test_that_logs_a_secret_and_no_other(tmp_path: Path) -> None:
    body = f"""
        import logging, structlog, pytest
        from tests import canary

        @pytest.mark.parametrize("statement", {list(OFFENDING.values())})
        def test_offends(statement):
            exec(statement)

        def test_does_not():
            logging.getLogger("apps.x").warning("nothing of interest")
    """
    done = run_tests(tmp_path, body)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{len(OFFENDING) + 1} passed, {len(OFFENDING)} errors" in done.stdout
    assert done.stdout.count("A log line holds somebody's data") == len(OFFENDING)


def test_the_watch_is_heard_from_the_workers_of_a_parallel_run_and_after_the_last_test(
    tmp_path: Path,
) -> None:
    body = """
        import logging, pytest
        from tests import canary

        @pytest.fixture(scope="session")
        def late():
            yield
            logging.getLogger("apps.x").warning("typed %s", canary.PASSWORD)

        def test_it(late):
            pass
    """
    for arguments in ([], ["-n", "1"]):
        done = run_tests(tmp_path, body, *arguments)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "somebody's data" in done.stdout
