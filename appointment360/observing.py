"""What settings and gunicorn both need to know about logs, metrics and stopping; read from the environment."""

import os
import sys
import tomllib
from pathlib import Path
from typing import Any

from appointment360 import env
from apps.core.logs import configuration as logs


def version() -> str:
    project = tomllib.loads((env.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def is_production() -> bool:
    return os.environ.get("DJANGO_SETTINGS_MODULE") == "appointment360.settings_production"


def logging_settings() -> dict[str, Any]:
    """For Django's LOGGING and gunicorn's logconfig_dict."""
    for_people = not is_production() and (env.flag("DEBUG") or sys.stdout.isatty())
    return logs.configuration(
        form=env.choice("LOG_FORMAT", "console" if for_people else "json", logs.FORMATS),
        level=env.choice("LOG_LEVEL", "info", logs.LEVELS),
        # What a command prints is its result; gunicorn.conf.py says stdout.
        stream=env.choice("LOG_STREAM", "stderr", {"stdout", "stderr"}),
        resource={
            "service.name": "appointment360",
            "service.version": version(),
            "deployment.environment": "production" if is_production() else "development",
        },
    )


def data_folder() -> Path:
    return env.folder("APP_DATA_DIR", env.BASE_DIR / "var")


def drain_seconds() -> int:
    """How long a server that was told to stop says so at /ready/ before it stops taking requests."""
    return env.whole_number("DRAIN_SECONDS", 5 if is_production() else 0, high=300)
