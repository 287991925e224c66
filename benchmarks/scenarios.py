"""What is measured: groups of pages, drawn with a fixed seed from the contacts that are there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode, urlsplit

from django.db import connection
from django.db.models import Q
from django.http import QueryDict

from apps.accounts.access import Access
from apps.contacts.fields import FIELDS, Kind
from apps.contacts.models import Contact, Industry
from apps.contacts.pages.addresses import list_href
from apps.contacts.pages.filter_panel import GROUP_KEYS
from apps.contacts.paging import Matching, position_of
from apps.contacts.queries import visible_to
from apps.contacts.search import Search

REPEATS = 40  # of a page that has no variants
SETS_OF_FILTERS = 30  # for each number of filters
MOST_VALUES_IN_A_FILTER = 3
DEPTHS = (0.001, 0.1, 0.5, 0.9, 0.999)

type Parameters = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Group:
    """Pages whose times belong together."""

    name: str
    urls: tuple[str, ...]


def groups(access: Access, *, seed: int = 1) -> Iterator[Group]:
    random = Random(seed)
    yield Group("list, no filter", ("/contacts/",) * REPEATS)
    values = _Values(random)
    for number in (1, 2, 3, 5):
        yield Group(
            f"list, {number} random filter{'s' * (number > 1)}", _filtered(values, number, SETS_OF_FILTERS)
        )
    yield Group("list, other operators", tuple(_list_url(parameters) for parameters in _OTHER_OPERATORS))
    yield Group("list, popular values that hardly meet", tuple(_list_url(pair) for pair in _HARDLY_MEET))
    yield Group("list, matches at the far end", tuple(_list_url(parameters) for parameters in _FAR_END))
    yield Group("text search", tuple(_list_url([("q", text)]) for text in _texts(random)))
    yield Group(
        "text search and a filter",
        tuple(_list_url([("q", t), ("country", "United States")]) for t in _texts(random)),
    )
    yield Group("sorted, first page", tuple(_sorted_urls([])))
    yield Group("sorted, with a popular filter", tuple(_sorted_urls([("seniority", "Manager")])))
    yield Group("sorted, with a rare filter", tuple(_sorted_urls([("city", "Reykjavík")])))
    yield Group("deep page", tuple(_deep_urls(access)))
    yield Group("options", tuple(_options_urls(values)))
    for number in (0, 1, 2, 3, 5):
        searches = _filtered(values, number, SETS_OF_FILTERS)
        yield Group(f"counts of every group, {number} filters", tuple(_facets_urls(searches)))
    yield Group(
        "counts of every group, text", tuple(_facets_urls(_list_url([("q", t)]) for t in _texts(random)))
    )
    yield Group("names with a slip", tuple(_list_url([("q", name)]) for name in _slips(random)))
    yield Group("palette", tuple(f"/palette/?{urlencode([('q', text)])}" for text in _texts(random)))
    yield Group("dashboard", ("/dashboard/",) * REPEATS)
    yield Group("record", tuple(f"/contacts/{number}/" for number in _some_ids(random)))
    yield Group(
        "record within a search",
        tuple(f"/contacts/{number}/?country=United+States&sort=company" for number in _some_ids(random)),
    )


_OTHER_OPERATORS: tuple[Parameters, ...] = (
    [("seniority__not", "Entry")],
    [("country__not", "United States"), ("stage", "Hot")],
    [("email__empty", "true")],
    [("email__empty", "false"), ("email_status__not", "Verified")],
    [("title__contains", "engineer")],
    [("company__contains", "bright"), ("employees", "51-100")],
    [("keywords__contains", "cloud"), ("technologies", "Salesforce")],
    [("annual_revenue__gte", "10000000"), ("annual_revenue__lte", "50000000")],
    [("total_funding__gte", "100000000")],
    [("employees__gte", "1000"), ("employees__lte", "2000"), ("country", "Germany")],
    [("created_at__gte", "2026-10-01")],
    [("last_contacted_at__lte", "2025-01-31"), ("stage", "Warm")],
    [("location", "London")],
    [("location", "California"), ("seniority", "VP")],
    [("person_linkedin_url__empty", "true"), ("seniority", "C-Suite")],
    [("tags", "VIP"), ("tags__not", "Newsletter")],
    [("technologies__empty", "true"), ("industry__empty", "true")],
    [("mobile_phone__empty", "false"), ("state", "Texas")],
    [("last_raised_at__gte", "2026-01-01"), ("latest_funding", "Series A")],
    [("do_not_contact", "true")],
)
# Each value is popular, but hardly anybody has both: planners expect a page soon and read everything.
_HARDLY_MEET: tuple[Parameters, ...] = (
    [("seniority", "Entry"), ("seniority", "Manager"), ("departments", "C-Suite")],
    [("seniority", "Entry"), ("title__contains", "director")],
    [("country", "United States"), ("city", "London")],
    [("state", "California"), ("country", "United Kingdom")],
    [("employees", "10001+"), ("departments", "C-Suite"), ("sort", "company")],
    [("stage", "Hot"), ("email_status", "Guessed"), ("sort", "-updated_at"), ("seniority", "Owner")],
    [("country__not", "United States"), ("state", "Texas"), ("sort", "title")],
)
# Many match, and the sort's index has none of them for a long way.
_FAR_END: tuple[Parameters, ...] = (
    [("state", "Texas"), ("stage", "Hot"), ("sort", "country")],
    [("state", "California"), ("email_status", "Verified"), ("sort", "country")],
    [("city", "London"), ("stage__not", "Hot"), ("sort", "country")],
    [("employees", "10001+"), ("stage", "Warm"), ("sort", "employees")],
    [("employees", "0-10"), ("stage", "Warm"), ("sort", "-employees")],
    [("employees", "21-50"), ("country", "United States"), ("sort", "-employees")],
    [("title__contains", "vp"), ("sort", "title")],
)


class _Values:
    """Values of the faceted fields, drawn as often as contacts hold them."""

    def __init__(self, random: Random) -> None:
        self.random = random
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT field, value, n FROM contacts_facetvalue WHERE field <> '' ORDER BY field, n DESC, value"
            )
            rows = cursor.fetchall()
        self.by_field: dict[str, tuple[list[str], list[int]]] = {}
        for field, value, n in rows:
            values, weights = self.by_field.setdefault(field, ([], []))
            values.append(value)
            weights.append(n)
        self.industries = dict(Industry.objects.values_list("pk", "name"))
        # Owners and the source are the same everywhere in demo data.
        self.fields = [field for field in self.by_field if field not in ("owner", "source")]

    def draw(self, field: str, count: int) -> list[str]:
        values, weights = self.by_field[field]
        drawn = dict.fromkeys(self.random.choices(values, weights, k=count))
        return [self.industries[int(value)] if field == "industry" else value for value in drawn]


def _filtered(values: _Values, number: int, sets: int) -> tuple[str, ...]:
    urls = []
    for _ in range(sets):
        parameters: Parameters = []
        for field in values.random.sample(values.fields, number):
            drawn = values.draw(field, values.random.randint(1, MOST_VALUES_IN_A_FILTER))
            parameters += [(field, value) for value in drawn]
        urls.append(_list_url(parameters))
    return tuple(urls)


def _texts(random: Random) -> list[str]:
    """Common and rare names, parts of words, two words, an address, a number, and nothing that anybody has."""
    fixed = [
        "maria",
        "o'brien",
        "nguyen",
        "li",
        "eng",
        "sales",
        "brightforge",
        "systems",
        "@granite",
        "555-01",
        "zzqxv",
        "müller",
    ]
    people = Contact.objects.filter(pk__in=_some_ids(random, 10)).order_by("pk")
    drawn = [f"{person.first_name} {person.last_name}" for person in people]
    return [
        *fixed,
        *drawn,
        *(person.last_name for person in people),
        *(person.company for person in people[:5]),
    ]


def _sorted_urls(filters: Parameters) -> Iterator[str]:
    for field in FIELDS.values():
        if field.sortable:
            yield _list_url([*filters, ("sort", field.name)])
            yield _list_url([*filters, ("sort", f"-{field.name}")])


def _deep_urls(access: Access) -> Iterator[str]:
    """Pages at several depths of some orders, jumped to by the cursor of the contact that is there."""
    for sort in ("", "last_name", "-company", "employees", "-created_at"):
        query = QueryDict(urlencode([("sort", sort)]) if sort else "")
        search = Search.parse(query, access)
        contacts = visible_to(access)
        ordered = list(_ids_at_depths(sort, DEPTHS))
        for contact_id in ordered:
            cursor = position_of(contact_id, contacts, search, Matching(Q()))
            yield list_href(search, after=cursor)


def _ids_at_depths(sort: str, depths: tuple[float, ...]) -> list[int]:
    name = sort.removeprefix("-") or "id"
    order = f"{'-' if sort.startswith('-') else ''}{name}"
    contacts = Contact.objects.order_by(order, "pk")
    if sort and FIELDS[name].kind is Kind.INTEGER:
        contacts = contacts.filter(**{f"{name}__isnull": False})
    total = contacts.count()
    return [contacts.values_list("pk", flat=True)[int(total * depth)] for depth in depths]


def _options_urls(values: _Values) -> Iterator[str]:
    for field in values.fields:
        word = values.draw(field, 1)[0]
        for text in ("", word[:2], word[:4], word[1:5], "zzqxv"):
            yield f"/contacts/options/{field}/?{urlencode([('q', text)])}"
    yield "/contacts/options/location/?q=lon"


def _facets_urls(searches: Iterable[str]) -> Iterator[str]:
    groups = urlencode([("group", key) for key in GROUP_KEYS])
    for url in searches:
        yield f"/contacts/facets/?{urlsplit(url).query}&{groups}"


def _slips(random: Random) -> Iterator[str]:
    """Names of contacts with two letters of the last name in each other's place."""
    for person in Contact.objects.filter(pk__in=_some_ids(random, SETS_OF_FILTERS)).order_by("pk"):
        last = person.last_name
        at = random.randint(1, max(1, len(last) - 2))
        yield f"{person.first_name} {last[:at]}{last[at + 1 : at + 2]}{last[at : at + 1]}{last[at + 2 :]}"


def _some_ids(random: Random, count: int = REPEATS) -> list[int]:
    ids = Contact.objects.order_by("pk").values_list("pk", flat=True)
    first, last = ids[0], ids.reverse()[0]
    return [random.randint(first, last) for _ in range(count)]


def _list_url(parameters: Parameters) -> str:
    return f"/contacts/?{urlencode(parameters)}"
