"""What the list says about names that are spelled nearly like the words of a search."""

from dataclasses import replace
from typing import Any

from apps.contacts.pages.addresses import list_href
from apps.contacts.paging import Page
from apps.contacts.search import Search

FEW = 5  # matches, beside which somebody else may have been meant


def similar_context(asked: Search, shown: Search, page: Page) -> dict[str, Any]:
    """For a search that was `asked` for, and that whose page is `shown` instead where nobody matched it."""
    is_few = page.count.is_exact and 0 < page.count.number <= FEW
    return {
        "similar_words": " ".join(shown.name_words) if shown.is_similar else "",
        "is_similar_instead": shown.is_similar and not asked.is_similar,
        "exact_href": list_href(replace(shown, is_similar=False, cursor=None)),
        "similar_href": list_href(replace(shown, is_similar=True, cursor=None))
        if is_few and shown.name_words and not shown.is_similar
        else "",
    }
