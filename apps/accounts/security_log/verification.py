"""Proving that nobody changed the security log: every night, and whenever somebody asks."""

from dataclasses import dataclass

import structlog

from apps.accounts.security_log.log import first_broken_entry
from apps.accounts.security_log.models import SecurityEvent
from apps.core.jobs import Run, job
from apps.core.metrics import SECURITY_LOG_INTACT_AT

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Verified:
    """What looking at every entry found. `last_hash` in hexadecimal; '' in an empty log."""

    entries: int
    broken_at: int | None
    last_hash: str


def verify_security_log() -> Verified:
    last = SecurityEvent.objects.order_by("-pk").first()
    if last is None:
        return Verified(0, first_broken_entry(), "")
    return Verified(last.pk, first_broken_entry(), bytes(last.hash).hex())


@job(
    "accounts.verify_security_log",
    label="Verify the security log",
    queue="maintenance",
    timeout=600,
    cron="50 3 * * *",
)
def verify_every_night(run: Run) -> None:
    """The last hash goes to the logs, which lie elsewhere: whoever rewrote the chain could not rewrite them."""
    found = verify_security_log()
    facts = {"security_log.entries": found.entries, "security_log.last_hash": found.last_hash}
    if found.broken_at is None:
        SECURITY_LOG_INTACT_AT.set_to_current_time()
        logger.info("security_log.verified", **facts)
    else:
        logger.error("security_log.broken", **facts, **{"security_log.broken_at": found.broken_at})
