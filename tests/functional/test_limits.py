"""Being over a limit, in a real browser: what people see, and how they are let in again."""

from typing import Any

import pytest
from playwright.sync_api import expect

from apps.accounts.models import AdminUser
from apps.contacts.models import Contact
from tests.functional.conftest import Visit
from tests.functional.looks import look_everywhere
from tests.functional.test_sign_in import PASSWORD, fill_in


@pytest.fixture
def manager_with_password(manager: AdminUser) -> AdminUser:
    manager.set_password(PASSWORD)
    manager.save()
    return manager


def test_who_guessed_too_often_hears_when_to_come_back_and_an_admin_lets_them_in(
    visit: Visit, manager_with_password: AdminUser, admin: AdminUser, settings: Any
) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"sign_in": {"account": (1, 300), "address": (10, 60)}}
    page = visit(expected_statuses=[429])
    page.goto("/login/")
    fill_in(page, "max@staff.example", "not this one")
    expect(page.get_by_role("alert")).to_be_visible()
    fill_in(page, "max@staff.example", PASSWORD)
    expect(page.get_by_role("heading", name="Too many attempts in a short time")).to_be_visible()
    expect(page.get_by_text("You can try again in 5 minutes, at ")).to_be_visible()
    look_everywhere(page)

    ops = visit(admin)
    ops.goto("/ops/")
    ops.get_by_role("link", name="Limits").click()
    expect(ops.get_by_role("row", name="Max Manager (max@staff.example)")).to_contain_text("Sign in")
    look_everywhere(ops)
    ops.get_by_role("button", name="Lift the limit of Max Manager (max@staff.example)").click()
    expect(ops.get_by_text("The limit is lifted.")).to_be_visible()
    expect(ops.get_by_role("heading", name="Nobody is over a limit now")).to_be_visible()
    look_everywhere(ops)

    page.goto("/login/")
    fill_in(page, "max@staff.example", PASSWORD)
    expect(page.get_by_role("heading", name="Contacts", level=1)).to_be_visible()


def test_a_filter_over_the_limit_says_so_and_leaves_the_list_as_it_is(
    visit: Visit, user: AdminUser, make_contact: Any, settings: Any
) -> None:
    contact: Contact = make_contact(first_name="Grace", last_name="Hopper", seniority="VP")
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"search": {"account": (1, 60)}}
    page = visit(user, expected_statuses=[429])
    page.goto("/contacts/")
    page.get_by_role("checkbox", name="VP 1").click()
    expect(page.get_by_text("You can try again in ")).to_be_visible()
    expect(page.get_by_role("link", name=f"{contact.first_name} Hopper", exact=True)).to_be_visible()
