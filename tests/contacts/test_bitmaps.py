"""Bitmaps of common values: whatever happens to contacts, counts and pages are those of the contacts themselves."""

import json
import threading
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from apps.accounts.access import Access
from apps.contacts import paging, queries, selection
from apps.contacts.conditions import Conditions
from apps.contacts.facets import bitmaps, bitsets, counts
from apps.contacts.facets.models import CHUNK, FacetBitmap, FacetStale
from apps.contacts.history.log import operation
from apps.contacts.models import Contact, Industry, Operation
from apps.contacts.queries import search_page, visible_to
from apps.contacts.search import Search
from apps.contacts.seeding.seed import seed_contacts
from tests.waiting import wait_until_somebody_waits

ACCESS = Access.of_operator()


@pytest.fixture(autouse=True)
def worthwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bitmaps however few contacts there are, and of every value that two contacts in five hold."""
    monkeypatch.setattr(bitmaps, "WORTHWHILE", 0)
    monkeypatch.setattr(bitmaps, "COMMON_SHARE", 2.5)


@pytest.fixture
def rarest_is_not_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the rarest of the filters is looked at alone, with so few contacts."""
    monkeypatch.setattr(selection, "FEW", 0)


@pytest.fixture
def people(make_contact: Callable[..., Contact]) -> list[Contact]:
    retail = Industry.objects.create(name="Retail")
    made = [
        make_contact(
            last_name=f"L{number}",
            stage="Hot" if number % 2 else "Cold",
            country="Spain" if number < 6 else "",
            tags=["VIP"] if number in {1, 3, 5, 7} else [],
            city="Vigo" if number == 9 else "Madrid" if number < 5 else "",
            industry=retail if number < 5 else None,
            do_not_contact=number == 0,
            email=f"p{number}@x.example" if number < 3 else "",
        )
        for number in range(10)
    ]
    bitmaps.refresh()
    return made


def parsed(query: str) -> Search:
    search = Search.parse(QueryDict(query), ACCESS)
    assert not search.problems
    return search


def matching(query: str) -> paging.Matching:
    return selection.matching_of(Conditions(parsed(query), ACCESS), visible_to(ACCESS))


def plainly(search: Search) -> list[int]:
    """The matches by the conditions alone, in the order of their ids."""
    found = visible_to(ACCESS).filter(Conditions(search, ACCESS).where())
    return sorted(found.values_list("pk", flat=True))


def all_pages(search_of: Callable[[str], Search]) -> Iterator[paging.Page]:
    after = ""
    while True:
        page = search_page(search_of(after), ACCESS)
        yield page
        if page.next is None:
            return
        after = str(page.next)


def pages_before(page: paging.Page, search_of: Callable[[str], Search]) -> list[paging.Page]:
    """From a page back to the first one."""
    found: list[paging.Page] = []
    while page.previous is not None:
        page = search_page(search_of(str(page.previous)), ACCESS)
        found.insert(0, page)
    return found


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("stage=hot&country=Spain", 3),
        ("stage=hot&stage=cold&country=spain", 6),
        ("stage__not=hot&country=Spain", 3),
        ("stage__not=hot&country__not=Spain", 2),
        ("tags=vip&stage=Hot", 4),
        ("tags__empty=true&stage=Hot", 1),
        ("country__empty=false&stage=Hot", 3),
        ("industry=Retail&stage=Cold", 3),
        ("industry__not=Retail&stage=Cold", 2),
        ("industry__empty=true&stage=Cold", 2),
        ("do_not_contact=true", 1),
        ("email__empty=false&stage=Cold", 2),
        ("location=Madrid&stage=Hot", 2),
        ("location__empty=true&stage=Hot", 1),
        ("stage=nobody&country=Spain", 0),
    ],
)
def test_counts_any_combination(people: list[Contact], rarest_is_not_few: None, query: str, count: int):
    found = matching(query)
    assert found.count in (count, None)
    assert found.count == count or found.candidate_count <= count
    assert len(plainly(parsed(query))) == count
    assert search_page(parsed(query), ACCESS).count == paging.Count(count)


def test_a_combination_of_common_values_is_known_without_looking_at_contacts(
    people: list[Contact], rarest_is_not_few: None
):
    assert [
        matching(query).count for query in ("stage=hot&country=Spain", "stage__not=hot&country=Spain")
    ] == [3, 3]


