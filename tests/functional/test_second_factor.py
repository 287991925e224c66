"""Second factors in a real browser: an app, recovery codes, passkeys, and the way there when a role requires one."""

import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from playwright.sync_api import Page, expect

from apps.accounts.models import AdminUser, RolePolicy
from apps.accounts.two_factor.operations import add_authenticator_app
from tests.accounts.single_sign_on.conftest import provider  # noqa: F401
from tests.accounts.single_sign_on.provider import LocalProvider
from tests.functional.conftest import Visit
from tests.functional.looks import look_everywhere
from tests.functional.test_sign_in import PASSWORD, fill_in
from tests.functional.visitor import PHONE

EMAIL = "max@staff.example"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def person(manager: AdminUser) -> AdminUser:
    manager.set_password(PASSWORD)
    manager.save()
    return manager


@pytest.fixture
def with_app(person: AdminUser) -> list[str]:
    """The person has an app with SECRET; their recovery codes."""
    return add_authenticator_app(person, secret=SECRET, used_step=1, session_key="")


def code(secret: str, *, later: int = 0) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + later))


def put_in_a_key(page: Page) -> Any:
    """A security key that this browser has, touched and unlocked at once."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    key = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": key})
    return session


def sign_out(page: Page) -> None:
    page.goto("/logout/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def security_page(page: Page) -> None:
    page.goto("/profile/security/")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def test_an_app_is_set_up_and_asked_for_at_the_next_sign_in(visit: Visit, person: AdminUser) -> None:
    page = visit()
    page.goto("/profile/security/")
    fill_in(page, EMAIL, PASSWORD)
    page.get_by_role("link", name="Set up an app").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    assert page.get_by_role("img", name="QR code").evaluate("image => image.naturalWidth") > 0
    look_everywhere(page)
    secret = page.locator("#secret").inner_text().replace(" ", "")
    page.get_by_label("Code", exact=True).fill(code(secret, later=-5))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not the code the app shows now")
    used = code(secret)
    page.get_by_label("Code", exact=True).fill(used)
    page.keyboard.press("Enter")
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    first = codes.first.inner_text()
    look_everywhere(page)
    with page.expect_download() as started:
        page.get_by_role("link", name="Download", exact=True).click()
    assert first in started.value.path().read_text()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("10 of 10 left")).to_be_visible()
    look_everywhere(page)

    sign_out(page)
    fill_in(page, EMAIL, PASSWORD)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    look_everywhere(page)
    page.get_by_label("Code", exact=True).fill(used)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("This code is not right, or it was used already.")).to_be_visible()
    look_everywhere(page)
    page.get_by_label("Code", exact=True).fill(code(secret, later=1))
    page.get_by_role("button", name="Go on").click()
    expect(page).to_have_url("/contacts/")


def test_a_recovery_code_lets_in_without_script_and_at_phone_width(
    visit: Visit, person: AdminUser, with_app: list[str]
) -> None:
    page = visit(java_script_enabled=False, viewport=PHONE)
    page.goto("/login/")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    fill_in(page, EMAIL, PASSWORD)
    page.get_by_label("Code", exact=True).fill(with_app[0])
    page.get_by_role("button", name="Go on").click()
    security_page(page)
    expect(page.get_by_text("9 of 10 left")).to_be_visible()
    expect(page.get_by_role("link", name="Add a passkey")).to_be_hidden()
    page.get_by_role("button", name="Make new codes").click()
    page.get_by_role("dialog").get_by_role("button", name="Make new codes").click()
    expect(page.get_by_role("list", name="Recovery codes").get_by_role("listitem")).to_have_count(10)
    security_page(page)
    page.get_by_role("button", name="Remove the authenticator app").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("link", name="Set up an app")).to_be_visible()
    assert not Authenticator.objects.exists()


def test_a_passkey_is_added_signs_in_alone_and_is_removed(visit: Visit, person: AdminUser) -> None:
    page = visit(person)
    put_in_a_key(page)
    security_page(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("Work laptop")
    look_everywhere(page)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("list", name="Recovery codes")).to_be_visible()
    assert Authenticator.objects.get(type="webauthn").wrap().is_passwordless

    sign_out(page)
    page.goto("/login/?next=/industries/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url("/industries/")
    assert Authenticator.objects.get(type="webauthn").last_used_at is not None

    security_page(page)
    look_everywhere(page)
    page.get_by_role("link", name="Rename Work laptop").click()
    page.get_by_label("Name").fill("Old laptop")
    look_everywhere(page)
    page.get_by_role("button", name="Save the name").click()
    page.get_by_role("button", name="Remove Old laptop").click()
    look_everywhere(page)
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Old laptop")).to_have_count(0)
    assert not Authenticator.objects.exists()

    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="This passkey was not accepted")).to_be_visible()
    look_everywhere(page)


def test_a_passkey_is_the_second_step_after_a_password_and_confirms_who_is_there(
    visit: Visit, person: AdminUser, settings: Any
) -> None:
    page = visit(person)
    put_in_a_key(page)
    page.goto("/profile/two-factor/passkeys/new/")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("list", name="Recovery codes")).to_be_visible()
    page.goto("/profile/two-factor/passkeys/new/")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("alert")).to_have_text("This passkey is on your list already.")

    sign_out(page)
    fill_in(page, EMAIL, PASSWORD)
    assert '"userVerification": "required"' in (page.locator("#passkey-options").text_content() or "")
    page.get_by_role("button", name="Use your passkey").focus()
    look_everywhere(page)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/contacts/")

    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    page.goto("/profile/password/")
    expect(page.get_by_role("heading", name="Confirm it is you")).to_be_visible()
    look_everywhere(page)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 1800
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_text("Change your password")).to_be_visible()


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_a_role_that_requires_a_second_factor_leads_to_setting_one_up(
    visit: Visit, person: AdminUser, width: str
) -> None:
    page = visit(person, **({"viewport": PHONE} if width == "narrow" else {}))
    page.goto("/industries/")
    RolePolicy.objects.create(role="manager", requires_two_factor=True)
    page.get_by_role("link", name="Contacts", exact=True).first.click()
    expect(page.get_by_role("heading", name="Your role needs a second factor")).to_be_visible()
    look_everywhere(page)
    page.goto("/industries/?q=x")
    page.get_by_role("link", name="Use an authenticator app").click()
    page.get_by_label("Code", exact=True).fill(code(page.locator("#secret").inner_text().replace(" ", "")))
    page.get_by_role("button", name="Turn it on").click()
    page.get_by_role("link", name="I have kept them").click()
    expect(page).to_have_url("/industries/?q=x")
    security_page(page)
    expect(page.get_by_text("Your role requires a second factor, and you have one.")).to_be_visible()
    expect(page.get_by_role("button", name="Remove the authenticator app")).to_have_count(0)


def test_confirming_with_a_code(visit: Visit, person: AdminUser, with_app: list[str], settings: Any) -> None:
    page = visit(person)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    page.goto("/profile/two-factor/passkeys/new/")
    expect(page.get_by_role("heading", name="Confirm it is you")).to_be_visible()
    look_everywhere(page)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 1800
    page.get_by_label("Code", exact=True).fill(code(SECRET))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("button", name="Add a passkey")).to_be_visible()


def test_an_admin_decides_what_a_role_must_bring(visit: Visit, admin: AdminUser, user: AdminUser) -> None:
    page = visit(admin, expected_statuses=[409])
    page.goto("/users/roles/")
    look_everywhere(page)
    page.get_by_role("switch", name="Requires a second factor (User)").click()
    expect(page.get_by_text("1 person has none yet")).to_be_visible()
    expect(page.get_by_role("switch", name="Requires a second factor (User)")).to_be_checked()
    page.get_by_role("switch", name="Requires a second factor (Admin)").click()
    expect(page.get_by_role("alert")).to_contain_text("You have no second factor yourself")
    look_everywhere(page)


def test_single_sign_on_in_a_browser(
    visit: Visit,
    person: AdminUser,
    provider: LocalProvider,  # noqa: F811
) -> None:
    page = visit(other_hosts=[urlsplit(provider.issuer).netloc])
    page.goto("/login/?next=/industries/")
    look_everywhere(page)
    page.get_by_role("link", name="Sign in with Company account").click()
    expect(page).to_have_url("/industries/")
    sign_out(page)
    provider.claims["email_verified"] = False
    page.get_by_role("link", name="Sign in with Company account").click()
    expect(page.get_by_role("heading", name="You cannot come in with this account")).to_be_visible()
    look_everywhere(page)
