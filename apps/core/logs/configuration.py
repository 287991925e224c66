"""The logging of a process, as logging.config.dictConfig() takes it: Django's and gunicorn's alike."""

from typing import Any

FORMATS = {"json", "console"}
LEVELS = {"debug", "info", "warning", "error", "critical"}

# What is said elsewhere already, or must not be said at all.
_QUIET = {
    "django.db.backends": "WARNING",  # statements with their values
    "django.request": "ERROR",  # 4xx is in http.request, without the path
    "django.security.DisallowedHost": "CRITICAL",  # any visitor can cause it; http.request has the 400
    "django.server": "CRITICAL",  # development server's own access log, with query strings
    "gunicorn.access": "CRITICAL",
    "gunicorn.http.wsgi": "ERROR",  # Django answers HEAD with a body, gunicorn drops it and says so each time
    "procrastinate.blueprints": "WARNING",  # every process that starts would list its tasks
    "procrastinate.tasks": "WARNING",
    "procrastinate.periodic": "WARNING",
    "procrastinate.manager": "WARNING",
    "procrastinate.worker": "CRITICAL",  # jobs with their arguments; ours says job.ended
    "procrastinate.worker.worker": "ERROR",
    "psycopg": "WARNING",
    "asyncio": "WARNING",
}
_HEARD = ("django", "gunicorn.error", "procrastinate", "allauth")


def configuration(*, form: str, level: str, stream: str, resource: dict[str, str]) -> dict[str, Any]:
    """`form` is json or console, `stream` stdout or stderr; `resource` says which installation it is."""
    formatter = "json_formatter" if form == "json" else "console_formatter"
    loggers: dict[str, dict[str, Any]] = {
        # Handlers of their own would say everything twice.
        name: {"handlers": [], "propagate": True, "level": "NOTSET"}
        for name in _HEARD
    }
    loggers |= {name: {"handlers": [], "propagate": True, "level": least} for name, least in _QUIET.items()}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": f"apps.core.logs.formatting.{formatter}", "resource": resource},
        },
        "handlers": {
            "stream": {
                "class": "logging.StreamHandler",
                "stream": f"ext://sys.{stream}",
                "formatter": "line",
            },
        },
        "root": {"level": level.upper(), "handlers": ["stream"]},
        "loggers": loggers,
    }
