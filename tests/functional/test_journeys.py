"""What a person does from the first mail to the last click, in one piece and in a real browser."""

import re
import time

from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from playwright.sync_api import Page, expect

from apps.accounts.models import AdminUser, RolePolicy
from tests.functional.conftest import Visit
from tests.functional.population import crowd
from tests.functional.test_sign_in import PASSWORD, fill_in
from tests.jobs_done import do_jobs


def code(secret: str, *, later: int = 0) -> str:
    """What an authenticator app shows; `later`: so many half minutes from now."""
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + later))


def link_in_mail_to(email: str) -> str:
    """The one link into the product that the last mail to this address is about."""
    (body,) = [str(each.body) for each in mail.outbox if each.to == [email]][-1:]
    found = re.search(r"https?://[^/\s]+(/(?:invitation|password-reset/key)/\S+/)", body)
    assert found, body
    return found[1]


def sign_out(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def choose_password(page: Page, label: str, password: str) -> None:
    page.get_by_label(label, exact=True).fill(password)
    page.get_by_label("The same once more").fill(password)


def test_from_the_invitation_by_way_of_a_required_second_factor_to_the_first_sign_in(
    visit: Visit, admin: AdminUser
) -> None:
    RolePolicy.objects.update_or_create(role="manager", defaults={"requires_two_factor": True})
    theirs = visit(admin)
    theirs.goto("/users/")
    theirs.get_by_role("link", name="Invite a user").first.click()
    theirs.get_by_label("E-mail address").fill("ivy@staff.example")
    theirs.get_by_label("Role").select_option("manager")
    theirs.get_by_role("button", name="Send the invitation").click()
    expect(theirs.get_by_text("ivy@staff.example is invited: the mail is on its way.")).to_be_visible()
    do_jobs()

    page = visit()
    page.goto(link_in_mail_to("ivy@staff.example"))
    page.get_by_label("Your name").fill("Ivy Invited")
    choose_password(page, "Password", PASSWORD)
    page.get_by_role("button", name="Save and come in").click()

    expect(page.get_by_role("heading", name="Your role needs a second factor")).to_be_visible()
    page.goto("/contacts/")  # there is no way around it
    expect(page.get_by_role("heading", name="Your role needs a second factor")).to_be_visible()
    page.get_by_role("link", name="Use an authenticator app").click()
    secret = page.locator("#secret").inner_text().replace(" ", "")
    page.get_by_label("Code", exact=True).fill(code(secret))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("list", name="Recovery codes").get_by_role("listitem")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    page.goto("/contacts/")
    expect(page.get_by_role("heading", name="Contacts", level=1)).to_be_visible()

    sign_out(page, "Ivy Invited")
    fill_in(page, "ivy@staff.example", PASSWORD)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    page.get_by_label("Code", exact=True).fill(code(secret, later=1))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Ivy Invited")).to_be_visible()

    theirs.reload()
    expect(theirs.get_by_text("Active", exact=True)).to_be_visible()


def test_a_forgotten_password_is_replaced_by_way_of_the_mail(visit: Visit, user: AdminUser) -> None:
    user.set_password(PASSWORD)
    user.save()
    page = visit()
    page.goto("/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    do_jobs()

    page.goto(link_in_mail_to(user.email))
    choose_password(page, "New password", "a whole new horse battery")
    page.get_by_role("button", name="Save the password").click()
    page.get_by_role("link", name="Sign in").click()
    fill_in(page, user.email, PASSWORD)
    expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is not correct.")
    fill_in(page, user.email, "a whole new horse battery")
    expect(page.get_by_role("button", name=user.display_name)).to_be_visible()


def test_a_column_that_an_admin_hides_is_gone_from_an_open_page_with_the_next_click(
    visit: Visit, admin: AdminUser, user: AdminUser
) -> None:
    crowd(120)
    open_page = visit(user)
    open_page.goto("/contacts/")
    head = open_page.get_by_role("columnheader", name="Company", exact=True)
    expect(head).to_be_visible()

    page = visit(admin)
    page.goto("/users/")
    page.get_by_role("link", name=user.display_name).click()
    page.get_by_role("link", name="Columns", exact=True).click()
    row = page.locator("[data-row]").filter(has_text=re.compile(r"^\s*Company\s*(was|Hidden)"))
    row.get_by_role("radio", name="Hidden").check()
    page.get_by_role("button", name="Review changes").click()
    page.get_by_role("button", name="Save these rights").click()
    expect(page.get_by_text("Saved: 1 column changed.")).to_be_visible()

    open_page.get_by_role("link", name="Next").click()
    expect(head).to_have_count(0)
    expect(open_page.locator("#results")).not_to_contain_text("Company 3")
    expect(open_page.get_by_role("columnheader", name="Title")).to_be_visible()
