"""How gunicorn serves the product, in `make run` and in production alike."""

import os
import signal
import subprocess
import sys
from types import FrameType
from typing import Any

from appointment360 import env, observing
from apps.core import metric_files
from apps.core.health import draining

# For appointment360/databases.py. An operator's second gunicorn, for /api/ only, is started with PROCESS_ROLE=api.
os.environ.setdefault("PROCESS_ROLE", "web")

wsgi_app = "appointment360.wsgi"
# An IPv6 address needs its brackets: HOST=[::1].
bind = f"{env.text('HOST', '127.0.0.1')}:{env.whole_number('PORT', 8000, low=1, high=65535)}"
worker_class = "gthread"
workers = env.whole_number("WEB_PROCESSES", 2, low=1, high=64)
threads = env.whole_number("WEB_THREADS", 4, low=1, high=64)
timeout = 60
graceful_timeout = 20
# A search is its address. The longest that the pages make has LONGEST_QUERY of apps/contacts/search.py and some more.
limit_request_line = 8190
# Otherwise gunicorn opens a door for commands in the home folder of whoever started it.
control_socket_disable = True
# Who is believed about a request's scheme and path is decided in one place, TRUSTED_PROXIES; gunicorn would believe
# everybody on this machine.
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""

# A server's log is what it prints; the workers, which read settings, are told so by the environment.
os.environ.setdefault("LOG_STREAM", "stdout")
loglevel = env.choice("LOG_LEVEL", "info", {"debug", "info", "warning", "error", "critical"})
# No access log: ours knows the route, the person and the time in the database, and no address.
errorlog = "-"
logconfig_dict = observing.logging_settings()

_DATA = observing.data_folder()
_METRICS = metric_files.use_folder(_DATA)


def on_starting(server: Any) -> None:
    """Before the first worker: the database is up, and a public installation is fit to be public.

    In a process of its own, so the master keeps no application code and a reload (HUP) takes the new one.
    """
    command = [sys.executable, "manage.py", "check"]
    if observing.is_production():
        command += ["--deploy", "--database", "default"]
    surroundings = {name: value for name, value in os.environ.items() if name != metric_files.VARIABLE}
    surroundings["LOG_STREAM"] = "stderr"  # its complaints are heard, its result is not wanted
    done = subprocess.run(command, cwd=env.BASE_DIR, env=surroundings, stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        sys.exit(3)
    metric_files.empty(_METRICS)
    draining.end(_DATA, os.getpid())


def when_ready(server: Any) -> None:
    """Told to stop, the server first says so at /ready/ and goes on serving, until whoever sends requests has seen it.

    gunicorn itself would close its door at once, and a load balancer's next requests would meet nobody.
    """

    def drain_then_stop(number: int, frame: FrameType | None) -> None:
        seconds = observing.drain_seconds()
        draining.begin(_DATA)
        signal.signal(signal.SIGTERM, server.signal)  # a second request to stop is for now
        if not seconds:
            server.signal(number, frame)
            return
        signal.signal(signal.SIGALRM, lambda *_: server.signal(signal.SIGTERM, None))
        signal.setitimer(signal.ITIMER_REAL, seconds)

    signal.signal(signal.SIGTERM, drain_then_stop)


def post_worker_init(worker: Any) -> None:
    """A worker that is told to stop by itself (a reload) says so on the connections it still has."""
    stop = signal.getsignal(signal.SIGTERM)

    def say_so_and_stop(number: int, frame: FrameType | None) -> None:
        draining.begin_here()
        if callable(stop):
            stop(number, frame)

    signal.signal(signal.SIGTERM, say_so_and_stop)
    signal.siginterrupt(signal.SIGTERM, False)  # as gunicorn has it: requests in flight must not be disturbed


def child_exit(server: Any, worker: Any) -> None:
    metric_files.forget_process(worker.pid)


def on_exit(server: Any) -> None:
    draining.end(_DATA, os.getpid())
