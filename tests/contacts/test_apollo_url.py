"""A people search at Apollo.io becomes a search here, what of it does not is named, and nothing pasted breaks."""

from collections.abc import Callable
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.apollo_url import _TRANSLATIONS, LONGEST_ADDRESS, is_apollo_address, translate
from apps.contacts.apollo_values import UNREADABLE
from apps.contacts.models import Contact
from apps.contacts.search import Search

PEOPLE = "https://app.apollo.io/#/people?"
# As Apollo's own address bar has it.
LIVE = (
    "https://app.apollo.io/#/people?page=1&sortAscending=false&sortByField=sanitized_organization_name_unanalyzed"
    "&personTitles[]=cto&personTitles[]=%22head%20of%20it%22&personNotTitles[]=assistant&personSeniorities[]=vp"
    "&personSeniorities[]=c_suite&personLocations[]=India&personLocations[]=California%2C%20US"
    "&personNotLocations[]=China&organizationNumEmployeesRanges[]=11%2C20&organizationNumEmployeesRanges[]=51%2C200"
    "&contactEmailStatusV2[]=verified&contactEmailStatusV2[]=likely_to_engage&contactEmailExcludeCatchAll=true"
    "&qOrganizationKeywordTags[]=saas&qNotOrganizationKeywordTags[]=retail&revenueRange[min]=1000000"
    "&revenueRange[max]=250000000&personDepartmentOrSubdepartments[]=master_sales"
    "&currentlyUsingAnyOfTechnologyUids[]=shopify_plus&qKeywords=growth"
    "&organizationIndustryTagIds[]=5567cd467369644d39040000&finderViewId=5a205be19a57e40c095e1d5f&uniqueUrlId=R0stG397ho"
)


def asked(address: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in translate(address).parameters:
        found.setdefault(name, []).append(value)
    return found


def missing(address: str) -> list[tuple[str, str]]:
    return [(each.part, each.reason) for each in translate(address).untranslated]


def test_a_search_as_people_have_it_is_translated() -> None:
    assert asked(LIVE) == {
        "sort": ["-company"],
        "title__contains": ["cto", "head of it"],
        "title__not_contains": ["assistant"],
        "seniority": ["VP", "C-Suite"],
        "location": ["India", "California"],
        "location__not": ["China"],
        "employees": ["11-20", "51-100", "101-200"],
        "email_status": ["Verified"],
        "primary_email_catch_all_status__not": ["Catch-all"],
        "keywords": ["saas"],
        "keywords__not": ["retail"],
        "annual_revenue__gte": ["1000000"],
        "annual_revenue__lte": ["250000000"],
        "departments": ["Sales"],
        "technologies": ["Shopify Plus"],
        "q": ["growth"],
    }
    assert missing(LIVE) == [
        ("personLocations: California, US", "taken as “California”, wherever that is."),
        ("contactEmailStatusV2: likely_to_engage", "there is no such value here."),
        ("organizationIndustryTagIds", "industry tag ids cannot be read here."),
        ("finderViewId", "belongs to Apollo."),
    ]


def test_every_parameter_it_makes_is_one_of_the_search() -> None:
    everything = PEOPLE + urlencode([(f"{name}[]", "7") for name in _TRANSLATIONS])
    for address in (LIVE, everything):
        search = Search.parse(QueryDict(urlencode(translate(address).parameters)), Access.of_operator())
        assert search.problems == ()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("organizationNumEmployeesRanges[]=1,10", {"employees": ["0-10"]}),
        ("organizationNumEmployeesRanges[]=10001", {"employees": ["10001+"]}),
        ("organizationNumEmployeesRanges[]=10001,", {"employees": ["10001+"]}),
        ("organizationNumEmployeesRanges[]=10001,1000000", {"employees": ["10001+"]}),
        ("organizationNumEmployeesRanges[]=100,150", {"employees__gte": ["100"], "employees__lte": ["150"]}),
        (
            "organizationNumEmployeesRanges[]=100,150&organizationNumEmployeesRanges[]=151,400",
            {"employees__gte": ["100"], "employees__lte": ["400"]},
        ),
        (
            "organizationNumEmployeesRanges[]=1,10&organizationNumEmployeesRanges[]=15,18",
            {"employees": ["0-10"]},
        ),
        ("organizationNumEmployeesRanges[]=,5", {"employees__gte": ["0"], "employees__lte": ["5"]}),
        ("personTitles[0]=a&personTitles[1]=b", {"title__contains": ["a", "b"]}),
        ("personTitles=a", {"title__contains": ["a"]}),
        ("personTitles%5B%5D=a%2520b", {"title__contains": ["a b"]}),
        ("personTitles[]=caf%E9", {"title__contains": ["caf\ufffd"]}),
        ("personLocations[]=UK", {"location": ["United Kingdom"]}),
        ("organizationLocations[]=Germany", {"company_country": ["Germany"]}),
        ("organizationLocations[]=London, United Kingdom", {"company_city": ["London"]}),
        ("organizationLocations[]=Texas, US", {"company_state": ["Texas"]}),
        ("organizationLocations[]=Germany&organizationLocations[]=Paris", {}),
        ("latestFundingDateRange[min]=2024-01-31", {"last_raised_at__gte": ["2024-01-31"]}),
        ("revenueRange[]=1000,5000", {"annual_revenue__gte": ["1000"], "annual_revenue__lte": ["5000"]}),
        ("existFields[]=person_title_normalized", {"title__empty": ["false"]}),
        ("sortByField=%5Bnone%5D&sortAscending=false", {}),
        ("qAndedOrganizationKeywordTags[]=a", {"keywords": ["a"]}),
        ("qAndedOrganizationKeywordTags[]=a&qAndedOrganizationKeywordTags[]=b", {}),
        ("qKeywords=company:acme", {"q": ["company acme"]}),  # words, to Apollo
    ],
)
def test_reads(query: str, expected: dict[str, list[str]]) -> None:
    assert asked(PEOPLE + query) == expected


