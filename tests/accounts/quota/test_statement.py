"""The statement: its figures agree, whoever looks at it, on the page and in the file."""

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import AdminUser
from apps.accounts.quota import (
    grant_credit,
    release_quota,
    reserve_quota,
    set_download_limit,
    spend_quota,
)
from apps.accounts.quota.models import QuotaBucket, QuotaEntry
from apps.accounts.quota.months import zone_of
from apps.accounts.quota.statement import PAGE_SIZE, all_entries, statement_of
from apps.accounts.quota.statement_csv import HEADERS, cells_of
from apps.core.spreadsheet_cells import bare_cell

type SignIn = Callable[[AdminUser], Client]
NOVEMBER = datetime(2026, 11, 10, 12, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 10, 12, tzinfo=UTC)


def rows_of(answer) -> list[list[str]]:
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(StringIO(b"".join(answer.streaming_content).decode())))


@pytest.fixture
def two_months(user: AdminUser) -> AdminUser:
    """A November with a download of 45, and a December with one of 30 and a credit."""
    spend_quota(
        reserve_quota(user=user, amount=60, reference="export 1", now=NOVEMBER), amount=45, now=NOVEMBER
    )
    grant_credit(user=user, amount=500, reason="Trade fair", reference="grant 1", now=DECEMBER)
    spend_quota(reserve_quota(user=user, amount=30, reference="export 2", now=DECEMBER), now=DECEMBER)
    return user


@pytest.mark.django_db
def test_opening_and_changes_are_the_closing_balance_of_every_month(two_months: AdminUser) -> None:
    november, december, whole = (
        statement_of(two_months, month=month, is_whole=month is None, now=DECEMBER)
        for month in (date(2026, 11, 1), date(2026, 12, 1), None)
    )
    for statement in (november, december, whole):
        sums = statement.sums
        assert sums.opening + sum(sums.changes.values()) == sums.closing
    assert november.sums.lines == [
        ("Granted", 100),
        ("Reserved", -60),
        ("Given back", 15),
        ("Expired", -55),
    ]
    assert (november.sums.opening, november.sums.closing) == (0, 0)
    assert (december.sums.opening, december.sums.closing) == (0, 570)
    assert december.usage.remaining == 570
    assert (whole.sums.downloaded, december.months) == (75, [date(2026, 12, 1), date(2026, 11, 1)])


@pytest.mark.django_db
def test_the_page_of_a_person_who_did_nothing_says_so(user: AdminUser, sign_in: SignIn) -> None:
    page = sign_in(user).get("/profile/downloads/").content.decode()
    assert "<b>100</b> left" in page
    assert "Nothing in " in page
    assert QuotaEntry.objects.count() == 0, "looking writes nothing"


