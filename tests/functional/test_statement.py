"""The statement of downloads in a real browser: a person reads theirs, an admin gives more."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import expect

from apps.accounts.models import AdminUser
from apps.accounts.quota import balance_of, grant_credit, reserve_quota, spend_quota
from apps.accounts.quota.models import QuotaBucket
from tests.functional.conftest import Visit


@pytest.mark.parametrize("with_script", [True, False], ids=["with script", "without"])
def test_an_admin_gives_credit_and_the_person_sees_who_and_why(
    visit: Visit, admin: AdminUser, user: AdminUser, with_script: bool
) -> None:
    reserve_quota(user=user, amount=100, reference="export 1")
    page = visit(admin, java_script_enabled=with_script)
    page.goto(f"/users/{user.pk}/statement/")
    expect(page.get_by_role("region", name="Left now")).to_contain_text("0 left")
    page.get_by_role("link", name="Give credit").click()
    page.get_by_label("Contacts").fill("250")
    page.get_by_label("Last day").fill("2900-01-31")
    page.get_by_label("Reason").fill("Trade fair")
    page.get_by_role("button", name="Give credit").click()
    expect(page.get_by_role("region", name="Left now")).to_contain_text("250 left")
    expect(page.get_by_role("region", name="Left now")).to_contain_text("until the end of 31 January 2900")

    own = visit(user, java_script_enabled=with_script)
    own.goto("/profile/sessions/")
    own.goto("/profile/downloads/")
    row = own.get_by_role("row", name="Granted Credit: Trade fair")
    expect(row).to_contain_text("Ada Admin")
    expect(row).to_contain_text("+250")
    expect(row.get_by_role("cell").last).to_contain_text("250")


def test_a_double_click_gives_credit_once(visit: Visit, admin: AdminUser, user: AdminUser) -> None:
    page = visit(admin)
    page.goto(f"/users/{user.pk}/statement/credit/")
    page.get_by_label("Contacts").fill("250")
    page.get_by_label("Reason").fill("Trade fair")
    page.get_by_role("button", name="Give credit").dblclick()
    expect(page.get_by_role("region", name="Left now")).to_contain_text("350 left")
    assert QuotaBucket.objects.filter(kind="credit").count() == 1


def test_a_correction_below_nothing_is_explained(visit: Visit, admin: AdminUser, user: AdminUser) -> None:
    grant_credit(user=user, amount=50, reason="Fair", reference="payment 1")
    page = visit(admin, expected_statuses=[422])
    page.goto(f"/users/{user.pk}/statement/")
    page.get_by_role("link", name="Correct").click()
    page.get_by_label("Of what").select_option("Credit of 50: Fair")
    page.get_by_label("Contacts").fill("-60")
    page.get_by_label("Reason").fill("By mistake")
    page.get_by_role("button", name="Correct it").click()
    expect(page.get_by_role("alert")).to_contain_text("50 are left: take away so many at most.")
    page.get_by_label("Contacts").fill("-20")
    page.get_by_role("button", name="Correct it").click()
    expect(page.get_by_role("region", name="Left now")).to_contain_text("130 left")
    assert balance_of(user) == 130


def test_a_person_chooses_a_month_and_takes_the_file(visit: Visit, user: AdminUser, tmp_path: Path) -> None:
    spend_quota(reserve_quota(user=user, amount=60, reference="export 1"), amount=45)
    page = visit(user)
    page.goto("/profile/downloads/")
    page.get_by_label("Month", exact=True).select_option("All months")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row", name="Given back")).to_contain_text("+15")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="CSV file").click()
    target = tmp_path / "file.csv"
    downloading.value.save_as(target)
    assert downloading.value.suggested_filename == "downloads-all.csv"
    with target.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["What"] for row in rows] == ["Granted", "Reserved", "Downloaded", "Given back"]
    assert sum(int(row["Change"]) for row in rows) == int(rows[-1]["Left"]) == 55
