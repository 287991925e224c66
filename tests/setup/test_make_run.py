"""`make run` as a person meets it: a fresh copy in a folder of its own, real processes, real Ctrl-C."""

import http.client
import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from apps.core.embedded.unprivileged import CAP_DAC_READ_SEARCH, Account

ROOT = Path(__file__).resolve().parents[2]
NOBODY = Account(uid=65534, gid=65534, name="nobody", capability=CAP_DAC_READ_SEARCH)
pytestmark = pytest.mark.slow


@dataclass
class Installation:
    """A copy of the project, as a fresh clone would be."""

    folder: Path
    port: int
    account: Account | None = None

    def environment(self, **changes: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        # A path of its own keeps pip's cache and the like out of somebody else's home.
        home = {"HOME": str(self.folder.parent)} if self.account else {}
        return kept | home | {"PORT": str(self.port), "DEMO_CONTACTS": "200"} | changes

    def start(self, **changes: str) -> "Running":
        return Running(
            self,
            subprocess.Popen(
                ["make", "run"],
                cwd=self.folder,
                env=self.environment(**changes),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
                preexec_fn=self.become(),  # noqa: PLW1509  # no threads in these tests
            ),
        )

    def make(self, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", *arguments],
            cwd=self.folder,
            env=self.environment(**changes),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=200,
            preexec_fn=self.become(),
        )

    def become(self) -> Callable[[], None] | None:
        return self.account.become() if self.account else None

    @property
    def credentials(self) -> Path:
        return self.folder / "var" / "demo-credentials.json"

    def processes(self) -> list[str]:
        """Command lines of everything that works in this folder or below."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if (process / "cwd").resolve().is_relative_to(self.folder):
                    found.append((process / "cmdline").read_text().replace("\0", " "))
            except OSError:
                continue
        return found


@dataclass
class Running:
    installation: Installation
    process: subprocess.Popen[str]

    def wait_until_it_answers(self, seconds: float) -> float:
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            assert self.process.poll() is None, self.process.communicate()[0]
            if answers(self.installation.port):
                return time.monotonic() - began
            time.sleep(0.1)
        self.process.kill()
        raise AssertionError(f"no answer in {seconds} s: {self.process.communicate()[0]}")

    def press_ctrl_c(self) -> str:
        """As a terminal does: to every process of the foreground group."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.communicate(timeout=60)[0]


# Of the tests' own environment, or of a make above us, that must not reach a fresh copy.
FOREIGN = {
    "APP_DATA_DIR",
    "DATABASE_URL",
    "DJANGO_SETTINGS_MODULE",
    "MAKEFLAGS",
    "MAKELEVEL",
    "MFLAGS",
    "PORT",
    "HOST",
}


@pytest.fixture(scope="module")
def installation(tmp_path_factory) -> Iterator[Installation]:
    copy = Installation(copy_of_project(tmp_path_factory.mktemp("fresh machine") / "clone"), free_port())
    running = copy.start()
    try:
        running.wait_until_it_answers(400)
        running.press_ctrl_c()
        yield copy
    finally:
        copy.make("stop")


@pytest.fixture(autouse=True)
def nothing_is_left_running(installation) -> Iterator[None]:
    """A failed test must not fail the next one too."""
    yield
    if installation.processes():
        installation.make("stop")


def copy_of_project(target: Path) -> Path:
    """What a clone would hold: every file that git keeps, or would keep if it were added."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/login/")
        return connection.getresponse().status == 200
    except OSError:
        return False


def sign_in(port: int, email: str, password: str) -> str:
    """The page that a person sees after signing in with the form."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = browser.open(f"http://127.0.0.1:{port}/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token, page
    form = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], "login": email, "password": password})
    answer = browser.open(f"http://127.0.0.1:{port}/login/", form.encode())
    assert not answer.url.endswith("/login/"), answer.read().decode()
    return str(browser.open(f"http://127.0.0.1:{port}/contacts/").read().decode())


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line of ours; make adds its own."""
    assert done.returncode != 0
    assert "Traceback" not in done.stdout, done.stdout
    ours = [line for line in done.stdout.splitlines() if line.startswith("make run: ")]
    assert len(ours) == 1, done.stdout
    return ours[0].removeprefix("make run: ")


def test_a_visitor_starts_again_signs_in_and_stops(installation):
    running = installation.start()
    running.wait_until_it_answers(60)
    written = json.loads(installation.credentials.read_text())
    assert stat.S_IMODE(installation.credentials.stat().st_mode) == 0o600
    assert written["url"] == f"http://127.0.0.1:{installation.port}/"
    assert any("manage.py worker" in line for line in installation.processes())
    assert [entry["role"] for entry in written["users"]] == ["admin", "manager", "user"]
    for entry in written["users"]:
        assert "200" in sign_in(installation.port, entry["email"], entry["password"])
    said = running.press_ctrl_c()
    assert f"Appointment360 runs at http://127.0.0.1:{installation.port}/" in said
    assert str(installation.credentials) in said
    assert "Traceback" not in said
    assert installation.processes() == []
    # What makes a second start a matter of seconds: nothing is done again.
    for work in ("Installing", "Bringing the tables", "Collecting", "Making"):
        assert work not in said


def test_a_second_one_in_the_same_folder_says_so_and_harms_nothing(installation):
    running = installation.start()
    running.wait_until_it_answers(60)
    assert f"running from this data folder already at http://127.0.0.1:{installation.port}/" in complaint(
        installation.make("run", PORT=str(free_port()))
    )
    assert answers(installation.port)
    assert installation.make("stop").stdout.strip() == "Stopped."
    running.process.communicate(timeout=60)
    assert installation.processes() == []
    assert installation.make("stop").stdout.strip() == "Nothing was running."


def test_sigterm_stops_web_and_database(installation):
    running = installation.start()
    running.wait_until_it_answers(60)
    running.process.terminate()
    running.process.communicate(timeout=60)
    assert installation.processes() == []


def test_after_a_kill_the_web_server_is_gone_and_the_next_start_works(installation):
    running = installation.start()
    running.wait_until_it_answers(60)
    os.killpg(running.process.pid, signal.SIGKILL)
    running.process.communicate()
    deadline = time.monotonic() + 15
    while answers(installation.port) and time.monotonic() < deadline:
        time.sleep(0.1)
    again = installation.start()
    again.wait_until_it_answers(60)
    again.press_ctrl_c()
    assert installation.processes() == []


def test_a_port_in_use_is_one_line(installation):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", installation.port))
        other.listen()
        assert complaint(installation.make("run")).startswith(
            f"Port {installation.port} is taken by another program."
        )
    assert installation.processes() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("DEMO_CONTACTS", "-5"),
        ("DEBUG", "perhaps"),
        ("DATABASE_URL", "nonsense"),
        ("HOST", "no.such.host.invalid"),
    ],
)
def test_nonsense_in_a_variable_is_one_line_that_names_it(installation, name, value):
    assert name in complaint(installation.make("run", **{name: value}))
    assert installation.processes() == []


def test_a_database_server_that_is_not_there_is_one_line(installation):
    url = f"postgres://someone:hunter2@127.0.0.1:{free_port()}/crm"
    message = complaint(installation.make("run", DATABASE_URL=url))
    assert message.startswith("The database does not answer:")
    assert "hunter2" not in message


def test_a_missing_interpreter_is_one_line(installation):
    done = installation.make("run", PYTHON="/no/such/python")
    assert done.returncode != 0
    assert done.stdout.splitlines()[0] == "PYTHON=/no/such/python is not a Python 3.12 or newer."


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_that_cannot_be_written_is_one_line(installation):
    outsider = Installation(installation.folder, installation.port, NOBODY)
    for read_only in ("var", "elsewhere"):
        message = complaint(outsider.make("run", APP_DATA_DIR=read_only))
        assert message.endswith("Set APP_DATA_DIR to a folder that you own.")
    assert not (installation.folder / "elsewhere").exists()


@pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can become somebody else; otherwise all tests run so"
)
def test_an_ordinary_user_can_run_it_from_a_folder_of_their_own(installation, tmp_path):
    moved = tmp_path / "home" / "clone"
    shutil.copytree(installation.folder, moved, symlinks=True, ignore=shutil.ignore_patterns("var"))
    subprocess.run(["chown", "-R", f"{NOBODY.uid}:{NOBODY.gid}", tmp_path / "home"], check=True)
    theirs = Installation(moved, free_port(), NOBODY)
    running = theirs.start()
    running.wait_until_it_answers(60)
    assert theirs.credentials.stat().st_uid == NOBODY.uid
    running.press_ctrl_c()
    assert theirs.processes() == []


def test_clean_keeps_the_data_unless_told_and_then_only_takes_its_own(installation, tmp_path):
    copy = tmp_path / "clone"
    shutil.copytree(installation.folder, copy, symlinks=True)
    cleaned = Installation(copy, installation.port)
    assert "DATA=perhaps is not understood" in cleaned.make("clean", "DATA=perhaps").stdout
    assert (copy / ".venv").exists()
    assert "Kept the data" in cleaned.make("clean").stdout
    assert not (copy / ".venv").exists()
    assert (copy / "var" / "database" / "cluster").exists()
    rejects = copy / "var" / "imports" / "7" / "rejects.csv"
    rejects.parent.mkdir(parents=True)
    rejects.write_text("somebody's e-mail address")
    (copy / "var" / "mine.txt").write_text("not the product's")
    assert "Deleted the data" in cleaned.make("clean", "DATA=yes").stdout
    assert [path.name for path in (copy / "var").iterdir()] == ["mine.txt"]
