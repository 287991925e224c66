"""What gunicorn makes of headers that anybody can send: nothing, whatever address they come from."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROBE = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    names = ("wsgi.url_scheme", "SCRIPT_NAME", "REMOTE_ADDR")
    return [";".join(str(environ.get(name, "")) for name in names).encode()]
"""
FORGED = {
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Protocol": "ssl",
    "X-Forwarded-Ssl": "on",
    "Script-Name": "/evil",
    "X-Forwarded-For": "198.51.100.1",
}


class OverUnixSocket(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[dict[str, http.client.HTTPConnection]]:
    """A gunicorn with the product's configuration and a program that tells what it was told."""
    (tmp_path / "probe.py").write_text(PROBE)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    unix = str(tmp_path / "g.sock")
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "--pythonpath", str(tmp_path)]
    command += ["--bind", f"127.0.0.1:{port}", "--bind", f"unix:{unix}", "--workers", "1", "probe:app"]
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "LOG_LEVEL": "error"})
    doors = {"tcp": http.client.HTTPConnection("127.0.0.1", port, timeout=30), "unix": OverUnixSocket(unix)}
    try:
        wait_for(doors["tcp"])
        yield doors
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def wait_for(door: http.client.HTTPConnection) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            door.connect()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("gunicorn did not start.")


@pytest.mark.slow
def test_forged_headers_change_neither_scheme_nor_path_nor_address(doors):
    told = {}
    for name, door in doors.items():
        door.request("GET", "/", headers=FORGED)
        told[name] = door.getresponse().read().decode()
    assert told == {"tcp": "http;;127.0.0.1", "unix": "http;;"}