def test_a_rare_value_among_common_ones_is_looked_up(people: list[Contact], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(selection, "FEW", 0)
    assert not FacetBitmap.objects.filter(field="city", value="Vigo").exists()
    found = matching("location=Spain&location=Vigo&stage=Hot")
    assert (found.count, found.at_least, found.candidate_count) == (None, 3, 4)
    assert search_page(parsed("location=Spain&location=Vigo&stage=Hot"), ACCESS).count == paging.Count(4)
    excluded = matching("location__not=Spain&location__not=Vigo&stage=Hot")
    assert (excluded.count, excluded.at_least, excluded.candidate_count) == (None, 1, 2)
    assert search_page(
        parsed("location__not=Spain&location__not=Vigo&stage=Hot"), ACCESS
    ).count == paging.Count(1)


def test_a_change_counts_before_its_bits_are_renewed(people: list[Contact], rarest_is_not_few: None):
    Contact.objects.filter(pk=people[0].pk).update(stage="Hot")
    people[1].delete()
    Contact.objects.create(stage="Hot", country="Spain")
    assert FacetStale.objects.count() >= 3
    assert matching("stage=hot&country=Spain").count == 4
    assert bitmaps.fold_stale(enough=1)
    assert not FacetStale.objects.exists()
    assert matching("stage=hot&country=Spain").count == 4


def test_what_no_bitmap_knows_leaves_the_bits_alone(people: list[Contact]):
    Contact.objects.update(last_name="X", employees=None)
    assert not FacetStale.objects.exists()


def test_few_stale_contacts_are_not_worth_folding(people: list[Contact]):
    Contact.objects.filter(pk=people[0].pk).update(stage="Hot")
    assert not bitmaps.fold_stale()
    Contact.objects.filter(pk__in=[p.pk for p in people]).update(stage="Warm")
    assert not bitmaps.fold_stale(enough=100)
    assert bitmaps.fold_stale(enough=10)


def test_with_very_many_stale_contacts_the_bitmaps_rest(
    people: list[Contact], rarest_is_not_few: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bitsets, "MOST_STALE", 2)
    monkeypatch.setattr(selection, "SOME", 0)
    Contact.objects.filter(pk__in=[p.pk for p in people[:3]]).update(stage="Hot")
    assert matching("stage=hot&country=Spain").candidates is None
    assert search_page(parsed("stage=hot&country=Spain"), ACCESS).count == paging.Count(5)


def jobs_waiting() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo'")
        return [name for (name,) in cursor.fetchall()]


def test_an_operation_on_many_contacts_asks_for_bitmaps_of_what_has_become_common(
    people: list[Contact],
    rarest_is_not_few: None,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
):
    monkeypatch.setattr("apps.contacts.facets.upkeep.MANY", 5)
    with (
        django_capture_on_commit_callbacks(execute=True),
        operation(Operation.Kind.EDIT, access=ACCESS, reason="test"),
    ):
        Contact.objects.update(stage="Warm")
    assert jobs_waiting() == ["contacts.refresh_bitmaps"]
    bitmaps.refresh()
    known = set(FacetBitmap.objects.filter(field="stage").values_list("value", flat=True))
    assert known == {"", "Warm"}
    assert matching("stage=warm&country=Spain").count == 6


def test_a_small_database_has_no_bitmaps(people: list[Contact], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bitmaps, "WORTHWHILE", 100)
    bitmaps.refresh()
    assert not FacetBitmap.objects.exists()
    assert search_page(parsed("stage=hot&country=Spain"), ACCESS).count == paging.Count(3)


@pytest.mark.as_owner
def test_emptying_the_table_forgets_everything_that_was_counted(people: list[Contact]):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else its foreign keys wait to be checked
        cursor.execute("TRUNCATE contacts_contact")
        for table in ("facetvalue", "facetdelta", "facetbitmap", "facetbits", "facetstale"):
            cursor.execute(f"SELECT count(*) FROM contacts_{table}")
            assert cursor.fetchone() == (0,), table


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_committed_while_bits_are_renewed_is_not_lost(
    people: list[Contact], rarest_is_not_few: None
):
    has_written, may_commit = threading.Event(), threading.Event()

    def writer() -> None:
        try:
            with transaction.atomic():
                Contact.objects.filter(pk=people[0].pk).update(stage="Hot")
                has_written.set()
                assert may_commit.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=writer)
    thread.start()
    assert has_written.wait(30)
    Contact.objects.filter(pk=people[2].pk).update(stage="Hot")
    bitmaps.refresh()
    bitmaps.rebuild()
    assert matching("stage=hot&country=Spain").count == 4
    may_commit.set()
    thread.join()
    assert matching("stage=hot&country=Spain").count == 5
    assert bitmaps.fold_stale(enough=1)
    assert matching("stage=hot&country=Spain").count == 5


