"""Every number on the dashboard is the number of the list that it leads to."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts import paging, selection
from apps.contacts.dashboard.figures import Dashboard, Figure, dashboard_of, first_of_month
from apps.contacts.facets import bitmaps, counts
from apps.contacts.history.log import operation
from apps.contacts.models import Contact, Industry, Operation
from apps.contacts.notes.operations import add_note
from apps.contacts.operations import delete_contacts, edit_contact
from apps.contacts.queries import search_page
from apps.contacts.search import Search
from apps.core.days import start_of

type SignIn = Callable[[AdminUser], Client]


def today() -> date:
    return timezone.localdate()


def figures_of(person: AdminUser, weeks: int = 26) -> Dashboard:
    return dashboard_of(Access.of(person), weeks=weeks, today=today())


def listed(figure: Figure, person: AdminUser) -> int:
    access = Access.of(person)
    search = Search.parse(QueryDict(figure.href.partition("?")[2]), access)
    assert search.problems == ()
    found = search_page(search, access).count
    assert found.is_exact
    return found.number


def age(contact: Contact, **moments: datetime) -> None:
    """As if it had happened then: the trigger would set updated_at to now."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE contacts_contact DISABLE TRIGGER contacts_version")
        Contact.objects.filter(pk=contact.pk).update(**moments)
        cursor.execute("ALTER TABLE contacts_contact ENABLE TRIGGER contacts_version")


@pytest.fixture
def crowd(manager: AdminUser) -> list[Contact]:
    """Forty contacts of all kinds: values in several spellings, gaps, old and new, by imports and by hand."""
    industries = [Industry.objects.create(name=f"Industry {n}") for n in range(9)]
    countries = [
        "Spain",
        "spain",
        "SPAIN",
        "",
        "Türkiye",
        "turkiye",
        *(f"Country & Co. {n}" for n in range(9)),
    ]
    now = timezone.now()
    with operation(Operation.Kind.IMPORT, access=Access.of(manager)) as doing:
        return Contact.objects.bulk_create(
            Contact(
                last_name=f"Ann{n}",
                email=f"ann{n}@x.example" if n % 3 else "",
                email_status="Verified" if n % 4 == 0 else "Guessed" if n % 4 == 1 else "",
                work_direct_phone="202-555-0143" if n % 5 == 0 else "",
                mobile_phone="202-555-0144" if n % 7 == 0 else "",
                title="Engineer" if n % 2 else "",
                company=f"Company {n % 6}" if n % 5 else "",
                industry=industries[n % 12] if n % 12 < 9 else None,
                country=countries[n % len(countries)],
                seniority="VP" if n % 3 == 0 else "",
                stage="Hot" if n % 2 else "Cold",
                person_linkedin_url=f"https://linkedin.com/in/ann-{n}" if n % 2 else "",
                import_id=doing.pk if n % 3 == 0 else None,
                created_at=now - timedelta(days=9 * n),
                updated_at=now - timedelta(days=17 * n),
                last_contacted_at=now - timedelta(days=11 * n) if n % 3 else None,
            )
            for n in range(40)
        )


@pytest.fixture(params=["with bitmaps", "without"])
def ready(request: pytest.FixtureRequest, crowd: list[Contact], monkeypatch: pytest.MonkeyPatch) -> None:
    counts.fold_deltas()
    if request.param == "with bitmaps":
        monkeypatch.setattr(bitmaps, "WORTHWHILE", 0)
        bitmaps.refresh()


@pytest.mark.parametrize("who", ["admin", "user", "clerk"])
@pytest.mark.parametrize("weeks", [26, 52])
def test_each_number_is_that_of_the_list_behind_it(
    request: pytest.FixtureRequest, ready: None, who: str, weeks: int
):
    person = request.getfixturevalue(who)
    figures = figures_of(person, weeks).figures()
    assert [(each.href, each.number) for each in figures] == [
        (each.href, listed(each, person)) for each in figures
    ]


