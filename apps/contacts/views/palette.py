"""What the palette finds as somebody types."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.access import Access
from apps.accounts.gate import requires
from apps.contacts.palette.sources import found_groups


@require_safe
@requires(None, limit="search", only_shows=True)
def palette(request: HttpRequest, access: Access) -> HttpResponse:
    """The options of a text, as markup for the palette's list."""
    return render(
        request, "components/palette_groups.html", {"groups": found_groups(request.GET.get("q", ""), access)}
    )
