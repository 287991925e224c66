"""Acts on many contacts: said exactly, asked for, done, watched and stopped."""

import secrets
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.contacts.bulk.deeds import KEYS, Deed, editable_fields, kinds_for
from apps.contacts.bulk.models import BulkAct
from apps.contacts.bulk.operations import AT_ONCE, StatedOtherwise, cancel_bulk_act, start_bulk_act
from apps.contacts.bulk.running import is_abandoned, tally_of
from apps.contacts.bulk.selection import MOST_CHOSEN, BulkSelection
from apps.contacts.forms import ValueForm
from apps.contacts.pages import bulk_words
from apps.contacts.pages.addresses import list_href
from apps.contacts.search import Search
from apps.core.converters import id_or_none

MAX_REASON_LENGTH = 500
MAX_KEY_LENGTH = 64
_CHOOSE, _COUNT = "edit", "count"  # the field is chosen next; only counted
_KIND_WORDS = {"add": _lazy("%(field)s: add"), "remove": _lazy("%(field)s: remove"), "set": "%(field)s"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a form of the list asks for. `kind` is None where no field is chosen yet."""

    posted: QueryDict
    selection: BulkSelection
    act: str
    kind: BulkAct.Kind | None
    field: str

    @classmethod
    def of(cls, posted: QueryDict, access: Access) -> "_Asked":
        """Raises Http404 for an act that is none, on a field that is none or that the person may not edit."""
        act = posted.get("act", "")
        kind, _colon, field = act.partition(":")
        selection = BulkSelection.of(posted, access)
        if act in {_CHOOSE, _COUNT}:
            return cls(posted, selection, act, None, "")
        if kind not in BulkAct.Kind.values or (field and kind == BulkAct.Kind.DELETE):
            raise Http404
        asked = cls(posted, selection, act, BulkAct.Kind(kind), field)
        if asked.kind is BulkAct.Kind.DELETE:
            access.require(Capability.DELETE)
        elif field not in editable_fields(access) or asked.kind not in kinds_for(
            editable_fields(access)[field]
        ):
            raise Http404
        return asked

    @property
    def is_deletion(self) -> bool:
        return self.kind is BulkAct.Kind.DELETE

    def refusal(self) -> str:
        """Why nothing can be done to what is chosen; '' when something can."""
        if self.selection.is_empty:
            return _("Tick the contacts first.")
        if self.selection.is_too_long:
            most = bulk_words.figure(MOST_CHOSEN)
            return _("At most %(most)s contacts can be ticked. Choose all that match a search instead.") % {
                "most": most
            }
        if self.selection.problems:
            return _("Part of this search was left out, so it would reach other contacts. Nothing was done.")
        return ""

    def form(self, access: Access) -> ValueForm:
        data = self.posted if "value" in self.posted else None
        return ValueForm(data, field=editable_fields(access)[self.field], auto_id="bulk_%s")

    def deed(self, form: ValueForm | None) -> Deed | None:
        """What is to be done; None while its value is missing or wrong, which the form then says."""
        if self.is_deletion:
            return Deed(BulkAct.Kind.DELETE)
        if form is None or not form.is_valid() or self.kind is None:
            return None
        deed = Deed(self.kind, self.field, form.cleaned)
        if self.kind is not BulkAct.Kind.SET and not deed.value:
            form.add_error("value", _("Write at least one."))
        elif self.field in KEYS and not deed.is_emptying:
            form.add_error(
                "value",
                _("No two contacts can have the same. Leave it empty to empty it, or edit one contact."),
            )
        else:
            return deed
        return None

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What the next form says again."""
        found = [("search", self.posted.get("search", ""))]
        if self.selection.ids is None:
            return [*found, ("all", "1")]
        return [*found, ("contact", ",".join(map(str, self.selection.ids)))]


@require_POST
@requires(Capability.BULK_EDIT, limit="search")
def bulk_confirm(request: HttpRequest, access: Access) -> HttpResponse:
    """What is asked for, step by step, up to the sentence that says exactly what would be done. Changes nothing."""
    asked = _Asked.of(request.POST, access)
    refusal = asked.refusal()
    if refusal:
        messages.info(request, refusal)
        return _go(request, _back(asked.selection.search))
    if asked.act == _COUNT:
        return _sheet(request, asked, access, "count", {"number": asked.selection.count(access)})
    if asked.act == _CHOOSE:
        return _sheet(request, asked, access, "field", {"choices": _choices(access)})
    form = None if asked.is_deletion else asked.form(access)
    deed = asked.deed(form)
    if deed is None:
        return _ask_value(request, asked, access, form)
    return _state(request, asked, access, deed)


@require_POST
@requires(Capability.BULK_EDIT)
def bulk_edit(request: HttpRequest, access: Access) -> HttpResponse:
    """Do what the last step of bulk_confirm said, if it is still so; else say what would be done now."""
    asked = _Asked.of(request.POST, access)
    if asked.kind is None:
        raise Http404
    refusal = asked.refusal()
    if refusal:
        messages.info(request, refusal)
        return _go(request, _back(asked.selection.search))
    form = None if asked.is_deletion else asked.form(access)
    deed = asked.deed(form)
    key = request.POST.get("key", "").replace("\0", "")[:MAX_KEY_LENGTH]
    stated = id_or_none(request.POST.get("stated", ""))
    if deed is None:
        return _ask_value(request, asked, access, form)
    if stated is None or not key:
        return _state(request, asked, access, deed)
    try:
        act = start_bulk_act(
            access=access,
            key=key,
            deed=deed,
            selection=asked.selection,
            stated=stated,
            reason=" ".join(request.POST.get("reason", "").replace("\0", "").split())[:MAX_REASON_LENGTH],
        )
    except StatedOtherwise:
        return _state(request, asked, access, deed, stated=stated)
    if not act.is_over or act.job_id:
        return _go(request, act.get_absolute_url())
    messages.success(
        request, bulk_words.outcome(act, tally_of(act), access), extra_tags=_undo_href(act, access)
    )
    return _go(request, _back(asked.selection.search))


@require_safe
@requires(Capability.BULK_EDIT, only_shows=True)
def bulk_status(request: HttpRequest, access: Access, act_id: int) -> HttpResponse:
    """How far one's own act is, and what it came to."""
    return _status(request, access, _own(act_id, access, is_undo=False))


@require_safe
@requires(Capability.UNDO, only_shows=True)
def undo_status(request: HttpRequest, access: Access, act_id: int) -> HttpResponse:
    return _status(request, access, _own(act_id, access, is_undo=True))


def _own(act_id: int, access: Access, *, is_undo: bool) -> BulkAct:
    """Raises Http404."""
    act = BulkAct.objects.filter(pk=act_id, actor_id=access.user_id).select_related("operation").first()
    if act is None or act.is_undo != is_undo:
        raise Http404
    return act


def _status(request: HttpRequest, access: Access, act: BulkAct) -> HttpResponse:
    has_failed = is_abandoned(act)  # before the rest: it reads the act anew
    tally = tally_of(act)
    deed = Deed.of(act)
    back = Search.parse(QueryDict(act.query), access)
    context = {
        "nav_current": "contacts",
        "act": act,
        "title": bulk_words.title_of(act, access),
        "tally": tally,
        "has_failed": has_failed,
        "is_running": not act.is_over and not has_failed,
        "outcome": bulk_words.outcome(act, tally, access),
        "rest": bulk_words.rest(deed, tally),
        "pace": _pace(act, tally.done, tally.left),
        "undo_href": _undo_href(act, access),
        "stop_href": reverse("undo_cancel" if act.is_undo else "bulk_cancel", args=[act.pk]),
        "list_href": _back(back),
        "is_deletion": deed.is_deletion,
    }
    is_part = request.headers.get("HX-Request") == "true"
    return render(
        request, "contacts/bulk_status.html#part" if is_part else "contacts/bulk_status.html", context
    )


@require_POST
@requires(Capability.BULK_EDIT)
def bulk_cancel(request: HttpRequest, access: Access, act_id: int) -> HttpResponse:
    return _cancel(act_id, access)


@require_POST
@requires(Capability.UNDO)
def undo_cancel(request: HttpRequest, access: Access, act_id: int) -> HttpResponse:
    return _cancel(act_id, access)


def _cancel(act_id: int, access: Access) -> HttpResponse:
    act = cancel_bulk_act(act_id, access=access)
    if act is None:
        raise Http404
    return redirect(act)


def _ask_value(request: HttpRequest, asked: _Asked, access: Access, form: ValueForm | None) -> HttpResponse:
    is_wrong = form is not None and form.is_bound
    return _sheet(request, asked, access, "value", {"form": form}, status=422 if is_wrong else 200)


def _state(
    request: HttpRequest, asked: _Asked, access: Access, deed: Deed, stated: int | None = None
) -> HttpResponse:
    """The sentence, and what differs; `stated` is the number of an earlier sentence that is not so any more."""
    preview = asked.selection.preview(deed, access)
    context = {
        "number": preview.there,
        "statement": bulk_words.statement(deed, preview.there),
        "already": bulk_words.already(deed, preview.already) if preview.already else "",
        "spoilt": bulk_words.spoilt(deed, preview.spoilt) if preview.spoilt else "",
        "changing": preview.there - preview.already - preview.spoilt,
        "stated": None if stated is None else bulk_words.figure(stated),
        "value": request.POST.get("value", ""),
        "key": secrets.token_urlsafe(16),
        "is_deletion": deed.is_deletion,
        "takes_long": preview.there > AT_ONCE,
    }
    return _sheet(request, asked, access, "statement", context, status=200 if stated is None else 409)


def _sheet(
    request: HttpRequest, asked: _Asked, access: Access, step: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A step as a page, or for a script as what goes into its dialog."""
    shown = {
        "nav_current": "contacts",
        "step": step,
        "act": asked.act,
        "kind": asked.kind,
        "label": editable_fields(access)[asked.field].label if asked.field else "",
        "carried": asked.carried,
        "back_href": _back(asked.selection.search),
        **context,
    }
    is_part = request.headers.get("HX-Request") == "true"
    template = "contacts/bulk_confirm.html#sheet" if is_part else "contacts/bulk_confirm.html"
    return render(request, template, {**shown, "level": 2 if is_part else 1}, status=status)


def _choices(access: Access) -> list[tuple[str, str]]:
    """Everything that can be done to a field of many contacts, and what it is called."""
    return [
        (f"{kind}:{name}", str(_KIND_WORDS[kind]) % {"field": field.label})
        for name, field in editable_fields(access).items()
        for kind in kinds_for(field)
    ]


def _pace(act: BulkAct, done: int, left: int) -> dict[str, Any]:
    """Contacts a second so far, and the minutes that the rest takes at that pace."""
    seconds = (timezone.now() - act.created_at).total_seconds()
    rate = done / seconds if seconds > 0 else 0.0
    minutes = round(left / rate / 60) if rate else None
    if minutes is None or act.is_over:
        return {"rate": round(rate)}
    text = ngettext("about %(count)s minute left", "about %(count)s minutes left", minutes)
    return {
        "rate": round(rate),
        "left": text % {"count": minutes} if minutes else _("less than a minute left"),
    }


def _undo_href(act: BulkAct, access: Access) -> str:
    if act.operation_id is None or not access.can(Capability.UNDO):
        return ""
    return reverse("operation_undo", args=[act.operation_id])


def _back(search: Search) -> str:
    return list_href(search, after=search.cursor)


def _go(request: HttpRequest, address: str) -> HttpResponse:
    """To another page; a script is told to take the whole window there."""
    if request.headers.get("HX-Request") != "true":
        return redirect(address)
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = address
    return answer
