"""Admins and people in a real browser: inviting, editing, deactivating, limits of many, and all of it by keyboard."""

import re

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from apps.accounts.access import Access
from apps.accounts.invitations.operations import NewPerson, invite_person
from apps.accounts.models import AdminUser
from tests.functional.conftest import Visit
from tests.functional.looks import look_everywhere
from tests.mail_jobs import link_in_last_mail, send_waiting_mails

PASSWORD = "correct horse battery staple"


@pytest.fixture
def crowd(admin: AdminUser) -> list[AdminUser]:
    return AdminUser.objects.bulk_create(
        AdminUser(email=f"p{number:03}@crowd.example", name=f"Person {number:03}", created_by=admin)
        for number in range(60)
    )


def open_person(page: Page, name: str) -> None:
    page.goto("/users/")
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def test_somebody_is_invited_and_comes_in(visit: Visit, admin: AdminUser) -> None:
    page = visit(admin)
    page.goto("/contacts/")
    page.get_by_role("link", name="Users").click()
    page.get_by_role("link", name="Invite a user").first.click()
    page.get_by_label("E-mail address").fill("Ivy@Staff.example")
    page.get_by_label("Role").select_option("manager")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("ivy@staff.example is invited: the mail is on its way.")).to_be_visible()
    expect(page.get_by_text("not here yet")).to_be_visible()
    look_everywhere(page)

    assert send_waiting_mails() == 1
    assert mail.outbox[-1].to == ["ivy@staff.example"]
    theirs = visit()
    theirs.goto(link_in_last_mail())
    expect(theirs).to_have_url(re.compile("/invitation/welcome/$"))
    theirs.get_by_label("Your name").fill("Ivy Invited")
    theirs.get_by_label("Password", exact=True).fill("short")
    theirs.get_by_label("The same once more").fill("short")
    theirs.get_by_role("button", name="Save and come in").click()
    expect(theirs.get_by_text("This password is too short.")).to_be_visible()
    look_everywhere(theirs)
    theirs.get_by_label("Password", exact=True).fill(PASSWORD)
    theirs.get_by_label("The same once more").fill(PASSWORD)
    theirs.get_by_role("button", name="Save and come in").click()
    expect(theirs.get_by_role("button", name="Ivy Invited")).to_be_visible()

    late = visit()
    late.goto(link_in_last_mail())
    expect(late.get_by_role("heading", name="This invitation no longer works")).to_be_visible()
    look_everywhere(late)
    page.reload()
    expect(page.get_by_text("Active", exact=True)).to_be_visible()


def test_somebody_is_edited(visit: Visit, admin: AdminUser, user: AdminUser) -> None:
    page = visit(admin)
    open_person(page, "Uma User")
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Name").fill("Una User")
    page.get_by_label("No limit").check()
    page.get_by_role("group", name="Export contacts").get_by_label("Taken away").check()
    look_everywhere(page)
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Una User is saved.")).to_be_visible()
    expect(page.get_by_text("Export contacts: taken away")).to_be_visible()
    person = AdminUser.objects.get(pk=user.pk)
    assert (person.download_limit, person.capability_overrides) == (-1, {"export": False})


def test_two_admins_at_one_person_overwrite_nothing(visit: Visit, admin: AdminUser, user: AdminUser) -> None:
    page = visit(admin)
    page.goto(f"/users/{user.pk}/edit/")
    AdminUser.objects.filter(pk=user.pk).update(role="manager")
    page.get_by_label("Name").fill("Una User")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("alert")).to_contain_text("Role: was User, is now Manager")
    look_everywhere(page)
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Una User is saved.")).to_be_visible()
    person = AdminUser.objects.get(pk=user.pk)
    assert (person.name, person.role) == ("Una User", "manager")


def test_a_deactivated_person_is_out_at_the_next_click(
    visit: Visit, admin: AdminUser, user: AdminUser
) -> None:
    page, theirs = visit(admin), visit(user)
    theirs.goto("/contacts/")
    open_person(page, "Uma User")
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_role("dialog", name="Deactivate this person?")).to_be_visible()
    look_everywhere(page)
    page.get_by_role("dialog").get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("Uma User is deactivated and signed out everywhere.")).to_be_visible()
    theirs.get_by_role("link", name="Industries").click()
    expect(theirs.get_by_role("heading", name="Sign in")).to_be_visible()
    look_everywhere(page)
    page.get_by_role("button", name="Reactivate").click()
    expect(
        page.get_by_text("Uma User is invited again").or_(page.get_by_text("can sign in again"))
    ).to_be_visible()


