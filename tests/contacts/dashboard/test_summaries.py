"""The summaries are what the contacts say, whatever is done to them and however much of it is folded."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import cycle
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count, Q
from django.db.models.functions import TruncMonth, TruncWeek
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from apps.accounts.access import Access
from apps.contacts.dashboard.summaries import NO_PHONE
from apps.contacts.facets import counts
from apps.contacts.history.log import operation
from apps.contacts.history.undo import restore, undo
from apps.contacts.imports.importing import import_file
from apps.contacts.models import Change, Contact, Industry, Operation, Summary, SummaryDelta
from apps.contacts.seeding.seed import seed_contacts
from apps.core.doctor import Level, examine

ACCESS = Access.of_operator()
EMPTY = {
    **{
        name: Q((name, ""))
        for name in (
            "email",
            "email_status",
            "work_direct_phone",
            "mobile_phone",
            "title",
            "seniority",
            "company",
            "country",
            "person_linkedin_url",
            "stage",
        )
    },
    NO_PHONE: Q(work_direct_phone="", mobile_phone=""),
    "industry": Q(industry=None),
    "last_contacted_at": Q(last_contacted_at=None),
}

type Counts = dict[tuple[str, Any], int]


# The first and the last one of the Earth, and some that are not whole hours apart.
ZONES = [
    UTC,
    *map(
        ZoneInfo,
        (
            "Pacific/Kiritimati",
            "Etc/GMT+12",
            "Asia/Kolkata",
            "Asia/Kathmandu",
            "Pacific/Chatham",
            "America/Los_Angeles",
            "Europe/London",
        ),
    ),
]


def begins(field: str, bucket: datetime | None, zone: tzinfo) -> date | None:
    """The first day of the bucket's week or month there."""
    if bucket is None:
        return None
    day = bucket.astimezone(zone).date()
    return day - timedelta(day.weekday()) if field in {"created_at", "import_id"} else day.replace(day=1)


def kept(zone: tzinfo = UTC) -> Counts:
    sums: Counts = {}
    for field, bucket, number in [
        *Summary.objects.values_list("field", "bucket", "n"),
        *SummaryDelta.objects.values_list("field", "bucket", "d"),
    ]:
        key = field, begins(field, bucket, zone)
        sums[key] = sums.get(key, 0) + number
    return {key: number for key, number in sums.items() if number}


def counted(zone: tzinfo = UTC) -> Counts:
    """By plain questions to the ORM, one for each figure."""
    found: Counts = {(name, None): Contact.objects.filter(empty).count() for name, empty in EMPTY.items()}
    everybody = Contact.objects.all()
    for name, contacts, bucket in (
        ("created_at", everybody, TruncWeek("created_at", tzinfo=zone)),
        ("import_id", everybody.filter(import_id__isnull=False), TruncWeek("created_at", tzinfo=zone)),
        ("updated_at", everybody, TruncMonth("updated_at", tzinfo=zone)),
        (
            "last_contacted_at",
            everybody.filter(last_contacted_at__isnull=False),
            TruncMonth("last_contacted_at", tzinfo=zone),
        ),
    ):
        for moment, number in contacts.values_list(bucket).annotate(number=Count("pk")).order_by():
            found[name, moment.date()] = number
    return {key: number for key, number in found.items() if number}


words = st.sampled_from(["", "a"])
moments = st.datetimes(datetime(2024, 11, 1), datetime(2026, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001
# A Monday and the day before a first of a month: around their beginnings, wherever one is.
moments |= st.datetimes(datetime(2025, 3, 30, 9), datetime(2025, 4, 1, 13), timezones=st.just(UTC))  # noqa: DTZ001
values = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("title", "seniority", "company", "country", "stage"), words),
        "email_status": st.sampled_from(["", "Verified"]),
        "work_direct_phone": st.sampled_from(["", "202-555-0143"]),
        "mobile_phone": st.sampled_from(["", "202-555-0144"]),
        "last_contacted_at": st.none() | moments,
        "industry_id": st.none() | st.just(1),
    },
).filter(bool)
made = st.fixed_dictionaries(
    {}, optional={"created_at": moments, "updated_at": moments, "import_id": st.none() | st.just(7)}
)


