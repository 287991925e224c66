"""Demo data: the same on every machine, believable, entirely made up, and all or nothing."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.contacts.facets import bitmaps, bitsets, counts
from apps.contacts.facets.models import FacetValue
from apps.contacts.fields import EMAIL_STATUSES, SENIORITIES
from apps.contacts.models import Change, Contact, Industry, Operation
from apps.contacts.seeding import copy_text, seed, words
from apps.contacts.seeding.companies import CompanyMaker
from apps.contacts.seeding.industries import industry_names, trades
from apps.contacts.seeding.market import keywords, technologies
from apps.contacts.seeding.names import cultures, latin_slug
from apps.contacts.seeding.people import COLUMNS
from apps.contacts.seeding.plan import Plan, blocks_of, company_sizes
from apps.contacts.seeding.titles import all_titles
from apps.contacts.seeding.weighted import slots, zipf_slots
from apps.contacts.seeding.writing import written_blocks

INDUSTRY_IDS = tuple(range(1, len(industry_names()) + 1))
FICTIONAL_NUMBERS = re.compile(
    r"\+1 \d{3}-555-01\d\d"
    r"|\+44 (20 7946 0|1[1-9]1 49[68] 0|11[3-8] 496 0|29 2018 0|28 9649 6)\d{3}"
    r"|\+44 (1632 960|7700 900)\d{3}"
    r"|\+33 (1 99 00|2 61 91|3 53 01|4 65 71|5 36 49|6 39 98) \d\d \d\d"
    r"|\+49 (30 23125|69 90009|40 66969|221 4710|89 99998) \d{3}|\+49 171 39200\d\d"
    r"|\+61 [2378] 5550 \d{4}"
    r"|\+353 20 91\d \d{4}"
    r"|\+46 (8 465 004 \d\d|31 390 06 \d\d|40 628 04 \d\d|70 174 06 5\d)"
)


def plan(count: int, number: int = 1, owners: tuple[int, ...] = (7, 8, 9)) -> Plan:
    return Plan(count, number, INDUSTRY_IDS, owners, operation_id=1)


def rows(the_plan: Plan) -> Iterator[dict[str, str]]:
    for block in written_blocks(the_plan):
        for line in block.copy_text.decode().splitlines():
            yield dict(zip(COLUMNS, line.split("\t"), strict=True))


def seed_contacts(*arguments: str) -> str:
    out = StringIO()
    call_command("seed_contacts", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture(scope="module")
def people() -> list[dict[str, str]]:
    return list(rows(plan(30_000)))


# The rows


def test_the_same_number_and_seed_give_the_same_bytes_for_good():
    """A change of this figure changes everyone's demo data: on purpose only."""
    text = b"".join(block.copy_text for block in written_blocks(plan(2_000)))
    assert (
        hashlib.sha256(text).hexdigest() == "e5dffe081ffa3a30827223fbdee3c860f25c0519593333cfdf683436003531dd"
    )


@pytest.mark.slow
def test_one_process_and_three_write_the_same():
    alone = [(b.copy_text, b.facets) for b in written_blocks(plan(45_000), processes=1)]
    together = [(b.copy_text, b.facets) for b in written_blocks(plan(45_000), processes=3)]
    assert alone == together


def test_another_seed_gives_other_people():
    first, second = list(rows(plan(500, 1))), list(rows(plan(500, 2)))
    assert not {row["email"] for row in first if row["email"]} & {row["email"] for row in second}
    assert not {row["contact_id"] for row in first} & {row["contact_id"] for row in second}
    assert not {row["person_linkedin_url"] for row in first if row["person_linkedin_url"]} & {
        row["person_linkedin_url"] for row in second
    }


@pytest.mark.parametrize("count", [1, 2, 3, 10, 999, 20_001])
def test_any_number_of_contacts_is_met_exactly(count):
    blocks = blocks_of(count, 1)
    assert sum(block.count for block in blocks) == count
    assert all(
        block.first_index + block.count == following.first_index for block, following in pairwise(blocks)
    )


