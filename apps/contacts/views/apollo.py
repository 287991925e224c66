"""A people search of Apollo's, pasted into the search box: led on to the search here that it comes to."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict

from apps.accounts.access import Access
from apps.contacts.apollo_url import Translation, Untranslated, translate
from apps.contacts.pages.addresses import list_href
from apps.contacts.search import Search

_KEPT = "translated"  # in the session, until the page that it is about is shown
MOST_SHOWN = 12


def open_translated(request: HttpRequest, access: Access, address: str) -> HttpResponse:
    """To the list of what an address asks for; what it comes to is told there once, and not in the new address."""
    translation = translate(address)
    search = Search.parse(_parameters(translation), access)
    missing = [
        *translation.untranslated,
        *(Untranslated(problem.parameter, problem.message) for problem in search.problems),
    ]
    request.session[_KEPT] = {
        "query": search.query_string(),
        "filters": len(search.filters) + bool(search.text),
        "missing": [asdict(each) for each in missing[:MOST_SHOWN]],
        "more": max(len(missing) - MOST_SHOWN, 0),
    }
    if not getattr(request, "htmx", False):
        return HttpResponseRedirect(list_href(search))
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = list_href(search)
    return answer


def take_translation(request: HttpRequest, search: Search) -> dict[str, Any] | None:
    """What is to be told of a translation, if it led to this search."""
    if _KEPT not in request.session:
        return None
    kept: dict[str, Any] = request.session.pop(_KEPT)
    return kept if kept["query"] == search.query_string() else None


def _parameters(translation: Translation) -> QueryDict:
    parameters = QueryDict(mutable=True)
    for name, value in translation.parameters:
        parameters.appendlist(name, value)
    return parameters