@pytest.mark.parametrize(
    "query",
    [
        *(f"{name}=5567cd467369644d39040000" for name in UNREADABLE),
        "somethingNew[]=1",
        "personSeniorities[]=wizard",
        "organizationNumEmployeesRanges[]=many",
        "revenueRange[min]=lots",
        "latestFundingDateRange[min]=abc",
        "sortByField=recommendations_score",
        "includeSimilarTitles=true",
        "includedOrganizationKeywordFields[]=name",
        "organizationLocations[]=Germany&organizationLocations[]=Paris",
        "qAndedOrganizationKeywordTags[]=a&qAndedOrganizationKeywordTags[]=b",
    ],
)
def test_what_it_cannot_read_is_named_with_a_reason(query: str) -> None:
    [(part, reason)] = missing(PEOPLE + query)
    assert part.startswith(query.partition("=")[0].removesuffix("[]"))
    assert reason.endswith(".")


@pytest.mark.parametrize(
    "address",
    [
        LIVE,
        "app.apollo.io/#/people?personTitles[]=cto",
        "http://app.apollo.io/#/people",
        "https://app.apollo.io/people?personTitles[]=cto",
        quote(LIVE, safe=""),
        quote(quote(LIVE, safe=""), safe=""),
        "https://app.apollo.io/%23/people?personTitles%5B%5D=cto",
        "https://app.apollo.io/#/companies?page=1",
        f"  {LIVE} ",
        "https://app.apollo.io/#/people?personTitles[]=head of it",
    ],
)
def test_is_known_however_it_was_copied(address: str) -> None:
    assert is_apollo_address(address)


def test_encoded_as_a_whole_it_says_the_same() -> None:
    assert asked(quote(LIVE, safe="")) == asked(quote(quote(LIVE, safe=""), safe="")) == asked(LIVE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "apollo.io",
        "https://app.apollo.io/",
        "apollo.io/ is a company?",
        "ada@apollo.io.example",
        "https://apollo.io.evil.example/#/people?personTitles[]=cto",
        "https://evil.example/#/people?x=https://app.apollo.io/",
        "https://evil.example/apollo.io/#/people?personTitles[]=cto",
        "https://app.apollo.io@evil.example/#/people",
        "javascript:alert(1)//app.apollo.io/#/people",
        "look at https://app.apollo.io/#/people?x=1",
        "https://[app.apollo.io/#/people",
        "https://apollo.io%5B@apollo.io/%23",  # none any more once it is decoded
    ],
)
def test_what_is_no_address_of_apollos_stays_a_text(text: str) -> None:
    assert not is_apollo_address(text)


