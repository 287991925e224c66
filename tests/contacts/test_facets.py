"""Counts beside the panel's values: what is called exact is what count(*) says, whoever asks and by whatever way."""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts import facet_counts as counting
from apps.contacts.conditions import Conditions
from apps.contacts.facet_counts import Accuracy, FieldCounts, Figure
from apps.contacts.facets import bitmaps, counts
from apps.contacts.facets.pairs import MONEY_EDGES
from apps.contacts.fields import EMPLOYEE_BANDS, FIELDS, Kind
from apps.contacts.models import Contact, Industry
from apps.contacts.pages.facets import fields_to_count
from apps.contacts.pages.filter_panel import GROUP_KEYS, controls_of
from apps.contacts.queries import counts_under, search_page, visible_to
from apps.contacts.search import Search
from tests.cast import CLERKS_COLUMNS

type SignIn = Callable[[AdminUser], Client]

PEOPLE = {
    "operator": None,
    "clerk": CLERKS_COLUMNS,
    "places": {"last_name": "read", "city": "read", "state": "read", "annual_revenue": "read"},
    "manager": {},
}
PLACES = ("Singapore", "singapore", "São Paulo", "Sao Paulo", "Georgia", "", "Oslo")
QUERIES = (
    "",
    "seniority=VP",
    "seniority=VP&seniority=Head",
    "seniority__not=VP&country=singapore",
    "location=Georgia",
    "location__empty=true&stage=Hot",
    "stage__empty=false&technologies=aws",
    "company__contains=ac&seniority=VP",
    "company=Acme&title__not=CEO",
    "employees=11-20&employees=10001%2B",
    "annual_revenue__gte=300000&annual_revenue__lte=5000000",
    "q=an",
    "q=ann&seniority=VP",
    "q=nobody+at+all",
    "industry=Software&owner__empty=true",
    "tags=VIP&tags__not=Late",
    "do_not_contact=true",
)


def people(number: int, seed: int) -> None:
    """Contacts with spellings that differ in case and accents, values few hold and fields that many leave empty."""
    chance = random.Random(seed)
    industries = [Industry.objects.get_or_create(name=name)[0] for name in ("Software", "Retail")]

    def some(*values: Any) -> Any:
        return chance.choice(values)

    Contact.objects.bulk_create(
        Contact(
            first_name=some("Ann", "Ben", "Joanna"),
            title=some("CEO", "ceo", "Clerk", "", f"Title {chance.randrange(6)}"),
            seniority=some("VP", "VP", "Head", "Entry", ""),
            departments=some([], ["Sales"], ["Sales", "Legal"]),
            company=some("Acme", "ACME", "Tacit", f"C{chance.randrange(9)}", ""),
            employees=some(None, 3, 15, 200, 20_000),
            industry=some(None, *industries),
            technologies=some([], ["AWS"], ["aws", "Go"]),
            city=some(*PLACES),
            state=some("Georgia", "", "California"),
            country=some(*PLACES, "Georgia"),
            annual_revenue=some(None, 0, 99_999, 100_000, 2_000_000, 10**10),
            total_funding=some(None, 500_000),
            stage=some("Hot", "Cold", ""),
            tags=some([], ["VIP"], ["Late", "VIP"]),
            do_not_contact=some(True, False),
        )
        for _ in range(number)
    )
    counts.fold_deltas()


def access_of(rights: dict[str, str] | None, role: str = "user") -> Access:
    if rights is None:
        return Access.of_operator()
    email = f"{len(rights)}@staff.example"
    return Access.of(AdminUser.objects.create_user(email, name="P", role=role, column_rights=rights))


def parsed(query: str, access: Access) -> Search:
    return replace(Search.parse(QueryDict(query), access), problems=())


def all_counts(search: Search, access: Access) -> dict[str, FieldCounts]:
    wanted = fields_to_count(controls_of(GROUP_KEYS, access), search, access)
    return counts_under(search, wanted, access)


def really(search: Search, access: Access, name: str, added: str) -> int:
    """What count(*) says with one more filter instead of the field's own."""
    own = {"location", "city", "state", "country"} if name == "location" else {name}
    others = tuple(found for found in search.filters if found.field not in own)
    more = Search.parse(QueryDict(added), access)
    assert more.problems == ()
    asked = replace(search, filters=(*others, *more.filters))
    return visible_to(access).filter(Conditions(asked, access).where()).count()


