"""What is counted and timed, for Prometheus. Labels have few values, all of our own making; never anybody's data.

A feature adds its metrics here when it comes, and counts where its work ends.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, values

from apps.core import metric_files

if metric_files.is_shared():
    values.ValueClass = values.MultiProcessValue(metric_files.process_name)  # type: ignore[no-untyped-call]

# A series for when each other series began would double their number.
disable_created_metrics()  # type: ignore[no-untyped-call]

# Not the library's own registry: that one adds figures of the process, which mean nothing summed over several.
REGISTRY = CollectorRegistry()

# 0.5 and 2 seconds are what docs/reliability.md promises for 95 and 99 of 100 list and search pages.
_REQUEST_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5)
_QUERY_SECONDS = (0.001, 0.005, 0.02, 0.1, 0.5, 2)
_JOB_SECONDS = (0.1, 1, 5, 30, 120, 600)

NO_ROUTE = "none"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

HTTP_REQUESTS = Counter(
    "a360_http_requests",
    "Requests answered, without probes.",
    ["method", "route", "status_class"],
    registry=REGISTRY,
)
HTTP_REQUEST_DURATION = Histogram(
    "a360_http_request_duration_seconds",
    "From the first middleware to the answer.",
    ["route"],
    buckets=_REQUEST_SECONDS,
    registry=REGISTRY,
)
HTTP_REQUESTS_IN_FLIGHT = Gauge(
    "a360_http_requests_in_flight",
    "Requests being answered now.",
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
SECURITY_LOG_INTACT_AT = Gauge(
    "a360_security_log_last_intact_timestamp_seconds",
    "When the security log was last looked at as a whole and found as it was written.",
    registry=REGISTRY,
    multiprocess_mode="mostrecent",
)
DB_QUERY_DURATION = Histogram(
    "a360_db_query_duration_seconds",
    "Statements through Django's cursors, without COPY.",
    buckets=_QUERY_SECONDS,
    registry=REGISTRY,
)
DB_UNAVAILABLE = Counter(
    "a360_db_unavailable",
    "Requests answered 503 because the database did not answer, by reason.",
    ["reason"],
    registry=REGISTRY,
)
ERRORS = Counter("a360_errors", "Errors nobody expected, in requests and jobs.", ["where"], registry=REGISTRY)
JOBS = Counter("a360_jobs", "Runs of jobs that ended, by outcome.", ["task", "outcome"], registry=REGISTRY)
JOB_DURATION = Histogram(
    "a360_job_duration_seconds", "One run of a job.", ["task"], buckets=_JOB_SECONDS, registry=REGISTRY
)
IMPORT_ROWS = Counter(
    "a360_import_rows", "Rows of imported files, by what became of them.", ["outcome"], registry=REGISTRY
)
AUTH_FAILURES = Counter("a360_auth_failures", "Sign-ins refused.", ["reason"], registry=REGISTRY)
RATE_LIMITED = Counter("a360_rate_limited", "Requests refused as too many.", ["scope"], registry=REGISTRY)
PERMISSION_DENIED = Counter(
    "a360_permission_denied", "Requests refused for want of a right.", ["kind"], registry=REGISTRY
)
QUOTA_REFUSED = Counter(
    "a360_quota_refused", "Downloads refused because too few contacts were left.", ["left"], registry=REGISTRY
)
QUOTA_ALARMS = Counter(
    "a360_quota_alarms", "Differences that checking the download ledger found.", ["what"], registry=REGISTRY
)


def method_label(method: str | None) -> str:
    """A method as a label: whatever a visitor makes up is one value."""
    return method if method in _METHODS else "other"