def test_limits_of_ticked_people_are_set(visit: Visit, admin: AdminUser, crowd: list[AdminUser]) -> None:
    page = visit(admin)
    page.goto("/users/?q=person")
    page.get_by_label("Select Person 001").check()
    page.get_by_label("Select Person 003").click(modifiers=["Shift"])
    page.get_by_role("button", name="Set download limit of ticked").click()
    expect(page.get_by_role("heading", name="Set the download limit of 3 people")).to_be_visible()
    page.get_by_label("Download limit").fill("250")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("heading", name="3 people get a new limit")).to_be_visible()
    look_everywhere(page)
    page.get_by_role("button", name="Set these 3 limits").click()
    expect(page.get_by_text("The limit of 3 people is now 250.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/users/\?q=person$"))
    assert AdminUser.objects.filter(download_limit=250).count() == 3


def test_everything_is_done_without_script(visit: Visit, admin: AdminUser, crowd: list[AdminUser]) -> None:
    page = visit(admin, java_script_enabled=False)
    page.goto("/users/")
    page.get_by_label("Find by name or e-mail").fill("person 05")
    page.get_by_label("Role").select_option("user")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("1 – 11 of 11")).to_be_visible()
    page.get_by_role("link", name="Set download limit of all 11").click()
    page.get_by_label("No limit").check()
    page.get_by_role("button", name="Show what would change").click()
    page.get_by_role("button", name="Set these 11 limits").click()
    expect(page.get_by_text("The limit of 11 people is now unlimited.")).to_be_visible()
    page.get_by_role("link", name="Person 050").click()
    page.get_by_role("button", name="Deactivate").click()
    page.get_by_role("dialog").get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("Person 050 is deactivated")).to_be_visible()


def test_the_keyboard_alone_is_enough(visit: Visit, admin: AdminUser, crowd: list[AdminUser]) -> None:
    page = visit(admin)
    page.goto("/users/")
    page.keyboard.press("/")
    page.keyboard.type("person 007")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 – 1 of 1")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Person 007", level=1)).to_be_visible()
    page.get_by_role("link", name="Edit").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Edit Person 007")).to_be_visible()
    page.get_by_label("Name").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Person Seven")
    page.get_by_role("group", name="Undo changes").get_by_label("As the role").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Person Seven is saved.")).to_be_visible()
    expect(page.get_by_text("Undo changes: granted")).to_be_visible()
    page.get_by_role("button", name="Deactivate").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep them").first).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Person Seven is deactivated")).to_be_visible()


def test_the_list_holds_for_everybody(visit: Visit, admin: AdminUser) -> None:
    page = visit(admin)
    page.goto("/users/")
    expect(page.get_by_role("heading", name="Only you are here so far")).to_be_visible()
    look_everywhere(page)
    invite_person(
        NewPerson(email="ivy@staff.example", name="", role="user", download_limit=-1),
        access=Access.of(admin),
        origin="https://crm.example",
    )
    AdminUser.objects.create_user("out@staff.example", name="Out Away", is_active=False, role="manager")
    AdminUser.objects.bulk_create(
        AdminUser(email=f"p{number:03}@crowd.example", name=f"Person {number:03}") for number in range(60)
    )
    page.goto("/users/?sort=-name")
    look_everywhere(page)
    page.goto("/users/?q=nobody")
    expect(page.get_by_role("heading", name="Nobody matches all of this")).to_be_visible()
    look_everywhere(page)


@pytest.mark.parametrize("path", ["/users/new/", "/users/limits/?all=1", "own", "own/edit"])
def test_the_other_pages_hold_for_everybody(
    visit: Visit, admin: AdminUser, user: AdminUser, path: str
) -> None:
    page = visit(admin)
    page.goto(path.replace("own", f"/users/{admin.pk}") + ("/" if "own" in path else ""))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    look_everywhere(page)
    if path == "/users/new/":
        page.get_by_label("E-mail address").fill(user.email)
        page.get_by_role("button", name="Send the invitation").click()
        expect(page.get_by_role("link", name="Go to the person with this address")).to_be_visible()
        look_everywhere(page)
