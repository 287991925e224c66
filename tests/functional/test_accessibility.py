"""Every page, in each of its states: nothing for axe to find in light and dark and at phone width, nothing wider than
the window, no target too small.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.history.models import Operation
from apps.contacts.models import Contact
from apps.contacts.operations import delete_contacts, edit_contact
from tests.functional.conftest import Visit
from tests.functional.looks import look_everywhere
from tests.functional.population import settle


@dataclass(frozen=True, slots=True)
class Scene:
    """What a page is opened on: somebody's rights and the three contacts."""

    access: Access
    contacts: dict[str, Contact]

    def path(self, name: str, suffix: str = "") -> str:
        return f"/contacts/{self.contacts[name].pk}/{suffix}"


@pytest.fixture
def scene(admin: AdminUser) -> Scene:
    access = Access.of(admin)
    return Scene(access, settle(access))


def list_with_rows(page: Page, scene: Scene) -> None:
    page.goto("/contacts/")
    expect(page.get_by_role("link", name="Grace Hopper", exact=True)).to_be_visible()
    for group in page.locator("#filters details").all():
        if group.get_attribute("open") is None:
            group.locator("summary").click()


def list_filtered(page: Page, scene: Scene) -> None:
    page.goto("/contacts/?q=a&seniority=C-Suite&country__not=Austria&title__empty=false")
    expect(page.get_by_role("group", name="Filters that are on")).to_be_visible()


def list_without_match(page: Page, scene: Scene) -> None:
    page.goto("/contacts/?q=nobody+at+all&seniority=VP")
    expect(page.get_by_role("heading", name="Nobody matches all of this")).to_be_visible()


def list_with_problems(page: Page, scene: Scene) -> None:
    page.goto("/contacts/?nonsense=1&employees__gte=many&after=broken&page_size=0")
    expect(page.get_by_role("alert")).to_contain_text("Part of this address was left out")


def panel(page: Page, scene: Scene) -> None:
    page.goto("/contacts/")
    page.get_by_role("link", name="Grace Hopper", exact=True).click()
    expect(page.get_by_role("complementary", name="Contact")).to_contain_text("Rear Admiral")


def panel_by_address(page: Page, scene: Scene) -> None:
    page.goto(f"/contacts/?record={scene.contacts['Grace'].pk}")


def keys(page: Page, scene: Scene) -> None:
    page.goto("/contacts/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def user_menu(page: Page, scene: Scene) -> None:
    page.goto("/contacts/")
    page.get_by_role("button", name="Ada Admin").click()


def record(page: Page, scene: Scene) -> None:
    page.goto(scene.path("Grace"))


def bare_record(page: Page, scene: Scene) -> None:
    page.goto(scene.path("Hedy"))


def history(page: Page, scene: Scene) -> None:
    edit_contact(
        scene.contacts["Alan"].pk,
        access=scene.access,
        values={"title": "Codebreaker", "stage": "Hot", "city": "Wilmslow"},
        seen_version=1,
        reason="Met him in person",
    )
    page.goto(scene.path("Alan", "history/"))
    expect(page.get_by_text("Codebreaker")).to_be_visible()


def create_form(page: Page, scene: Scene) -> None:
    page.goto("/contacts/new/")


def edit_form(page: Page, scene: Scene) -> None:
    page.goto(scene.path("Grace", "edit/"))


def form_with_errors(page: Page, scene: Scene) -> None:
    page.goto(scene.path("Grace", "edit/"))
    page.get_by_label("E-mail", exact=True).fill("not an address")
    page.get_by_label("Employees").fill("a lot")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("alert")).to_contain_text("2 things")


def form_with_duplicate(page: Page, scene: Scene) -> None:
    page.goto("/contacts/new/")
    page.get_by_label("E-mail", exact=True).fill("grace@navy.example")
    page.get_by_role("button", name="Create contact").click()
    expect(page.get_by_role("alert")).to_contain_text("Grace Hopper")


def conflict(page: Page, scene: Scene) -> None:
    page.goto(scene.path("Alan", "edit/"))
    edit_contact(
        scene.contacts["Alan"].pk,
        access=scene.access,
        values={"title": "Codebreaker", "city": "London"},
        seen_version=1,
    )
    page.get_by_label("Title").fill("Logician")
    page.get_by_label("City", exact=True).fill("Cambridge")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", name="Somebody else changed Alan Turing")).to_be_visible()


def delete_page(page: Page, scene: Scene) -> None:
    page.goto(scene.path("Alan", "delete/"))


def toast(page: Page, scene: Scene) -> None:
    delete_page(page, scene)
    page.get_by_role("button", name="Delete contact").click()
    expect(page.get_by_role("status").filter(has_text="Alan Turing")).to_be_visible()


