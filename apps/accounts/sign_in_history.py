"""Who signed in from where: written to the security log, and read by the person themself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network

from django.http import HttpRequest
from django.utils import timezone

from apps.accounts.mails.jobs import origin_of, send_notice
from apps.accounts.models import AdminUser
from apps.accounts.security_log.log import Kind, record_event
from apps.accounts.security_log.models import SecurityEvent
from apps.accounts.sessions.devices import device_in_words
from apps.accounts.sessions.known_devices import LASTS_DAYS, device_of
from apps.accounts.spelling import spelled
from apps.core.client_address import client_address

PAGE_SIZE = 50
# What a person is shown of their own account; what admins change about their rights is on other pages.
SHOWN = (
    Kind.SIGNED_IN,
    Kind.NEW_DEVICE,
    Kind.SIGN_IN_FAILED,
    Kind.LOCKED_OUT,
    Kind.SIGNED_OUT,
    Kind.REAUTHENTICATED,
    Kind.SESSIONS_ENDED,
    Kind.PASSWORD_CHANGED,
    Kind.PASSWORD_RESET_ASKED,
    Kind.PASSWORD_RESET,
    Kind.EMAIL_CHANGED,
    Kind.TWO_FACTOR_ADDED,
    Kind.TWO_FACTOR_REMOVED,
    Kind.TWO_FACTOR_RESET,
    Kind.RECOVERY_CODES_MADE,
    Kind.INVITATION_ACCEPTED,
    Kind.DEACTIVATED,
    Kind.REACTIVATED,
)
_WORRYING = {Kind.SIGN_IN_FAILED, Kind.LOCKED_OUT, Kind.NEW_DEVICE}


@dataclass(frozen=True, slots=True)
class Entry:
    id: int
    what: str
    device: str
    address: str
    at: datetime
    is_worrying: bool
    by_somebody_else: bool


def history_of(person: AdminUser, *, before: int | None = None) -> tuple[list[Entry], int | None]:
    """A page of what happened to a person's account, newest first, and what to ask for the next one (None: no more)."""
    events = SecurityEvent.objects.filter(subject_id=person.pk, kind__in=SHOWN).order_by("-id")
    if before is not None:
        events = events.filter(id__lt=before)
    found = list(events[: PAGE_SIZE + 1])
    page = [_entry(event, person) for event in found[:PAGE_SIZE]]
    return page, page[-1].id if len(found) > PAGE_SIZE else None


def _entry(event: SecurityEvent, person: AdminUser) -> Entry:
    return Entry(
        event.pk,
        event.get_kind_display(),
        event.details.get("device", ""),
        event.address or "",
        event.at,
        event.kind in _WORRYING,
        event.actor_id not in {None, person.pk},
    )


def whereabouts(request: HttpRequest) -> dict[str, str]:
    """For the details of an entry: the browser in words, and the network that its address belongs to."""
    return {
        "device": device_in_words(request.META.get("HTTP_USER_AGENT", "")),
        "network": network_of(client_address(request)),
    }


def network_of(address: str) -> str:
    """About one place: of IPv4 the /24, of IPv6 the /48, which is what one customer gets."""
    return str(ip_network(f"{address}/{48 if ':' in address else 24}", strict=False))


def record_sign_in(request: HttpRequest, person: AdminUser) -> None:
    """Write that somebody signed in; if it is from somewhere new, that too, and send them a mail about it.

    Known is a browser that was used before, and one of the same kind in the same network within LASTS_DAYS. The first
    sign-in of all is no news.
    """
    details = whereabouts(request)
    is_known = _is_known(request, person, details)
    record_event(Kind.SIGNED_IN, actor_id=person.pk, subject_id=person.pk, details=details)
    if not is_known:
        event = record_event(Kind.NEW_DEVICE, actor_id=person.pk, subject_id=person.pk, details=details)
        send_notice.enqueue({"event_id": event.pk, "origin": origin_of(request)})


def _is_known(request: HttpRequest, person: AdminUser, details: dict[str, str]) -> bool:
    if device_of(request, person.email):
        return True
    earlier = SecurityEvent.objects.filter(subject_id=person.pk, kind=Kind.SIGNED_IN)
    if not earlier.exists():
        return True
    since = timezone.now() - timedelta(days=LASTS_DAYS)
    return earlier.filter(
        at__gte=since, details__device=details["device"], details__network=details["network"]
    ).exists()


def record_failed_sign_in(request: HttpRequest, *, email: str, is_last: bool) -> None:
    """Write that a password was wrong, and once a block that it was one too many.

    An address that nobody has costs the same statements as any other; about it nobody gets a mail.
    """
    subject = AdminUser.objects.filter(email=spelled(email)).values_list("pk", flat=True).first()
    details = whereabouts(request)
    record_event(Kind.SIGN_IN_FAILED, actor_id=None, subject_id=subject, details=details)
    if is_last:
        event = record_event(Kind.LOCKED_OUT, actor_id=None, subject_id=subject, details=details)
        send_notice.enqueue({"event_id": event.pk, "origin": origin_of(request)})
