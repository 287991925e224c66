"""Seeing the product as somebody else would: an admin looks through another person's rights, and changes nothing.

Nobody becomes anybody: `request.user` stays the admin, with their logs and limits. The session notes through whose
rights is looked; the gate asks for that on every request, afresh.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy

from apps.accounts.access import RIGHTS_IN_WORDS, Access, Capability
from apps.accounts.models import AdminUser
from apps.accounts.security_log.log import Kind, record_event
from apps.core import metrics

LASTS_SECONDS = 30 * 60
_IN_SESSION = "looking"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Leads back to oneself, or has to do with nobody's account.
_OPEN_TO_LOOKERS = frozenset({"see_as_stop", "account_login", "account_logout", "alive", "ready", "health"})
PRIVATE = gettext_lazy(
    "Account pages are private. While you look as somebody else, neither theirs nor yours are shown."
)


class Ended(StrEnum):
    """Why a look is over."""

    STOPPED = "stopped"
    TIME = "time"
    SIGNED_OUT = "signed out"
    DEACTIVATED = "deactivated"
    GONE = "gone"
    RIGHTS = "rights"  # one's own: who looks must be allowed to manage users


@dataclass(frozen=True, slots=True)
class Look:
    """Through whose rights is looked, and what that shows.

    `both` is what oneself and the other may do: for the menu, and for pages that only show something.
    """

    person: AdminUser
    access: Access
    both: frozenset[Capability]


class LookEnded(Exception):
    """The look is over with this request, which is not answered: it was meant for what the other sees."""

    def __init__(self, why: Ended, person_id: int, name: str) -> None:
        super().__init__(why)
        self.why = why
        self.person_id = person_id
        self.name = name


def is_looking(request: HttpRequest) -> bool:
    """Whether the session looks as somebody else, and its time is not over."""
    noted = request.session.get(_IN_SESSION)
    return noted is not None and not _is_over(noted["since"])


def start_looking(request: HttpRequest, person: AdminUser, *, access: Access) -> None:
    """From the next request on, see the product through the rights of a person. Raises AccessDenied."""
    access.require(Capability.MANAGE_USERS)
    request.session[_IN_SESSION] = {"person": person.pk, "since": int(time.time())}
    with transaction.atomic():
        record_event(Kind.SEEN_AS, actor_id=access.user_id, subject_id=person.pk, details={"what": "began"})


def stop_looking(request: HttpRequest, *, actor_id: int | None, why: Ended = Ended.STOPPED) -> int | None:
    """Be oneself again; the id of the person through whose rights was looked, None if one was oneself."""
    look = request.session.pop(_IN_SESSION, None)
    if look is None:
        return None
    details = {"what": "ended", "why": str(why)}
    with transaction.atomic():
        record_event(Kind.SEEN_AS, actor_id=actor_id, subject_id=look["person"], details=details)
    return int(look["person"])


def current_look(request: HttpRequest, own: Access) -> Look | None:
    """The look of this request; None for somebody who is themself. Raises LookEnded when it has just ended."""
    noted = request.session.get(_IN_SESSION)
    if noted is None:
        return None
    person = AdminUser.objects.filter(pk=noted["person"]).first()
    ended = _why_ended(noted["since"], own, person)
    if ended is not None:
        stop_looking(request, actor_id=own.user_id, why=ended)
        raise LookEnded(ended, noted["person"], person.display_name if person else "")
    assert person is not None
    theirs = Access.of(person)
    return Look(person, own.looking_through(theirs), own.capabilities & theirs.capabilities)


def _why_ended(since: int, own: Access, person: AdminUser | None) -> Ended | None:
    if not own.can(Capability.MANAGE_USERS):
        return Ended.RIGHTS
    if person is None:
        return Ended.GONE
    if not person.is_active:
        return Ended.DEACTIVATED
    return Ended.TIME if _is_over(since) else None


def _is_over(since: int) -> bool:
    return time.time() - since >= LASTS_SECONDS


class LookingMiddleware:
    """Refuses to who looks every change, and every page without a gate: those are about one's own account."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_: object
    ) -> HttpResponse | None:
        if not request.COOKIES or not is_looking(request):
            return None
        match = request.resolver_match
        if match is not None and match.url_name in _OPEN_TO_LOOKERS:
            return None
        if request.method not in _SAFE_METHODS:
            return only_looking(
                request, gettext("Nothing was changed: while you look as somebody else, nothing can be.")
            )
        return None if hasattr(view, "capability") else only_looking(request, str(PRIVATE))


def why_not_shown(look: Look, capability: Capability | None, *, only_shows: bool = False) -> str:
    """Why a page is not shown to who looks; empty when it is.

    `only_shows` is for a page that nothing can be done on but by its buttons, though its capability is to do something.
    """
    name = look.person.display_name
    if capability is None:
        return str(PRIVATE)
    if look.access.can(capability) or (only_shows and capability in look.both):
        return ""
    if capability not in Access.of(look.person).capabilities:
        return f"{name} would not see this page: they do not have the right to {RIGHTS_IN_WORDS[capability]}."
    return f"{name} can open this page, to {RIGHTS_IN_WORDS[capability]}. You are only looking, so it stays closed."


def only_looking(request: HttpRequest, message: str) -> HttpResponse:
    metrics.PERMISSION_DENIED.labels("looking").inc()
    context = {"message": message, "status": 403}
    answer = render(request, "accounts/only_looking.html", context, status=403)
    answer["Cache-Control"] = "no-store"
    return answer


@receiver(user_logged_out)
def stop_with_the_session(sender: Any, *, request: HttpRequest, user: AdminUser | None, **_: Any) -> None:
    if request is not None and user is not None:
        stop_looking(request, actor_id=user.pk, why=Ended.SIGNED_OUT)
