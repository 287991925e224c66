"""Counting sign-ins that were refused, never with whom they named."""

from typing import Any

import structlog
from django.contrib.auth.signals import user_login_failed

from apps.core.metrics import AUTH_FAILURES

logger = structlog.get_logger(__name__)


def _refused(sender: Any, **kwargs: Any) -> None:
    AUTH_FAILURES.labels("credentials").inc()
    logger.info("auth.refused", **{"event.outcome": "failure", "event.reason": "credentials"})


def listen() -> None:
    user_login_failed.connect(_refused, dispatch_uid="apps.accounts.refused_sign_ins")