def test_another_page_of_apollos_is_said_to_be_one() -> None:
    assert missing("https://app.apollo.io/#/companies?page=1") == [
        ("The page", "only a search for people can be read here.")
    ]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(
                st.sampled_from(sorted([*_TRANSLATIONS, *UNREADABLE, "revenueRange[min]"])),
                st.text(max_size=8),
            ),
            st.sampled_from(["", "[]", "[0]", "[min]", "[[", "%5B%5D"]),
            st.text(max_size=12),
        ),
        max_size=8,
    ),
    st.integers(0, 3),
)
def test_any_address_becomes_a_search_and_reasons(parts: list[tuple[str, str, str]], times: int) -> None:
    address = PEOPLE + "&".join(
        f"{quote(name, errors='replace')}{end}={quote(value, errors='replace')}" for name, end, value in parts
    )
    for _ in range(times):
        address = quote(address, safe="")
    translation = translate(address)
    Search.parse(QueryDict(urlencode(translation.parameters)), Access.of_operator())
    assert all(each.part and each.reason for each in translation.untranslated)


@given(st.text(max_size=200))
def test_any_text_is_an_address_or_is_not(text: str) -> None:
    is_apollo_address(text)
    translate(text)
    translate(PEOPLE + text)


def test_too_much_is_refused_in_words() -> None:
    assert asked(PEOPLE + "personTitles[]=" + "x" * LONGEST_ADDRESS) == {}
    assert missing(PEOPLE + "a=1&" * 3_000)[0][0] == "The address"


def follow(client: Client, address: str) -> tuple[str, str]:
    answer = client.get("/contacts/", {"q": address})
    assert answer.status_code == 302
    return answer["Location"], client.get(answer["Location"]).content.decode()


@pytest.mark.django_db
def test_pasted_into_the_box_it_leads_to_the_search_and_says_once_what_is_missing(
    sign_in: Callable[[AdminUser], Client], user: AdminUser, make_contact: Callable[..., Contact]
) -> None:
    make_contact(first_name="Ada", last_name="Byron", title="CTO")
    client = sign_in(user)
    location, page = follow(client, f"{PEOPLE}personTitles[]=cto&personSeniorities[]=vp&finderViewId=1")
    assert urlsplit(location).path == "/contacts/"
    assert parse_qsl(urlsplit(location).query) == [("title__contains", "cto"), ("seniority", "VP")]
    assert "Translated from Apollo: 2 filters." in page
    assert "<code>finderViewId</code>: belongs to Apollo." in page
    assert "Translated from Apollo" not in client.get(location).content.decode()


@pytest.mark.django_db
def test_what_it_came_to_is_not_told_about_another_search(
    sign_in: Callable[[AdminUser], Client], user: AdminUser
) -> None:
    client = sign_in(user)
    client.get("/contacts/", {"q": f"{PEOPLE}personTitles[]=cto"})
    assert "Translated from Apollo" not in client.get("/contacts/?q=ada").content.decode()
    assert "Translated from Apollo" not in client.get("/contacts/?title__contains=cto").content.decode()


@pytest.mark.django_db
def test_a_fragment_sends_the_whole_page_there(
    sign_in: Callable[[AdminUser], Client], user: AdminUser
) -> None:
    answer = sign_in(user).get(
        "/contacts/", {"q": f"{PEOPLE}personTitles[]=cto"}, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/contacts/?title__contains=cto")


@pytest.mark.django_db
def test_a_hidden_column_is_as_if_it_did_not_exist(
    sign_in: Callable[[AdminUser], Client], clerk: AdminUser
) -> None:
    location, page = follow(
        sign_in(clerk), f"{PEOPLE}contactEmailStatusV2[]=verified&revenueRange[min]=5&personTitles[]=cto"
    )
    assert location == "/contacts/?title__contains=cto"
    assert "<code>email_status</code>: There is no such filter." in page
    assert "<code>annual_revenue__gte</code>: There is no such filter." in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        PEOPLE + "personTitles[]=%00",
        PEOPLE + "&".join(f"personTitles[]=t{n}" for n in range(30)),
        PEOPLE + "&".join(f"unknown{n}=1" for n in range(300)),
        PEOPLE + "personTitles[]=<script>alert(1)</script>&x<b>=1",
        PEOPLE + "qKeywords=" + "a " * 30,
        "https://app.apollo.io/#/",
        "https://app.apollo.io/?x=1#y",
    ],
)
def test_whatever_is_pasted_gets_a_page(
    sign_in: Callable[[AdminUser], Client], user: AdminUser, address: str
) -> None:
    _, page = follow(sign_in(user), address)
    assert "Translated from Apollo" in page
    assert "<script>alert" not in page
    assert "<b>=" not in page