class Lives(RuleBasedStateMachine):
    """Contacts come, change, go and come back, one by one and many at once."""

    @initialize()
    def begin(self) -> None:
        self.example = transaction.atomic()
        self.example.__enter__()
        Industry.objects.create(pk=1, name="Retail")
        self.zones = cycle(ZONES)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    def some(self, data: Any) -> int:
        ids = list(Contact.objects.order_by("pk").values_list("pk", flat=True))
        return int(data.draw(st.sampled_from(ids)))

    @rule(given=st.lists(st.tuples(values, made), min_size=1, max_size=4))
    def create(self, given: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
        with operation(Operation.Kind.IMPORT, access=ACCESS):
            Contact.objects.bulk_create(Contact(**held, **moment) for held, moment in given)

    @precondition(lambda self: Contact.objects.exists())
    @rule(data=st.data(), given=values)
    def edit(self, data: Any, given: dict[str, Any]) -> None:
        Contact.objects.filter(pk=self.some(data)).update(**given)

    @rule(given=values)
    def edit_all(self, given: dict[str, Any]) -> None:
        with operation(Operation.Kind.BULK_EDIT, access=ACCESS):
            Contact.objects.update(**given)

    @precondition(lambda self: Contact.objects.exists())
    @rule(data=st.data())
    def delete(self, data: Any) -> None:
        with operation(Operation.Kind.DELETE, access=ACCESS):
            Contact.objects.filter(pk__lte=self.some(data)).delete()

    @rule()
    def restore_everything(self) -> None:
        gone = Change.objects.filter(action="delete").values_list("contact_id", flat=True)
        restore(list(gone), access=ACCESS)

    @precondition(lambda self: Change.objects.exists())
    @rule(data=st.data())
    def undo_something(self, data: Any) -> None:
        done = Operation.objects.filter(changes__isnull=False).distinct().order_by("id")
        undo(data.draw(st.sampled_from(list(done))), access=ACCESS)

    @rule()
    def fold(self) -> None:
        assert counts.fold_deltas()
        assert not SummaryDelta.objects.exists()

    @rule()
    def count_anew(self) -> None:
        before = kept()
        counts.rebuild()
        assert kept() == before

    @invariant()
    def the_summaries_are_what_the_contacts_say(self) -> None:
        zone = next(self.zones)
        assert kept(zone) == counted(zone)


@pytest.mark.slow
@pytest.mark.django_db
def test_summaries_are_right_after_any_sequence_of_acts():
    run_state_machine_as_test(
        Lives,
        settings=settings(max_examples=25, stateful_step_count=10, suppress_health_check=list(HealthCheck)),
    )


@pytest.mark.django_db
def test_an_import_and_its_undo_are_summarised(tmp_path: Any, settings: Any):
    settings.APP_DATA_DIR = tmp_path
    file = tmp_path / "people.csv"
    file.write_text(
        "First name,Email,Country\n" + "".join(f"Ann,a{n}@x.example,{'Spain' * (n % 2)}\n" for n in range(9))
    )
    result = import_file(file, access=ACCESS)
    assert kept() == counted()
    assert kept()["country", None] == 5
    file.write_text("Email,Country\na1@x.example,France\na2@x.example,France\n")
    import_file(file, access=ACCESS)
    assert kept() == counted()
    assert kept()["country", None] == 4
    undo(Operation.objects.get(pk=result.operation or 0), access=ACCESS)
    assert kept() == counted()


@pytest.mark.as_owner
@pytest.mark.django_db
@pytest.mark.parametrize("is_first", [True, False], ids=["into an empty table", "beside others"])
def test_demo_data_is_summarised(is_first: bool):
    class Nobody:
        def on_rows(self, rows: int) -> None: ...
        def on_step(self, name: str) -> None: ...

    if not is_first:
        Contact.objects.create(title="Engineer")
    seed_contacts(300, 1, Nobody())
    assert kept() == counted()


@pytest.mark.as_owner
@pytest.mark.django_db
def test_an_emptied_table_has_no_summaries(make_contact: Callable[..., Contact]):
    make_contact(title="Engineer")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else its foreign keys wait to be checked
        cursor.execute("TRUNCATE contacts_contact")
    assert kept() == {}


@pytest.mark.django_db
@pytest.mark.parametrize("action", ["refresh", "clear"])
def test_wrong_summaries_are_found_by_the_doctor_and_put_right(
    make_contact: Callable[..., Contact], action: str
):
    make_contact(title="Engineer", stage="Hot")
    make_contact()
    assert found().level is Level.OK
    for field, words in (
        ("stage", "stage, empty"),
        ("created_at", "created_at of "),
        ("updated_at", "updated_at of "),
    ):
        Summary.objects.filter(field=field).update(n=9)
        assert found().level is Level.FAIL
        assert words in found().sentence
        call_command("manage_select2_cache", action, stdout=io.StringIO())
        assert found().level is Level.OK
        assert kept() == counted()


def found() -> Any:
    return next(result for result in examine().results if result.name == "summaries of the dashboard")


@pytest.mark.django_db
def test_cleanup_folds_summaries_too(make_contact: Callable[..., Contact]):
    make_contact(title="Engineer")
    Contact.objects.update(title="")
    assert SummaryDelta.objects.exists()
    call_command("manage_select2_cache", "cleanup", stdout=io.StringIO())
    assert not SummaryDelta.objects.exists()
    assert kept() == counted()