@pytest.mark.parametrize("step", ["count_of", "find_page"])
def test_a_bitmap_dropped_while_a_page_is_found_is_not_missed(
    people: list[Contact], rarest_is_not_few: None, monkeypatch: pytest.MonkeyPatch, step: str
):
    module: Any = queries if step == "find_page" else selection
    real = getattr(module, step)

    def after_everything_was_dropped(*arguments: Any) -> Any:
        monkeypatch.setattr(module, step, real)
        bitmaps.rebuild()
        return real(*arguments)

    monkeypatch.setattr(module, step, after_everything_was_dropped)
    page = search_page(parsed("stage=hot&country=Spain&sort=stage"), ACCESS)
    assert (page.count, len(page.ids)) == (paging.Count(3), 3)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fold", [lambda: bitmaps.fold_stale(enough=1), bitmaps.refresh, bitmaps.rebuild])
def test_emptying_the_table_waits_for_whoever_is_folding(
    people: list[Contact], fold: Callable[[], object], monkeypatch: pytest.MonkeyPatch
):
    Contact.objects.update(stage="Hot")
    failed: list[Exception] = []

    def other() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("TRUNCATE contacts_contact")
        except Exception as error:  # noqa: BLE001
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    real = bitmaps._filled

    def in_between(*arguments: Any) -> str:
        if not thread.ident:
            thread.start()
            wait_until_somebody_waits()
        return real(*arguments)

    monkeypatch.setattr(bitmaps, "_filled", in_between)
    fold()
    thread.join()
    assert failed == []
    assert not FacetBitmap.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_do_not_fold_at_once(people: list[Contact]):
    Contact.objects.filter(pk=people[0].pk).update(stage="Hot")
    done: list[bool] = []

    def other() -> None:
        try:
            done.extend([bitmaps.fold_stale(enough=1), bitmaps.refresh(wait=False)])
        finally:
            connection.close()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('contacts_facetbits'))")
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert done == [False, False]
    assert FacetStale.objects.exists()


@pytest.mark.django_db
def test_a_contact_has_no_id_below_one():
    with pytest.raises(IntegrityError, match="contacts_contact_id_positive"):
        Contact.objects.create(pk=0)


contacts = st.fixed_dictionaries(
    {
        "last_name": st.sampled_from(["", "a", "b"]),
        "stage": st.sampled_from(["", "Hot", "Cold", "cold"]),
        "country": st.sampled_from(["", "Spain", "Türkiye"]),
        "city": st.sampled_from(["", "Spain", "Vigo"]),
        "tags": st.lists(st.sampled_from(["VIP", "vip", "New"]), max_size=2, unique=True),
        "employees": st.none() | st.sampled_from([5, 15]),
        "do_not_contact": st.booleans(),
        "email": st.just(""),
    }
)
filters = st.sampled_from(
    [
        "stage=hot",
        "stage=cold",
        "stage__not=hot",
        "stage__empty=true",
        "stage__empty=false",
        "country=turkiye",
        "country=Spain&country=turkiye",
        "country__not=Spain",
        "location=Spain",
        "location__not=Vigo",
        "location__empty=true",
        "location__empty=false",
        "location__contains=ig",
        "tags=vip",
        "tags__not=VIP&tags__not=New",
        "tags__contains=vi",
        "tags__empty=true",
        "employees=11-20",
        "employees__not=0-10",
        "employees__empty=true",
        "employees=5",
        "do_not_contact=true",
        "do_not_contact=false",
        "last_name__contains=a",
        "email__empty=true",
        "q=a",
    ]
)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("create"), contacts),
        st.tuples(st.just("edit"), contacts),
        st.tuples(st.just("edit all"), contacts),
        st.tuples(st.just("delete"), st.integers(0, 9)),
        st.tuples(st.just("fold"), st.none()),
        st.tuples(st.just("refresh"), st.none()),
        st.tuples(st.just("rebuild"), st.none()),
    ),
    max_size=8,
)