@pytest.mark.usefixtures("crowd")
def test_numbers_are_right_before_anything_is_folded(admin: AdminUser):
    figures = figures_of(admin).figures()
    assert {each.number for each in figures} > {0, 40}
    assert [each.number for each in figures] == [listed(each, admin) for each in figures]


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/Los_Angeles", "Pacific/Kiritimati", "UTC"])
def test_weeks_and_months_begin_at_midnight_where_the_person_is(sign_in: SignIn, admin: AdminUser, zone: str):
    AdminUser.objects.filter(pk=admin.pk).update(time_zone=zone)
    with timezone.override(zone):
        monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
        weeks = [start_of(monday - timedelta(weeks=back)) for back in range(4)]
        stale, silent = (start_of(first_of_month(timezone.localdate(), months_ago=n)) for n in (12, 6))
    moment = timedelta(microseconds=1)
    Contact.objects.bulk_create(
        Contact(
            last_name=f"Ann {back}",
            created_at=week - moment if is_before else week,
            updated_at=stale - moment if is_before else stale,
            last_contacted_at=silent - moment if is_before else silent,
            import_id=7 if back % 2 else None,
        )
        for back, week in enumerate(weeks)
        for is_before in (False, True)
    )
    client = sign_in(admin)
    shown: Dashboard = client.get("/dashboard/").context["dashboard"]
    assert shown.growth is not None
    assert [week.all.number for week in shown.growth.weeks[:6]] == [1, 2, 2, 2, 1, 0]
    assert shown.stale is not None
    assert [figure.number for figure in shown.stale.figures] == [4, 0, 4]
    with timezone.override(zone):
        figures = shown.figures()
        assert [(each.href, each.number) for each in figures] == [
            (each.href, listed(each, admin)) for each in figures
        ]
    assert client.get(shown.growth.weeks[1].all.href).content.decode().count("data-row=") == 2


@pytest.mark.usefixtures("ready")
def test_a_list_behind_a_number_is_counted_exactly_however_long(
    admin: AdminUser, monkeypatch: pytest.MonkeyPatch
):
    """As if more than two were too many to count."""
    monkeypatch.setattr(selection, "COUNT_CAP", 2)
    monkeypatch.setattr(paging, "COUNT_CAP", 2)
    shown = figures_of(admin)
    assert shown.growth is not None
    assert shown.stale is not None
    figures = [shown.with_email, *(figure for week in shown.growth.weeks for figure in week.figures)]
    figures += [figure for card in shown.quality for figure in card.figures]
    counted = [(each.label, each.number) for each in figures if each]
    assert counted == [(each.label, listed(each, admin)) for each in figures if each]
    assert sum(number > 2 for _, number in counted) > 9


@pytest.mark.parametrize(
    "query",
    [
        "updated_at__lte=2026-10-30",  # not the end of a month
        "created_at__gte=2026-11-03&created_at__lte=2026-11-08",  # not from a Monday on
        "updated_at__lte=2026-10-31+12:00",
        "updated_at__lte=2026-10-31&import_id__empty=true",
        "updated_at__lte=2026-10-31&stage=Hot",
        "updated_at__lte=2026-10-31&q=ann",
        "last_contacted_at__lte=2026-10-31&last_contacted_at__empty=false",
        "updated_at__lte=9999-12-31",
        "import_id__empty=true",
        "email__empty=true&stage__empty=true",
        "work_direct_phone__empty=true&mobile_phone__empty=false",
        "stage=Hot",
    ],
)
@pytest.mark.usefixtures("crowd")
def test_summaries_are_not_asked_what_they_do_not_know(admin: AdminUser, query: str):
    assert selection.summarised_count(Search.parse(QueryDict(query), Access.of(admin))) is None


def test_each_field_is_divided_without_remainder(admin: AdminUser, ready: None):
    for card in figures_of(admin).breakdowns:
        assert sum(figure.number for figure in card.figures) == 40, card.key


def test_spellings_of_one_value_are_one_bar(admin: AdminUser, ready: None):
    countries = next(card for card in figures_of(admin).breakdowns if card.key == "country")
    labels = [figure.label.lower() for figure in countries.figures]
    assert labels.count("spain") == 1
    assert labels[-2:] == ["other", "none"]


def test_choices_are_said_in_the_language_and_looked_for_in_english(
    admin: AdminUser, make_contact: Callable[..., Contact]
):
    make_contact(stage="Hot")
    with translation.override("es"):
        stages = next(card for card in figures_of(admin).breakdowns if card.key == "stage")
    assert [figure.label for figure in stages.figures] == ["Caliente"]
    assert stages.figures[0].parameters == (("stage", "Hot"),)