@pytest.mark.django_db
def test_people_see_their_own_and_admins_everybodys(
    user: AdminUser, manager: AdminUser, admin: AdminUser, sign_in: SignIn
) -> None:
    reserve_quota(user=user, amount=7, reference="export 1")
    assert "export 1" in sign_in(user).get("/profile/downloads/").content.decode()
    assert "export 1" not in sign_in(manager).get("/profile/downloads/").content.decode()
    assert sign_in(manager).get(f"/users/{user.pk}/statement/").status_code == 403
    assert sign_in(user).get(f"/users/{user.pk}/statement/").status_code == 403
    assert sign_in(user).get("/users/999999/statement/").status_code == 403
    assert "export 1" in sign_in(admin).get(f"/users/{user.pk}/statement/").content.decode()
    assert sign_in(admin).get("/users/999999/statement/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("month", ["2026-13", "November", "2026-11-01", "2026-11\0", "٢٠٢٦-11"])
def test_what_is_no_month_is_not_found(user: AdminUser, sign_in: SignIn, month: str) -> None:
    for parameters in ({"month": month}, {"month": month, "format": "csv"}):
        assert sign_in(user).get("/profile/downloads/", parameters).status_code in {400, 404}


@pytest.mark.django_db
def test_entries_are_paged_newest_first(user: AdminUser, sign_in: SignIn) -> None:
    for number in range(PAGE_SIZE + 9):
        reserve_quota(user=user, amount=1, reference=f"export {number}")
    first = statement_of(user)
    second = statement_of(user, before=first.older)
    numbers = [entry.number for entry in [*first.entries, *second.entries]]
    assert numbers == list(range(PAGE_SIZE + 10, 0, -1))
    assert (len(first.entries), second.older) == (PAGE_SIZE, None)
    page = sign_in(user).get("/profile/downloads/").content.decode()
    assert f"before={first.older}" in page


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow(
    user: AdminUser, admin: AdminUser, sign_in: SignIn, django_assert_max_num_queries
) -> None:
    client = sign_in(admin)
    for number in range(5):
        reserve_quota(user=user, amount=1, reference=f"export {number}", actor_id=admin.pk)
        grant_credit(user=user, amount=1, reason="r", reference=f"g {number}", actor_id=admin.pk)
    client.get("/contacts/")
    with django_assert_max_num_queries(13):
        client.get(f"/users/{user.pk}/statement/")


@pytest.mark.django_db
def test_the_file_has_every_entry_and_adds_up(two_months: AdminUser, sign_in: SignIn) -> None:
    header, *rows = rows_of(sign_in(two_months).get("/profile/downloads/?month=all&format=csv"))
    assert tuple(header) == HEADERS
    assert [int(row[0]) for row in rows] == list(range(1, len(rows) + 1))
    total = 0
    for row in rows:
        total += int(row[4])
        assert int(row[5]) == total
    november = rows_of(sign_in(two_months).get("/profile/downloads/?month=2026-11&format=csv"))
    assert len(november) == 1 + 5


@pytest.mark.django_db
def test_the_file_is_read_in_short_queries(user: AdminUser, django_assert_num_queries) -> None:
    for number in range(5):
        reserve_quota(user=user, amount=1, reference=f"export {number}")
    with django_assert_num_queries(2):
        assert len(list(all_entries(user, None))) == 6


@pytest.mark.django_db
def test_days_and_hours_are_the_persons_own(user: AdminUser, admin: AdminUser, sign_in: SignIn) -> None:
    AdminUser.objects.filter(pk=user.pk).update(time_zone="Asia/Kolkata")
    reserve_quota(user=user, amount=1, reference="export 1", now=datetime(2026, 11, 10, 20, tzinfo=UTC))
    address = f"/users/{user.pk}/statement/?month=2026-11"
    page = sign_in(admin).get(address).content.decode()
    assert "11 Nov 2026, 01:30" in page
    assert "Asia/Kolkata" in page
    rows = rows_of(sign_in(admin).get(f"{address}&format=csv"))
    assert rows[1][1] == "2026-11-11T01:30:00+05:30"


@given(
    amount=st.integers(0, 10**9),
    change=st.integers(-(10**9), 10**9),
    texts=st.lists(st.text(), min_size=3, max_size=3),
)
def test_no_text_in_the_file_is_a_formula_and_every_number_is_one(
    amount: int, change: int, texts: list[str]
) -> None:
    reason, reference, name = texts
    bucket = QuotaBucket(kind="credit", reason=reason)
    entry = QuotaEntry(
        number=1,
        kind="adjust",
        amount=amount,
        change=change,
        total=7,
        reason=reason,
        reference=reference,
        actor_id=5,
        at=NOVEMBER,
        bucket=bucket,
    )
    cells = cells_of(entry, {5: name}, zone_of("UTC"))
    assert (cells[3], cells[4], cells[5]) == (amount, change, 7)
    assert all(isinstance(cells[place], int) for place in (0, 3, 4, 5))
    assert [bare_cell(str(cells[place])) for place in (7, 8, 9)] == [reason, name, reference]
    for place in (2, 6, 7, 8, 9):
        assert not str(cells[place]).lstrip().startswith(("=", "+", "-", "@", "|", "%"))


def posted(client: Client, address: str, **values: object):
    """What a form sends: its own hidden key, unless one is given."""
    form = client.get(address).context["form"]
    return client.post(address, {"key": form["key"].value(), **values})


@pytest.mark.django_db
def test_an_admin_gives_credit_and_a_second_click_gives_none(
    user: AdminUser, admin: AdminUser, sign_in: SignIn
) -> None:
    client, address = sign_in(admin), f"/users/{user.pk}/statement/credit/"
    key = client.get(address).context["form"]["key"].value()
    last_day = (datetime.now(UTC) + timedelta(days=40)).date()
    for _ in range(2):
        answer = client.post(
            address, {"key": key, "amount": "250", "reason": "Trade fair", "expires_on": f"{last_day}"}
        )
        assert answer.status_code == 302
    credit = QuotaBucket.objects.get(kind="credit")
    assert (credit.balance, credit.expires_at) == (
        250,
        datetime.combine(last_day + timedelta(days=1), datetime.min.time(), UTC),
    )
    page = client.get(f"/users/{user.pk}/statement/").content.decode()
    assert "Trade fair" in page
    assert "Ada Admin" in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"amount": "0", "reason": "r"}, "greater than or equal to 1"),
        ({"amount": "many", "reason": "r"}, "whole number"),
        ({"amount": "5", "reason": ""}, "required"),
        ({"amount": "5", "reason": "r", "expires_on": "2020-01-01"}, "today or a later day"),
        ({"amount": "5", "reason": "r", "expires_on": "9999-12-31"}, "before the year 3000"),
        ({"amount": "5", "reason": "r", "key": "x"}, ""),
    ],
)
def test_a_credit_that_makes_no_sense_is_not_given(
    user: AdminUser, admin: AdminUser, sign_in: SignIn, values: dict[str, str], words: str
) -> None:
    answer = posted(sign_in(admin), f"/users/{user.pk}/statement/credit/", **values)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not QuotaBucket.objects.filter(kind="credit").exists()