def wrong(search: Search, access: Access) -> list[Any]:
    found: list[Any] = []
    for name, counted in all_counts(search, access).items():
        for value, figure in counted.values.items():
            query = QueryDict(mutable=True)
            query[name] = value
            truth = really(search, access, name, query.urlencode())
            if figure.accuracy is not Accuracy.EXACT or figure.number != truth:
                found.append((name, value, figure, truth))
        if counted.empty is not None:
            truth = really(search, access, name, f"{name}__empty=true")
            if (counted.empty.number, counted.empty.accuracy) != (truth, Accuracy.EXACT):
                found.append((name, "", counted.empty, truth))
        for place, figure in enumerate(counted.bars):
            truth = really(search, access, name, range_of(name, place))
            if (figure.number, figure.accuracy) != (truth, Accuracy.EXACT):
                found.append((name, place, figure, truth))
    return found


def range_of(name: str, place: int) -> str:
    if name == "employees":
        return f"employees={EMPLOYEE_BANDS[place][0].replace('+', '%2B')}"
    edges = [0, *MONEY_EDGES, 2**62]
    return f"{name}__gte={edges[place]}&{name}__lte={edges[place + 1] - 1}"


@pytest.fixture(params=["looking", "bitmaps", "bitmaps and stale"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, db: None) -> str:
    """The contacts of a test, counted by each of the ways."""
    if request.param == "looking":
        people(150, seed=1)
    else:
        monkeypatch.setattr(bitmaps, "WORTHWHILE", 0)
        monkeypatch.setattr(bitmaps, "COMMON_SHARE", 8)
        monkeypatch.setattr(counting, "FEW", -1)  # else so few are looked at
        people(150, seed=1)
        bitmaps.refresh()
    if request.param == "bitmaps and stale":
        people(20, seed=2)
        some = Contact.objects.order_by("pk").values_list("pk", flat=True)[:30]
        Contact.objects.filter(pk__in=list(some)).update(seniority="Head", country="Oslo")
        counts.fold_deltas()
    return str(request.param)


@pytest.mark.parametrize("who", PEOPLE)
def test_exact_counts_are_those_of_the_contacts(way: str, who: str) -> None:
    access = access_of(PEOPLE[who], "manager" if who == "manager" else "user")
    for query in QUERIES:
        search = parsed(query, access)
        if way != "looking" and (search.text or query.startswith(("annual", "company", "tags"))):
            continue  # nothing that bitmaps answer alone: a sample, see below
        assert wrong(search, access) == [], query


@pytest.mark.parametrize("seed", range(3))
def test_they_are_for_random_searches_too(way: str, seed: int) -> None:
    access, chance = Access.of_operator(), random.Random(seed)
    for _ in range(4):
        query = QueryDict(mutable=True)
        for _ in range(chance.randrange(1, 4)):
            name, values = chance.choice(
                [
                    ("seniority", "VP"),
                    ("country", "Georgia"),
                    ("location", "Oslo"),
                    ("stage", "Hot"),
                    ("departments", "Sales"),
                ]
            )
            query[name + chance.choice(["", "", "__not"])] = values
        assert wrong(parsed(query.urlencode(), access), access) == [], query


def test_of_many_matches_without_bitmaps_a_sample_tells_about_how_many(
    monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    monkeypatch.setattr(counting, "ALL_LOOKED_AT", 10)
    monkeypatch.setattr(counting, "LOOKED_AT", 10)
    monkeypatch.setattr(counting, "SAMPLE", 200)
    people(1000, seed=3)
    access = Access.of_operator()
    search = parsed("annual_revenue__gte=1", access)
    seniority = all_counts(search, access)["seniority"]
    truth = really(search, access, "seniority", "seniority=VP")
    assert seniority.values["VP"].accuracy is Accuracy.ABOUT
    assert truth / 2 < seniority.values["VP"].number < truth * 2


def test_of_all_contacts_the_counts_are_exact_without_bitmaps(
    monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    monkeypatch.setattr(counting, "ALL_LOOKED_AT", 10)
    monkeypatch.setattr(counting, "LOOKED_AT", 10)
    monkeypatch.setattr(counting, "SAMPLE", 200)
    people(1000, seed=3)
    access = Access.of_operator()
    seniority = all_counts(parsed("", access), access)["seniority"]
    assert seniority.values["VP"] == Figure(really(parsed("", access), access, "seniority", "seniority=VP"))
    assert {figure.accuracy for figure in seniority.values.values()} == {Accuracy.EXACT}


def test_in_a_small_database_nothing_is_estimated(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr(counting, "LOOKED_AT", 10)
    people(1000, seed=3)
    access = Access.of_operator()
    search = parsed("annual_revenue__gte=1", access)
    truth = really(search, access, "seniority", "seniority=VP")
    assert all_counts(search, access)["seniority"].values["VP"] == Figure(truth)


def test_who_takes_too_long_keeps_the_counts_of_all_contacts_and_says_so(
    monkeypatch: pytest.MonkeyPatch, sign_in: SignIn, manager: AdminUser
) -> None:
    people(60, seed=4)
    monkeypatch.setattr(counting, "STATEMENT_MS", 1)
    looked_at = counting._SQL["looked_at"]
    monkeypatch.setitem(
        counting._SQL, "looked_at", looked_at.replace("FROM ranked", "FROM ranked, pg_sleep(1)")
    )
    access = Access.of(manager)
    figures = all_counts(parsed("q=ann", access), access)["seniority"].values
    everybody = Contact.objects.filter(seniority="VP").count()
    assert (figures["VP"].number, figures["VP"].accuracy) == (everybody, Accuracy.OF_ALL)
    page = sign_in(manager).get("/contacts/facets/?q=ann&group=seniority").content.decode()
    assert "of all contacts" in page
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('enable_sort')")
        assert cursor.fetchone() == ("on",)


def test_fields_that_all_of_it_leaves_no_time_for_keep_the_counts_of_all_contacts(
    monkeypatch: pytest.MonkeyPatch, manager: AdminUser
) -> None:
    people(20, seed=4)
    monkeypatch.setattr(counting, "ALTOGETHER_MS", 0)
    access = Access.of(manager)
    found = all_counts(parsed("q=ann", access), access)["seniority"].values["VP"]
    assert (found.number, found.accuracy) == (Contact.objects.filter(seniority="VP").count(), Accuracy.OF_ALL)


def test_values_with_nobody_under_the_search_stay_and_are_dimmed(
    sign_in: SignIn, manager: AdminUser, make_contact: Callable[..., Contact]
) -> None:
    make_contact(seniority="VP", country="Spain")
    make_contact(seniority="Head", country="Oslo")
    page = (
        sign_in(manager).get("/contacts/facets/?seniority=VP&group=location&group=seniority").content.decode()
    )
    rows = re.findall(
        r'<div class="(value[^"]*)">.*?name="location" value="(\w+)".*?value-count">(\d+)', page
    )
    assert rows == [("value", "Spain", "1"), ("value value-nobody", "Oslo", "0")]
    assert re.search(r'name="seniority" value="VP" checked', page)
    assert "Head" in page  # its own filter does not count


def test_the_found_values_carry_counts_under_the_search(
    sign_in: SignIn, manager: AdminUser, make_contact: Callable[..., Contact]
) -> None:
    for number in range(3):
        make_contact(company=f"Acme {number}", seniority="VP" if number else "")
    page = sign_in(manager).get("/contacts/facets/?seniority=VP&in=company&find=acm").content.decode()
    assert re.findall(r'name="company" value="(Acme \d)".*?value-count">(\d)', page) == [
        ("Acme 0", "0"),
        ("Acme 1", "1"),
        ("Acme 2", "1"),
    ]


def test_a_bar_sets_the_range_of_its_contacts(
    sign_in: SignIn, manager: AdminUser, make_contact: Callable[..., Contact]
) -> None:
    make_contact(annual_revenue=1_000_000)
    page = (
        sign_in(manager).get("/contacts/facets/?group=revenue&annual_revenue__gte=1000000").content.decode()
    )
    assert 'data-gte="1000000" data-lte="2999999"><title>1M to 3M: 1</title>' in page
    assert 'min="0" max="11" value="3" data-end="gte"' in page


def test_a_hidden_column_answers_as_one_that_does_not_exist(sign_in: SignIn, clerk: AdminUser) -> None:
    client = sign_in(clerk)
    people(20, seed=5)
    groups = "&".join(f"group={key}" for key in (*GROUP_KEYS, "nosuch"))
    page = client.get(f"/contacts/facets/?{groups}&annual_revenue__gte=5").content.decode()
    assert re.findall(r'data-field="(\w+)"', page) == ["location", "title", "company"]
    assert "histogram" not in page
    for field in ("email", "seniority", "employees", "nosuch", "custom"):
        assert client.get(f"/contacts/facets/?in={field}&find=a").status_code == 404
    assert client.get("/contacts/facets/?in=company&find=%00").status_code == 200
    assert {name for name in FIELDS if FIELDS[name].kind is Kind.MONEY}.isdisjoint(page.split('"'))


def test_the_list_and_its_counts_agree(sign_in: SignIn, manager: AdminUser) -> None:
    people(40, seed=6)
    access = Access.of(manager)
    figure = all_counts(parsed("stage=Hot", access), access)["seniority"].values["VP"]
    assert search_page(parsed("stage=Hot&seniority=VP", access), access).count.number == figure.number


def test_the_counts_of_a_list_do_not_use_up_its_limit_and_have_one_of_their_own(
    sign_in: SignIn, manager: AdminUser, settings: Any
) -> None:
    few = {"account": (2, 60)}
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"search": few, "counts": few}
    client = sign_in(manager)
    facets = "/contacts/facets/?seniority=VP&group=seniority"
    answers = [client.get(path).status_code for _ in range(3) for path in ("/contacts/?seniority=VP", facets)]
    assert answers == [200] * 4 + [429] * 2
