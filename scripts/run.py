"""`make run`: the database, its tables, demo data, the web server and the worker, until Ctrl-C.

Every trouble that a person can do something about ends in one line and exit code 1.
"""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError

from appointment360 import env
from apps.core import embedded
from scripts.running import Runner

WEB_START_SECONDS = 60
STOP_SECONDS = 40  # the worker lets its jobs end or hands them back


class Stopped(BaseException):  # no "except Exception" on the way may keep it
    """Ctrl-C, or a polite request to end."""


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _raise_stopped)
    try:
        run()
    except Stopped:
        pass
    except (embedded.SetupError, ImproperlyConfigured, CommandError) as error:
        sys.exit(f"make run: {error}")
    except OSError as error:
        sys.exit(f"make run: {error.strerror}: {error.filename}" if error.filename else f"make run: {error}")


def run() -> None:
    host, port = env.text("HOST", "127.0.0.1"), env.whole_number("PORT", 8000, low=1, high=65535)
    demo_contacts = env.whole_number("DEMO_CONTACTS", 20_000, high=10_000_000)
    url = f"http://{'127.0.0.1' if host in {'0.0.0.0', '[::]'} else host}:{port}/"  # noqa: S104
    from django.conf import settings

    data_dir = settings.APP_DATA_DIR
    runner = Runner(data_dir)
    runner.take(url)
    refuse_taken_port(host, port)
    try:
        if settings.USES_EMBEDDED_DATABASE and embedded.ensure_running(data_dir):
            say("The database is up.")
        import django

        django.setup()
        from scripts.demo import fill_for_a_visitor
        from scripts.preparation import close_pool, collect_static, migrate

        migrate()
        collect_static()
        lines = fill_for_a_visitor(url=url, contacts=demo_contacts)
        close_pool()
        serve(host, port, [f"Appointment360 runs at {url}", *lines, "Ctrl-C stops it."])
    finally:
        stop_database(is_embedded=settings.USES_EMBEDDED_DATABASE)
        runner.release()


def refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As gunicorn will: a port that only remembers closed connections is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except socket.gaierror:
            raise embedded.SetupError(f"HOST={host} is not an address of this machine.") from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise embedded.SetupError(
                    f"Port {port} is taken by another program. Choose another one: make run PORT={port % 65535 + 1}"
                ) from None
            raise embedded.SetupError(f"HOST={host} PORT={port} cannot be used: {error.strerror}.") from None


def serve(host: str, port: int, announcement: list[str]) -> None:
    """Run gunicorn and the worker until one of them ends or we are told to stop."""
    web = start("-m", "gunicorn", "-c", "gunicorn.conf.py")
    worker = start("manage.py", "worker")
    try:
        wait_until_it_answers(web, host, port)
        for line in announcement:
            say(line)
        while web.poll() is None and worker.poll() is None:
            time.sleep(0.2)
        name, code = ("web server", web.poll()) if web.poll() is not None else ("worker", worker.poll())
        raise embedded.SetupError(f"The {name} ended by itself (exit code {code}).")
    except Stopped:
        say("\nStopping …")
    finally:
        end(web, worker)


def start(*command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=env.BASE_DIR,
        # We are the owner of the database; they are not.
        env={name: text for name, text in os.environ.items() if name != "PROCESS_ROLE"},
        # Out of the terminal's reach: Ctrl-C comes to us, and we end things in order.
        start_new_session=True,
        preexec_fn=embedded.die_with_parent,  # noqa: PLW1509  # the pool's threads are gone, see close_pool
    )


def wait_until_it_answers(web: subprocess.Popen[bytes], host: str, port: int) -> None:
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    target = {"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]"))  # noqa: S104
    deadline = time.monotonic() + WEB_START_SECONDS
    while time.monotonic() < deadline:
        if web.poll() is not None:
            raise embedded.SetupError("The web server did not start; its reason is above.")
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.settimeout(WEB_START_SECONDS)
            try:
                probe.connect((target, port))
                probe.sendall(b"GET /login/ HTTP/1.0\r\nHost: localhost\r\n\r\n")
                if probe.recv(16):
                    return
            except OSError:
                time.sleep(0.1)
    raise embedded.SetupError(f"The web server did not answer within {WEB_START_SECONDS} seconds.")


def end(*processes: subprocess.Popen[bytes]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0, deadline - time.monotonic()))
        except (subprocess.TimeoutExpired, Stopped):
            # A second Ctrl-C: at once, with everything it started.
            deadline = 0
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def stop_database(*, is_embedded: bool) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if is_embedded:
        from django.conf import settings

        embedded.stop(settings.APP_DATA_DIR)


def say(text: str) -> None:
    print(text, flush=True)


def _raise_stopped(number: int, frame: FrameType | None) -> None:
    raise Stopped


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "appointment360.settings")
    os.environ["PROCESS_ROLE"] = "setup"
    os.environ.setdefault("LOG_LEVEL", "warning")  # a terminal for a person: it stays quiet
    main()
