"""A person's own statement of their downloads; the same page is what admins see of somebody: apps/users."""

import re
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.access import Access
from apps.accounts.gate import requires
from apps.accounts.models import AdminUser
from apps.accounts.quota.months import zone_of
from apps.accounts.quota.references import is_made_up
from apps.accounts.quota.statement import Statement, all_entries, names_of, statement_of
from apps.accounts.quota.statement_csv import csv_lines, source_of, who_did
from apps.core.converters import id_or_none

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@require_safe
@requires(None)
def own_statement(request: HttpRequest, access: Access) -> HttpResponseBase:
    assert isinstance(request.user, AdminUser)  # the gate has seen to it
    return statement_answer(request, request.user, template="accounts/statement.html", context={})


def statement_answer(
    request: HttpRequest, person: AdminUser, *, template: str, context: dict[str, Any]
) -> HttpResponseBase:
    """The page or, with format=csv, the file; of ?month=2026-11 or ?month=all, else of the month that runs."""
    asked = request.GET.get("month", "")
    month = _month(asked)
    if request.GET.get("format") == "csv":
        return _file(person, month, is_whole=asked == "all")
    statement = statement_of(
        person, month=month, is_whole=asked == "all", before=id_or_none(request.GET.get("before", ""))
    )
    # Days and hours as the person has them: their months begin and end by their clock.
    with timezone.override(zone_of(person.time_zone)):
        return render(
            request,
            template,
            {
                "tab": "downloads",
                "person": person,
                "zone": person.time_zone.replace("_", " "),
                "statement": statement,
                "rows": _rows(statement),
                "query": _query(statement),
                "is_own": request.user.pk == person.pk,
                **context,
            },
        )


def _file(person: AdminUser, month: date | None, *, is_whole: bool) -> StreamingHttpResponse:
    if month is None and not is_whole:
        month = statement_of(person).month
    zone = zone_of(person.time_zone)
    answer = StreamingHttpResponse(
        csv_lines(all_entries(person, month), zone), content_type="text/csv; charset=utf-8"
    )
    name = f"{month:%Y-%m}" if month else "all"
    answer["Content-Disposition"] = f'attachment; filename="downloads-{name}.csv"'
    return answer


def _month(asked: str) -> date | None:
    if asked in {"", "all"}:
        return None
    match = _MONTH.fullmatch(asked)
    if match is None:
        raise Http404
    return date(int(match[1]), int(match[2]), 1)


def _query(statement: Statement) -> str:
    """The chosen month as it stands in an address."""
    return f"month={statement.month:%Y-%m}" if statement.month else "month=all"


def _rows(statement: Statement) -> list[dict[str, Any]]:
    names = names_of(statement.entries)
    return [
        {
            "entry": entry,
            "who": who_did(entry, names),
            "source": source_of(entry),
            "reference": "" if is_made_up(entry.reference) else entry.reference,
        }
        for entry in statement.entries
    ]
