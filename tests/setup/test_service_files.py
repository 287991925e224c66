"""systemd and Docker start the product by the same commands as `make run`."""

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORKER = "manage.py worker"
WEB = "-m gunicorn -c gunicorn.conf.py"


def unit(name: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(ROOT / "systemd" / name)
    return parser


@pytest.mark.parametrize(
    ("name", "command"), [("appointment360-web.service", WEB), ("appointment360-worker.service", WORKER)]
)
def test_a_unit_starts_the_command_and_tells_only_its_main_process_to_stop(name: str, command: str):
    service = unit(name)["Service"]
    assert service["ExecStart"].endswith(f".venv/bin/python {command}")
    # A worker's process that is told to stop by systemd and by its supervisor would take it for impatience.
    assert service["KillMode"] == "mixed"
    assert int(service["TimeoutStopSec"]) >= 40
    assert service["Restart"] == "always"


def test_the_containers_start_the_same_commands():
    compose = (ROOT / "docker-compose.yml").read_text()
    for command in (WORKER, WEB):
        assert str(["python", *command.split()]).replace("'", '"') in compose
    assert str(["python", *WEB.split()]).replace("'", '"') in (ROOT / "Dockerfile").read_text()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
@pytest.mark.parametrize("name", ["appointment360-web.service", "appointment360-worker.service"])
def test_systemd_finds_no_fault_in_a_unit(name: str, tmp_path: Path):
    text = (ROOT / "systemd" / name).read_text()
    copy = tmp_path / name
    copy.write_text(
        text.replace("/opt/appointment360/.venv/bin/python", shutil.which("python3") or "python3")
    )
    done = subprocess.run(
        ["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False, timeout=60
    )
    assert "Unknown" not in done.stderr
    assert done.returncode == 0, done.stderr