def trash(page: Page, scene: Scene) -> None:
    delete_contacts(
        [scene.contacts["Alan"].pk, scene.contacts["Hedy"].pk], access=scene.access, reason="Asked us to"
    )
    page.goto("/contacts/trash/")
    expect(page.get_by_text("Hedy Lamarr")).to_be_visible()


def operations(page: Page, scene: Scene) -> None:
    page.goto("/contacts/operations/")


def operation_page(page: Page, scene: Scene) -> None:
    page.goto(f"/contacts/operations/{Operation.objects.latest('id').pk}/")
    expect(page.get_by_text("Sorted into industries")).to_be_visible()


def undone_operation(page: Page, scene: Scene) -> None:
    operation_page(page, scene)
    page.get_by_role("button", name="Undo this operation").click()
    expect(page.get_by_text("This took back")).to_be_visible()


def industries(page: Page, scene: Scene) -> None:
    page.goto("/industries/")
    expect(page.get_by_role("link", name="Computing", exact=True)).to_be_visible()


def industries_without_match(page: Page, scene: Scene) -> None:
    page.goto("/industries/?q=zzz")


def industry_form_with_error(page: Page, scene: Scene) -> None:
    page.goto("/industries/new/")
    page.get_by_label("Name").fill("computing")
    page.get_by_role("button", name="Create industry").click()
    expect(page.get_by_role("alert")).to_contain_text("already an industry")


def industry_edit(page: Page, scene: Scene) -> None:
    page.goto("/industries/")
    page.get_by_role("link", name="Edit Computing").click()


def change_password(page: Page, scene: Scene) -> None:
    page.goto("/profile/password/")


def change_password_with_errors(page: Page, scene: Scene) -> None:
    page.goto("/profile/password/")
    page.get_by_label("New password").fill("short")
    page.get_by_label("The same once more").fill("other")
    page.get_by_role("button", name="Save the password").click()


def test_axe_and_our_own_eyes_would_see_a_fault(visit: Visit, db: None) -> None:
    page = visit()
    page.goto("/login/")
    page.locator("main").evaluate(
        """main => {
          main.append(document.createElement("img"));
          const faint = Object.assign(document.createElement("p"), {textContent: "faint"});
          Object.assign(faint.style, {color: "#999", background: "#888"});
          const wide = Object.assign(document.createElement("button"), {textContent: "."});
          Object.assign(wide.style, {minHeight: 0, height: "8px", marginLeft: "3000px"});
          main.append(faint, wide);
        }"""
    )
    with pytest.raises(AssertionError) as seen:
        look_everywhere(page)
    for fault in (
        "image-alt",
        "color-contrast",
        "dark: color-contrast",
        "wider than the window",
        "×8 <button",
    ):
        assert fault in str(seen.value)


STATES = [
    list_with_rows,
    list_filtered,
    list_without_match,
    list_with_problems,
    panel,
    panel_by_address,
    keys,
    user_menu,
    record,
    bare_record,
    history,
    create_form,
    edit_form,
    form_with_errors,
    form_with_duplicate,
    conflict,
    delete_page,
    toast,
    trash,
    operations,
    operation_page,
    undone_operation,
    industries,
    industries_without_match,
    industry_form_with_error,
    industry_edit,
    change_password,
    change_password_with_errors,
]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_every_page_holds_for_everybody(
    visit: Visit, admin: AdminUser, scene: Scene, state: Callable[[Page, Scene], None]
) -> None:
    page = visit(admin)
    state(page, scene)
    look_everywhere(page)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/contacts/", "No contacts yet"),
        ("/contacts/trash/", "The trash is empty"),
        ("/contacts/operations/", "Nothing has happened yet"),
        ("/industries/", "No industries yet"),
    ],
)
def test_an_empty_database_has_pages_that_say_so(
    visit: Visit, admin: AdminUser, path: str, words: str
) -> None:
    page = visit(admin)
    page.goto(path)
    expect(page.get_by_role("heading", name=words)).to_be_visible()
    look_everywhere(page)


def test_a_refused_sign_in_holds_for_everybody(visit: Visit, db: None) -> None:
    page = visit()
    page.goto("/login/")
    page.get_by_label("E-mail address").fill("nobody@staff.example")
    page.get_by_label("Password", exact=True).fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look_everywhere(page)


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/login/", "Sign in"),
        ("/password-reset/", "Reset your password"),
        ("/password-reset/done/", "Check your mail"),
        ("/password-reset/key/1-bad-key/", "This link no longer works"),
        ("/password-reset/key/done/", "Your password is changed"),
        ("/signup/", "Accounts are made by an administrator"),
        ("/inactive/", "This account is switched off"),
    ],
)
def test_pages_for_strangers_hold_for_everybody(visit: Visit, db: None, path: str, heading: str) -> None:
    page = visit()
    page.goto(path)
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    look_everywhere(page)