def test_a_few_companies_have_very_many_contacts_and_most_have_few():
    sizes = company_sizes(100_000)
    assert len(sizes) == 30_000
    assert sizes == sorted(sizes, reverse=True) or sizes[0] > 500
    assert sorted(sizes)[len(sizes) // 2] <= 2
    assert sum(sorted(sizes)[-300:]) > 0.15 * sum(sizes)


def test_keys_are_unique(people):
    for column in ("email", "person_linkedin_url", "contact_id"):
        filled = [row[column] for row in people if row[column]]
        assert len(filled) == len(set(filled))


def test_everything_is_made_up(people):
    for row in people:
        domain = row["email"].rpartition("@")[2] or "x.example"
        assert domain.endswith(".example")
        assert row["website"] == "" or row["website"].endswith(".example")
        assert row["person_linkedin_url"] in ("",) or "/in/demo-" in row["person_linkedin_url"]
        assert row["company_linkedin_url"] in ("",) or "/company/demo-" in row["company_linkedin_url"]
        assert len(row["twitter_url"].rpartition("/")[2]) > 15 or not row["twitter_url"]
        for column in COLUMNS:
            if column.endswith("phone") and row[column]:
                assert FICTIONAL_NUMBERS.fullmatch(row[column]), row[column]


def test_values_are_missing_as_in_real_lists(people):
    empty = Counter(
        column for row in people for column in COLUMNS if row[column] in ("", copy_text.NULL, "{}")
    )
    shares = {column: empty[column] / len(people) for column in COLUMNS}
    assert 0.18 < shares["email"] < 0.22
    assert 0.15 < shares["person_linkedin_url"] < 0.35
    assert 0.02 < shares["employees"] < 0.15
    assert 0.6 < shares["latest_funding"] < 0.9
    assert 0.3 < shares["owner_id"] < 0.7
    assert shares["first_name"] == shares["last_name"] == shares["title"] == shares["contact_id"] == 0
    assert 0.002 < sum(row["do_not_contact"] == "t" for row in people) / len(people) < 0.02


def test_names_come_from_many_cultures(people):
    names = {row["first_name"] for row in people} | {row["last_name"] for row in people}
    assert {"Łukasz", "Nguyễn", "José", "Müller", "O'Brien", "太郎"} <= names
    assert len({row["last_name"] for row in people}) > 3_000


def test_values_are_skewed(people):
    countries = Counter(row["country"] for row in people)
    assert countries.most_common(1)[0][0] == "United States"
    assert 0.3 < countries["United States"] / len(people) < 0.6
    assert len(countries) > 35
    held = Counter(
        name for row in people for name in row["technologies"].strip("{}").replace('"', "").split(",")
    )
    assert held["Salesforce"] > 50 * sorted(held.values())[len(held) // 4]


def test_colleagues_agree_about_their_company(people):
    of_account: dict[str, set[tuple[str, ...]]] = {}
    facts = ("company", "industry_id", "employees", "keywords", "website", "annual_revenue", "company_phone")
    for row in people:
        of_account.setdefault(row["account_id"], set()).add(tuple(row[fact] for fact in facts))
        if row["email"]:
            assert row["website"] in ("", f"https://www.{row['email'].rpartition('@')[2]}")
    assert len(of_account) == 9_000
    assert all(len(descriptions) == 1 for descriptions in of_account.values())


def test_dates_are_within_the_two_years_before_the_reference_date(people):
    for row in people:
        assert "2024-11-01" <= row["created_at"] <= row["updated_at"] < "2026-11-01"
        assert (
            row["last_contacted_at"] == copy_text.NULL
            or "2024-11-01" <= row["last_contacted_at"] < "2026-11-01"
        )
    assert people[0]["created_at"] < people[-1]["created_at"]


# The words


def test_titles_are_many_and_fit_their_seniority():
    titles = [title for title, _ in all_titles()]
    assert 5_500 < len(titles) < 6_500
    assert {title.seniority for title in titles} == set(SENIORITIES)
    for title in titles:
        if title.name.startswith(("VP", "Vice President")):
            assert title.seniority == "VP"
        if title.name.startswith("Director of"):
            assert title.seniority == "Director"
        assert ("C-Suite" in title.departments) == (
            title.seniority in ("C-Suite", "Owner", "Founder", "Partner")
        )


def test_word_lists_are_complete_and_fit_into_plain_arrays():
    assert len(set(technologies())) == 2_000
    assert len(set(keywords())) == 5_000
    assert len({name.lower() for name in industry_names()}) == len(industry_names()) > 140
    assert {name for names in trades().values() for name in names} <= set(industry_names())
    assert not [word for word in (*technologies(), *keywords()) if '"' in word or "\\" in word]


def test_no_two_companies_share_a_name():
    maker = CompanyMaker(plan(10))
    numbers = [*range(50_000), *range(maker.names - 10, maker.names + 50_000)]
    assert len({maker._name(number)[1] for number in numbers}) == len(numbers)


def test_every_name_can_be_written_in_an_address():
    assert latin_slug("Łukasz") == "lukasz"
    assert latin_slug("O'Brien") == "obrien"
    for culture in cultures().values():
        for name in {*culture.first_names, *culture.last_names}:
            assert re.fullmatch(r"[a-z][a-z-]*", name.slug), name


def test_every_culture_of_a_country_has_names():
    wanted = {culture for country in words.read("places")["country"] for culture in country["cultures"]}
    assert wanted == set(cultures())


def test_slots_hold_everything_and_follow_the_weights():
    table = slots(["a", "b", "c"], [6, 3, 1], bits=8)
    assert len(table) == 256
    assert abs(table.count("a") - 154) < 4
    assert set(zipf_slots(list(range(100)), bits=7)) == set(range(100))
    with pytest.raises(ValueError, match="do not fit"):
        slots(["a"] * 5, [1] * 5, bits=2)


# The command


@pytest.mark.django_db(transaction=True)
def test_contacts_arrive_as_one_operation_with_counts_and_indexes(admin):
    before = _description_of_table()
    answer = json.loads(seed_contacts("3000", "--json"))
    assert Contact.objects.count() == answer["count"] == 3_000
    operation = Operation.objects.get()
    assert (operation.kind, operation.counts) == ("seed", {"created": 3000, "updated": 0, "deleted": 0})
    assert Change.objects.filter(operation=operation, action="insert").count() == 3_000
    assert _description_of_table() == before
    assert set(Contact.objects.values_list("source", "import_id", "version")) == {("Demo", operation.pk, 1)}
    assert set(Contact.objects.values_list("email_status", flat=True)) == {"", *EMAIL_STATUSES}
    assert set(Contact.objects.values_list("owner", flat=True)) == {None, admin.pk}
    assert Industry.objects.count() == len(industry_names())


@pytest.mark.as_owner
@pytest.mark.django_db
def test_its_own_tally_is_what_the_database_counts():
    seed_contacts("2000")
    tallied = set(FacetValue.objects.values_list("field", "value", "n"))
    counts.rebuild()
    assert tallied == set(FacetValue.objects.values_list("field", "value", "n"))
    assert ("", "", 2000) in tallied


@pytest.mark.as_owner
@pytest.mark.django_db
def test_it_adds_to_contacts_that_are_there():
    Contact.objects.create(first_name="Ann", last_name="Own", email="ann@own.example", title="CEO")
    Industry.objects.create(name="RETAIL")
    seed_contacts("400")
    seed_contacts("50", "--seed", "2")  # few enough to go through the indexes
    assert Contact.objects.count() == 451
    assert Contact.objects.filter(email="ann@own.example").count() == 1
    tallied = set(FacetValue.objects.values_list("field", "value", "n"))
    counts.rebuild()
    assert {entry for entry in tallied if entry[2]} == set(
        FacetValue.objects.values_list("field", "value", "n")
    )
    assert Industry.objects.filter(name__iexact="retail").count() == 1


@pytest.mark.as_owner
@pytest.mark.django_db
def test_bitmaps_of_contacts_that_are_gone_do_not_stay(monkeypatch):
    monkeypatch.setattr(bitmaps, "WORTHWHILE", 0)
    seed_contacts("300")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DELETE FROM contacts_contact")  # by somebody in psql, and nothing is folded
    seed_contacts("300", "--seed", "2")
    known = bitsets.bitmaps_of([("email_status", "Verified")])
    verified = bitsets.BitSet((known["email_status", "Verified"],))
    nobody: bitsets.Bound = ("SELECT 1 WHERE false", [])
    assert bitsets.count_of([verified], nobody) == Contact.objects.filter(email_status="Verified").count()


@pytest.mark.as_owner
@pytest.mark.django_db
def test_the_same_seed_again_changes_nothing_and_says_so():
    seed_contacts("20")
    with pytest.raises(
        CommandError, match=r"20 demo contacts of seed 1 are here already.*another --seed"
    ) as refusal:
        seed_contacts("30")
    assert refusal.value.returncode == 3
    assert Contact.objects.count() == 20


@pytest.mark.as_owner
@pytest.mark.django_db
def test_a_contact_with_an_address_of_the_seed_stops_it_before_anything_is_changed():
    taken = next(row["email"] for row in rows(plan(50, owners=())) if row["email"])
    Contact.objects.create(first_name="Own", email=taken)
    with pytest.raises(CommandError, match="Nothing was changed"):
        seed_contacts("50")
    assert Contact.objects.count() == 1
    assert not Operation.objects.filter(kind="seed").exists()


class Impatient:
    """Presses Ctrl-C when a step begins."""

    def __init__(self, step: str) -> None:
        self.step = step

    def on_rows(self, rows: int) -> None:
        pass

    def on_step(self, name: str) -> None:
        if name.startswith(self.step):
            raise KeyboardInterrupt


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["contacts", "operation log", "index 9", "facet counts", "commit"])
def test_ctrl_c_leaves_nothing_half_done(step):
    before = _description_of_table()
    with pytest.raises(KeyboardInterrupt):
        seed.seed_contacts(100, 1, Impatient(step))
    assert not Contact.objects.exists()
    assert not Operation.objects.exists()
    assert not Industry.objects.exists()
    assert _description_of_table() == before


@pytest.mark.parametrize(
    "arguments", [["0"], ["-1"], ["ten"], ["1e9"], ["5", "--seed", "-1"], ["5", "--seed", "4294967296"]]
)
def test_nonsensical_numbers_are_refused(arguments):
    with pytest.raises(CommandError, match="not a whole number"):
        seed_contacts(*arguments)


def _description_of_table() -> set[tuple[str, ...]]:
    """Indexes, constraints and triggers of contacts, with the state of the triggers."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT indexname, indexdef FROM pg_indexes
            WHERE tablename IN ('contacts_contact', 'contacts_change', 'contacts_facetvalue')
            UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE conrelid IN ('contacts_contact'::regclass, 'contacts_change'::regclass)
            UNION ALL SELECT tgname, tgenabled::text FROM pg_trigger
            WHERE tgrelid = 'contacts_contact'::regclass AND NOT tgisinternal
            """
        )
        return set(cursor.fetchall())
