"""The company card: what is known of a contact's company, and who else works there."""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.safestring import SafeString

from apps.accounts.access import Access
from apps.contacts.fields import FIELDS
from apps.contacts.pages.addresses import list_href
from apps.contacts.pages.table import NAME_FIELDS, name_of
from apps.contacts.queries import colleagues_of, readable_values
from apps.contacts.rendering import entry, hue_of, initials_of
from apps.contacts.search import Search

MOST_SHOWN = 6
_FACTS = (
    "industry",
    "employees",
    "annual_revenue",
    "total_funding",
    "latest_funding",
    "website",
    "company_linkedin_url",
    "company_phone",
)
_PLACES = ("company_city", "company_state", "company_country")


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    html: SafeString | str


@dataclass(frozen=True, slots=True)
class Colleague:
    id: int
    name: str
    title: str
    initials: str
    hue: int


@dataclass(frozen=True, slots=True)
class CompanyCard:
    """`colleagues` are the first of `count`; none for somebody who may not read names."""

    name: str
    facts: list[Fact]
    count: int
    colleagues: list[Colleague]
    list_href: str


def company_search(company: str, access: Access) -> Search | None:
    """The search of the company filter; None where it finds nothing to look for."""
    parameters = QueryDict(mutable=True)
    parameters["company"] = company
    search = Search.parse(parameters, access)
    return search if search.filters else None


def company_card(contact_id: int, access: Access) -> CompanyCard | None:
    """None when the contact has no company, or not for this person, or does not exist."""
    found = readable_values([contact_id], ["company", *_FACTS, *_PLACES], access)
    company: str = found[0].get("company", "") if found else ""
    search = company_search(company, access) if company else None
    if search is None:
        return None
    values = found[0]
    facts = [Fact(FIELDS[name].label, entry(FIELDS[name], values)) for name in _FACTS if values.get(name)]
    place = ", ".join(values[name] for name in _PLACES if values.get(name))
    if place:
        facts.append(Fact(FIELDS["company_address"].group.label, place))
    colleagues = colleagues_of(contact_id, search, access, MOST_SHOWN)
    may_name = any(map(access.can_read, NAME_FIELDS))
    return CompanyCard(
        name=company,
        facts=facts,
        count=colleagues.count,
        colleagues=_shown(colleagues.ids, access) if may_name else [],
        list_href=list_href(search),
    )


def _shown(ids: list[int], access: Access) -> list[Colleague]:
    rows = readable_values(ids, (*NAME_FIELDS, "title", "email", "company"), access)
    named = [(row, name_of(row)) for row in rows]
    return [
        Colleague(row["id"], name, row.get("title", ""), initials_of(name), hue_of(name))
        for row, name in named
    ]
