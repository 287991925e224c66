"""Errors to a Sentry server, for those who have one. Without SENTRY_DSN the library is not even imported."""

from typing import Any, cast

from apps.core.logs.scrubbing import scrub
from apps.core.request_ids import current_request_id


def start(dsn: str, *, release: str, environment: str) -> None:
    """Send errors there; nothing of a request but its route, no messages and no values of variables."""
    import sentry_sdk
    from sentry_sdk.integrations.django import DjangoIntegration

    sentry_sdk.init(
        dsn=dsn,
        release=release,
        environment=environment,
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        server_name="",
        # Ours of the log lines are the ids that lead on; nothing of the traces is recorded.
        traces_sample_rate=None,
        default_integrations=False,
        integrations=[
            DjangoIntegration(transaction_style="url", middleware_spans=False, signals_spans=False)
        ],
        before_send=cast(Any, without_values),
    )


def without_values(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    """Sentry's event with types, frames and the request id; all else that could hold somebody's data is left out."""
    for exception in (event.get("exception") or {}).get("values") or []:
        exception["value"] = ""
        for frame in (exception.get("stacktrace") or {}).get("frames") or []:
            for key in ("vars", "pre_context", "context_line", "post_context", "abs_path"):
                frame.pop(key, None)
    for key in ("request", "user", "breadcrumbs", "extra", "contexts", "modules", "threads"):
        event.pop(key, None)
    if "logentry" in event:
        event["logentry"] = {"message": scrub(str(event["logentry"].get("message", "")))}
    if "message" in event:
        event["message"] = scrub(str(event["message"]))
    event["tags"] = {"request_id": current_request_id()}
    return event
