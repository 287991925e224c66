"""What our own events may say. A key that is not here does not reach a log line, so nobody's data can by accident.

Names follow OpenTelemetry's semantic conventions where they have one.
"""

_known = {
    "client.address",  # its network only: see addresses.py
    "db.query.count",
    "db.query.ms",
    "db.statement",  # with placeholders, cut
    "duration_ms",
    "enduser.id",  # the number of the account
    "error.fingerprint",
    "error.type",
    "event.action",
    "event.outcome",
    "event.reason",
    "exception.stacktrace",
    "health.check",
    "http.request.method",
    "http.response.status_code",
    "http.route",  # the template, never the address itself
    "job.attempt",
    "job.id",
    "job.queue",
    "job.task",
    "limit.scope",
    "logger",
    "process.exit_code",
    "request.id",
    "rows.count",
}


def allow_attributes(*names: str) -> None:
    """For an app's own events: names whose values are nobody's data and no secret."""
    _known.update(names)


def is_allowed(name: str) -> bool:
    return name in _known