@pytest.mark.django_db
def test_an_admin_corrects_what_is_left_but_never_below_nothing(
    user: AdminUser, admin: AdminUser, sign_in: SignIn
) -> None:
    credit = grant_credit(user=user, amount=50, reason="Fair", reference="g 1")
    client, address = sign_in(admin), f"/users/{user.pk}/statement/correction/"
    assert posted(client, address, change="25", reason="Broken file").status_code == 302
    assert posted(client, address, change="-50", reason="Mistake", bucket=credit.pk).status_code == 302
    assert statement_of(user).usage.remaining == 125
    answer = posted(client, address, change="-126", reason="Too much")
    assert answer.status_code == 422
    assert "125 are left" in answer.content.decode()
    for change in ("0", "", "x"):
        assert posted(client, address, change=change, reason="r").status_code == 422
    assert posted(client, address, change="5", reason="r", bucket="999").status_code == 422


@pytest.mark.django_db
def test_an_unlimited_month_has_nothing_to_correct(
    user: AdminUser, admin: AdminUser, sign_in: SignIn
) -> None:
    set_download_limit(user_ids=[user.pk], limit=-1, actor_id=None)
    release_quota(reserve_quota(user=user, amount=10**6, reference="export 1"))
    client = sign_in(admin)
    page = client.get(f"/users/{user.pk}/statement/").content.decode()
    assert "Unlimited" in page
    assert "correction/" not in page
    answer = posted(client, f"/users/{user.pk}/statement/correction/", change="5", reason="r")
    assert answer.status_code == 422


@pytest.mark.django_db
def test_credit_wants_a_recent_proof_of_who_gives_it(
    user: AdminUser, admin: AdminUser, sign_in: SignIn, settings
) -> None:
    client = sign_in(admin)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = -1
    for name in ("credit", "correction"):
        answer = client.post(f"/users/{user.pk}/statement/{name}/", {"amount": "5", "reason": "r"})
        assert answer["Location"].startswith("/reauthenticate/")
    assert client.get(f"/users/{user.pk}/statement/").status_code == 200
