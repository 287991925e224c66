"""How gunicorn serves the product, in `make run` and in production alike."""

import os
import subprocess
import sys
from typing import Any

from appointment360 import env

wsgi_app = "appointment360.wsgi"
# An IPv6 address needs its brackets: HOST=[::1].
bind = f"{env.text('HOST', '127.0.0.1')}:{env.whole_number('PORT', 8000, low=1, high=65535)}"
worker_class = "gthread"
workers = env.whole_number("WEB_PROCESSES", 2, low=1, high=64)
threads = env.whole_number("WEB_THREADS", 4, low=1, high=64)
timeout = 60
graceful_timeout = 20
# Otherwise gunicorn opens a door for commands in the home folder of whoever started it.
control_socket_disable = True
loglevel = env.choice("LOG_LEVEL", "info", {"debug", "info", "warning", "error", "critical"})
errorlog = "-"


def on_starting(server: Any) -> None:
    """Before the first worker: the database is up, and a public installation is fit to be public.

    In a process of its own, so the master keeps no application code and a reload (HUP) takes the new one.
    """
    command = [sys.executable, "manage.py", "check"]
    if os.environ.get("DJANGO_SETTINGS_MODULE") == "appointment360.settings_production":
        command += ["--deploy", "--database", "default"]
    if subprocess.run(command, cwd=env.BASE_DIR, stdout=subprocess.DEVNULL, check=False).returncode != 0:
        sys.exit(3)