class AnySearch(TestCase):
    @settings(max_examples=120)
    @given(
        rows=st.lists(contacts, min_size=1, max_size=12),
        first_id=st.sampled_from([1, CHUNK - 3]),
        acts=acts,
        wanted=st.lists(filters, min_size=1, max_size=4, unique_by=lambda text: text.split("=")[0]),
        sort=st.sampled_from(["", "last_name", "-stage", "employees"]),
        few=st.sampled_from([(0, 0), (3, 3), (1_000, 1_000)]),
        cap=st.sampled_from([2, 10_000]),
        walked=st.sampled_from([1, 4, 16_000]),
    )
    def test_pages_and_counts_are_those_of_the_contacts(
        self,
        rows: list[dict[str, Any]],
        first_id: int,
        acts: list[tuple[str, Any]],
        wanted: list[str],
        sort: str,
        few: tuple[int, int],
        cap: int,
        walked: int,
    ) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bitmaps, "WORTHWHILE", 0)
            patch.setattr(bitmaps, "COMMON_SHARE", 4)
            for module in (paging, selection):
                patch.setattr(module, "FEW", few[0])
                patch.setattr(module, "SOME", few[1])
            patch.setattr(paging, "COUNT_CAP", cap)
            patch.setattr(paging, "WALKED_AT_MOST", walked)
            Contact.objects.bulk_create(Contact(pk=first_id + n, **row) for n, row in enumerate(rows))
            counts.fold_deltas()
            bitmaps.refresh()
            for act, value in acts:
                self.play(act, value)
            query = "&".join([*wanted, "page_size=2", *([f"sort={sort}"] if sort else [])])
            expected = plainly(parsed(query))
            pages = list(all_pages(lambda after: parsed(f"{query}&after={after}")))
            before = list(pages_before(pages[-1], lambda after: parsed(f"{query}&after={after}")))
        assert [page.ids for page in before] == [page.ids for page in pages[:-1]]
        assert sorted(pk for page in pages for pk in page.ids) == expected
        for page in pages:
            assert page.count.number == len(expected) if page.count.is_exact else len(expected) > cap

    def play(self, act: str, value: Any) -> None:
        match act:
            case "create":
                Contact.objects.create(**value)
            case "edit":
                Contact.objects.filter(pk=Contact.objects.order_by("pk").values_list("pk")[:1]).update(
                    **value
                )
            case "edit all":
                Contact.objects.update(**value)
            case "delete":
                Contact.objects.filter(
                    pk__in=list(Contact.objects.values_list("pk", flat=True)[: value % 3])
                ).delete()
            case "fold":
                counts.fold_deltas()
                bitmaps.fold_stale(enough=1)
            case "refresh":
                counts.fold_deltas()
                bitmaps.refresh()
            case "rebuild":
                bitmaps.rebuild()


@pytest.mark.as_owner
def test_recount_facets_makes_everything_anew(people: list[Contact], rarest_is_not_few: None):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE contacts_contact DISABLE TRIGGER USER")
        cursor.execute("UPDATE contacts_contact SET stage = 'Hot'")
        cursor.execute("ALTER TABLE contacts_contact ENABLE TRIGGER USER")
    assert matching("stage=hot&country=Spain").count == 3
    out = StringIO()
    call_command("recount_facets", "--json", stdout=out)
    assert json.loads(out.getvalue())["contacts"] == 10
    assert matching("stage=hot&country=Spain").count == 6
    assert matching("stage=hot").count == 10
    call_command("recount_facets", stdout=out)
    assert "10 contacts hold" in out.getvalue()


DIFFERING = """
    SELECT bitmap.field, bitmap.value, held.n, counted.n
    FROM contacts_facetbitmap bitmap
    LEFT JOIN contacts_facetvalue held USING (field, value)
    LEFT JOIN LATERAL (
        SELECT sum(bit_count(bits)) AS n FROM contacts_facetbits WHERE bitmap_id = bitmap.id
    ) counted ON true
    WHERE bitmap.value <> '' AND bitmap.field <> 'do_not_contact' AND coalesce(held.n, 0) <> coalesce(counted.n, 0)
"""


@pytest.mark.as_owner
@pytest.mark.django_db
def test_demo_contacts_come_with_their_bitmaps(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bitmaps, "COMMON_SHARE", 50)
    for seed in (1, 2):
        seed_contacts(1_500, seed, Unwatched())
        with connection.cursor() as cursor:
            cursor.execute(DIFFERING)
            assert cursor.fetchall() == []
            cursor.execute("SELECT count(*) > 50 FROM contacts_facetbitmap")
            assert cursor.fetchone()[0]
        assert not FacetStale.objects.exists()


class Unwatched:
    def on_rows(self, rows: int) -> None:
        pass

    def on_step(self, name: str) -> None:
        pass