def test_growth_tells_imports_from_what_came_by_hand(admin: AdminUser, ready: None):
    growth = figures_of(admin).growth
    assert growth is not None
    for week in growth.weeks:
        assert week.imported is not None
        assert week.by_hand is not None
        assert week.all.number == week.imported.number + week.by_hand.number
    assert sum(week.all.number for week in growth.weeks) > 15


@pytest.mark.parametrize(
    ("day", "months", "first"),
    [
        (date(2026, 11, 24), 12, date(2025, 11, 1)),
        (date(2026, 1, 31), 6, date(2025, 7, 1)),
        (date(2026, 12, 1), 12, date(2025, 12, 1)),
    ],
)
def test_stale_is_counted_from_the_first_of_a_month(day: date, months: int, first: date):
    assert first_of_month(day, months_ago=months) == first


@pytest.mark.usefixtures("crowd")
def test_a_card_about_a_hidden_column_is_not_there(clerk: AdminUser):
    """The clerk reads names, companies, countries and titles."""
    shown = figures_of(clerk)
    assert [card.key for card in shown.breakdowns] == ["country"]
    assert (shown.with_email, shown.verified, shown.growth, shown.stale) == (None, None, None, None)
    assert shown.missing is not None
    assert [figure.label for figure in shown.missing.figures] == ["Title", "Company", "Country"]


@pytest.mark.usefixtures("crowd")
def test_the_page_of_the_clerk_names_no_hidden_column(sign_in: SignIn, clerk: AdminUser):
    page = sign_in(clerk).get("/dashboard/").content.decode()
    for word in ("E-mail", "Verified", "LinkedIn", "stale", "by week", "Seniority", "Industry", "phone"):
        assert word not in page.replace("Industries", ""), word


def test_an_empty_database_says_what_to_do(sign_in: SignIn, manager: AdminUser, user: AdminUser):
    page = sign_in(manager).get("/dashboard/").content.decode()
    assert "No contacts yet" in page
    assert "data-new" in page
    assert "dash-bar" not in page
    assert "data-new" not in sign_in(user).get("/dashboard/").content.decode()


@pytest.mark.parametrize("weeks", ["52", "7", "x", "²", ""])
def test_any_number_of_weeks_shows_a_page(sign_in: SignIn, admin: AdminUser, crowd: Any, weeks: str):
    page = sign_in(admin).get("/dashboard/", {"weeks": weeks}).content.decode()
    assert page.count("Week of ") == 2 * (52 if weeks == "52" else 26)


def test_my_records_are_those_i_worked_on_last(
    sign_in: SignIn, user: AdminUser, manager: AdminUser, crowd: list[Contact]
):
    access = Access.of(user)
    edit_contact(crowd[3].pk, access=access, values={"title": "CEO"}, seen_version=1)
    add_note(crowd[5].pk, access=access, text="Called")
    edit_contact(crowd[7].pk, access=access, values={"title": "CEO"}, seen_version=1)
    edit_contact(crowd[9].pk, access=Access.of(manager), values={"title": "CEO"}, seen_version=1)
    delete_contacts([crowd[7].pk], access=Access.of(manager))
    answer = sign_in(user).get("/dashboard/")
    assert [(each.name, each.did) for each in answer.context["records"]] == [
        ("Ann5", "note"),
        ("Ann3", "edit"),
    ]
    own = sign_in(manager).get("/dashboard/").context
    assert [each.kind for each in own["operations"]] == ["delete", "import"]
    assert [each.name for each in own["records"]] == ["Ann9"]


def test_what_i_did_to_a_column_that_is_hidden_now_is_not_among_my_records(
    sign_in: SignIn, user: AdminUser, crowd: list[Contact]
):
    edit_contact(crowd[3].pk, access=Access.of(user), values={"stage": "Cold"}, seen_version=1)
    AdminUser.objects.filter(pk=user.pk).update(column_rights={"last_name": "read"})
    assert sign_in(user).get("/dashboard/").context["records"] == []


def test_it_makes_as_many_queries_for_whoever_asks(
    sign_in: SignIn, admin: AdminUser, user: AdminUser, crowd: list[Contact]
):
    numbers = set()
    for person in (admin, user):
        client = sign_in(person)
        client.get("/dashboard/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/dashboard/")
        numbers.add(len(queries))
    assert max(numbers) <= 20, numbers
