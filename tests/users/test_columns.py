"""The pages of column rights: they fill in, show what would change, save it once, and a broken form grants nothing."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.access import Access
from apps.accounts.columns import ColumnRight, all_columns, default_rights, held
from apps.accounts.models import AdminUser, SecurityEvent
from apps.accounts.reauthentication import CONFIRMED_AT
from apps.accounts.rights import set_column_rights, set_role_defaults
from apps.accounts.sessions.lifetimes import SIGNED_IN_AT

type SignIn = Callable[[AdminUser], Client]
type Form = dict[str, Any]


def path_of(person: AdminUser) -> str:
    return reverse("user_columns", args=[person.pk])


def words(answer: Any) -> str:
    """What the page says, without its marks."""
    text = re.sub(r"<(script|style|select|template).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def form_of(answer: Any, **changed: str) -> Form:
    """The rights and the fingerprint of the form on a page, as a browser sends them back."""
    page = answer.content.decode()
    form: Form = dict(re.findall(r'name="(right-\w+)" value="(\w+)" autocomplete="off" checked', page))
    form |= dict(re.findall(r'type="hidden" name="(right-\w+|seen)" value="(\w+)"', page))
    assert len(form) == len(all_columns()) + 1
    return form | changed


@pytest.fixture
def browser(sign_in: SignIn, admin: AdminUser) -> Client:
    return sign_in(admin)


def rights_of(person: AdminUser) -> dict[str, str]:
    return AdminUser.objects.values_list("column_rights", flat=True).get(pk=person.pk)


def test_the_grid_shows_every_column_in_the_groups_of_the_record(browser: Client, clerk: AdminUser) -> None:
    answer = browser.get(path_of(clerk))
    page = words(answer)
    for group in ("Person", "E-mail", "Phones", "Company", "Revenue and funding", "Other columns"):
        assert group in page
    form = form_of(answer)
    assert {name.removeprefix("right-") for name in form} - {"seen"} == all_columns()
    assert (form["right-title"], form["right-country"], form["right-email"]) == ("edit", "read", "hidden")
    assert "2 hidden, 2 read, 1 edit" in page  # Person
    assert "46 hidden, 4 read, 1 edit" in page
    for name in ("created_at", "updated_at", "import_id"):
        assert re.search(rf'name="right-{name}" value="edit"[^>]* disabled', answer.content.decode())


@pytest.mark.parametrize(
    ("act", "wanted"),
    [
        ("preset:everything", {"email": "edit", "created_at": "read"}),
        ("preset:read-everything", {"email": "read", "title": "read"}),
        ("preset:names", {"last_name": "read", "company": "read", "title": "hidden", "email": "hidden"}),
        (
            "preset:no-personal",
            {"mobile_phone": "hidden", "custom": "hidden", "person_linkedin_url": "hidden"},
        ),
        ("preset:role", {"email": "edit", "stage": "hidden"}),
        ("preset:nothing", {"first_name": "hidden", "custom": "hidden"}),
        (
            "group:phones:read",
            {"mobile_phone": "read", "other_phone": "read", "title": "edit", "email": "hidden"},
        ),
        ("group:record:edit", {"created_at": "read", "updated_at": "read"}),
        ("show", {"title": "edit", "email": "hidden"}),
    ],
)
def test_buttons_fill_the_grid_in_and_save_nothing(
    browser: Client, clerk: AdminUser, act: str, wanted: dict[str, str]
) -> None:
    set_role_defaults("user", rights={"stage": ColumnRight.HIDDEN}, actor_id=None)
    before = rights_of(clerk)
    answer = browser.post(path_of(clerk), form_of(browser.get(path_of(clerk)), act=act))
    assert answer.status_code == 200
    form = form_of(answer)
    assert {name: form[f"right-{name}"] for name in wanted} == wanted
    assert rights_of(clerk) == before


def test_the_rights_of_somebody_else_are_copied_into_the_grid(
    browser: Client, user: AdminUser, clerk: AdminUser, admin: AdminUser
) -> None:
    form = form_of(browser.get(path_of(user)), act="copy", copy_from=str(clerk.pk))
    filled = form_of(browser.post(path_of(user), form))
    assert {k: v for k, v in filled.items() if k != "seen"} == {
        f"right-{name}": str(right) for name, right in held(clerk.column_rights).items()
    }
    for nobody in (admin.pk, user.pk, 10**17, 10**30, "x", ""):
        answer = browser.post(path_of(user), form | {"copy_from": str(nobody)})
        assert answer.status_code == 400
        assert "no choice of this page" in words(answer)


def test_the_change_is_reviewed_then_saved_once(browser: Client, user: AdminUser, admin: AdminUser) -> None:
    set_column_rights(user, rights={"title": ColumnRight.READ, "stage": ColumnRight.HIDDEN}, actor_id=None)
    chosen = {
        "right-email": "hidden",
        "right-mobile_phone": "hidden",
        "right-title": "edit",
        "right-stage": "read",
        "right-city": "read",
    }
    review = browser.post(path_of(user), form_of(browser.get(path_of(user)), act="review", **chosen))
    page = words(review)
    for sentence in (
        "Loses E-mail Mobile phone",
        "Can only read from now on City",
        "Gains reading Stage",
        "Gains editing Title",
    ):
        assert sentence in page
    assert rights_of(user)["email"] == "edit"

    answer = browser.post(path_of(user), form_of(review, act="save"), follow=True)
    assert "Saved: 5 columns changed." in words(answer)
    rights = rights_of(user)
    assert ("email" in rights, rights["title"], rights["stage"], rights["city"]) == (
        False,
        "edit",
        "read",
        "read",
    )
    event = SecurityEvent.objects.get(kind="columns_changed", actor_id=admin.pk)
    assert (event.subject_id, event.details) == (
        user.pk,
        {"hidden": ["email", "mobile_phone"], "read": ["city", "stage"], "edit": ["title"]},
    )


def test_who_goes_back_from_the_review_finds_what_they_chose(browser: Client, user: AdminUser) -> None:
    form = form_of(browser.get(path_of(user)), act="review", **{"right-email": "hidden"})
    review = browser.post(path_of(user), form)
    grid = browser.post(path_of(user), form_of(review, act="show"))
    assert form_of(grid)["right-email"] == "hidden"
    assert "was Edit" in words(grid)
    assert "1 column changed, not saved yet" in words(grid)


def test_without_a_change_there_is_nothing_to_review(browser: Client, user: AdminUser) -> None:
    answer = browser.post(path_of(user), form_of(browser.get(path_of(user)), act="review"), follow=True)
    assert "Nothing is changed." in words(answer)
    assert not SecurityEvent.objects.filter(kind="columns_changed").exists()


@pytest.mark.parametrize("act", ["review", "save"])
def test_two_admins_at_once_are_shown_both(
    browser: Client, user: AdminUser, manager: AdminUser, act: str
) -> None:
    form = form_of(browser.get(path_of(user)), act=act, **{"right-email": "hidden"})
    set_column_rights(user, rights={"title": ColumnRight.READ}, actor_id=manager.pk)
    answer = browser.post(path_of(user), form)
    assert answer.status_code == 409
    page = words(answer)
    assert "Somebody else changed these rights while you were choosing" in page
    assert "Max Manager" in page
    assert "Saved: Edit Yours: Hidden" in page  # E-mail
    assert "Saved: Read Yours: Edit" in page  # Title
    assert rights_of(user)["email"] == "edit"

    again = re.findall(r'name="seen" value="(\w+)"', answer.content.decode())[0]
    kept = form | {"right-title": "read", "seen": again}
    assert "Loses E-mail" in words(browser.post(path_of(user), kept | {"act": "review"}))
    browser.post(path_of(user), kept | {"act": "save"})
    assert (rights_of(user)["title"], "email" in rights_of(user)) == ("read", False)


def test_a_button_that_fills_in_does_not_hide_a_change_meanwhile(browser: Client, user: AdminUser) -> None:
    form = form_of(browser.get(path_of(user)))
    set_column_rights(user, rights={"title": ColumnRight.READ}, actor_id=None)
    filled = browser.post(path_of(user), form | {"act": "preset:nothing"})
    assert browser.post(path_of(user), form_of(filled, act="review")).status_code == 409


def test_a_search_narrows_the_grid_without_losing_the_rest(browser: Client, user: AdminUser) -> None:
    answer = browser.get(path_of(user), {"q": "PHONE work"})
    page = answer.content.decode()
    shown = re.findall(r'data-words="[^"]*"(?! hidden)>\s*<p id="column-(\w+)"', page)
    assert shown == ["work_direct_phone"]
    assert len(form_of(answer)) == len(all_columns()) + 1
    assert "No column fits" in words(browser.get(path_of(user), {"q": "zzz"}))
    changed = form_of(answer, act="show", changed="on", q="", **{"right-city": "read"})
    page = browser.post(path_of(user), changed).content.decode()
    assert re.findall(r'data-words="[^"]*"(?! hidden)>\s*<p id="column-(\w+)"', page) == ["city"]


def test_of_admins_nothing_can_be_set(browser: Client, admin: AdminUser) -> None:
    for path in (path_of(admin), reverse("role_columns", args=["admin"])):
        assert "Admins see and edit every column" in words(browser.get(path))
        assert browser.post(path, {"act": "save", "right-email": "hidden"}).status_code == 400
    assert rights_of(admin) == default_rights()
    assert browser.get(reverse("role_columns_apply", args=["admin"])).status_code == 404


ALL_EDIT = {f"right-{name}": "edit" for name in all_columns()}


ACTS = ["save", "review", "show", "preset:everything"]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "fault",
    [
        {"right-created_at": "edit"},  # nobody can
        {"right-password": "edit"},
        {"right-email__in": "edit"},
        {"right-": "edit"},
        {"right-email": "admin"},
        {"right-email": "EDIT"},
        {"right-email": ""},
        {"right-email": "edit\0"},
        {"right-email\0": "edit"},
        {"right-email": ["read", "edit"]},
        {f"right-{n}": "edit" for n in range(1500)},
    ],
    ids=lambda fault: ascii(fault)[:30],
)
def test_one_fault_in_a_form_is_named_and_grants_nothing(
    browser: Client, clerk: AdminUser, fault: Form, act: str
) -> None:
    before = rights_of(clerk)
    answer = browser.post(path_of(clerk), form_of(browser.get(path_of(clerk)), act=act) | fault)
    assert answer.status_code == 400
    assert "Nothing was saved" in words(answer)
    assert rights_of(clerk) == before
    assert form_of(answer)["right-email"] == "hidden"


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "form", [{}, {"right-email": "edit"}, {"column_rights": '{"email": "edit"}', "role": "admin"}]
)
def test_half_a_form_grants_nothing(browser: Client, clerk: AdminUser, form: Form, act: str) -> None:
    before = rights_of(clerk)
    assert browser.post(path_of(clerk), form | {"act": act}).status_code == 400
    assert rights_of(clerk) == before
    assert AdminUser.objects.get(pk=clerk.pk).role == "user"


@pytest.mark.parametrize(
    "act", ["", "grant", "preset:", "preset:admin", "group:phones", "group:phones:all", "copy"]
)
def test_made_up_acts_are_refused(browser: Client, clerk: AdminUser, act: str) -> None:
    answer = browser.post(path_of(clerk), form_of(browser.get(path_of(clerk)), act=act))
    assert answer.status_code == 400
    assert "Nothing was changed" in words(answer)


def test_ten_megabytes_are_too_large(browser: Client, clerk: AdminUser) -> None:
    before = rights_of(clerk)
    answer = browser.post(path_of(clerk), {"act": "save", "right-email": "e" * 10_000_000})
    assert answer.status_code == 413
    assert rights_of(clerk) == before


def test_without_the_fingerprint_nothing_is_saved(browser: Client, user: AdminUser) -> None:
    form = form_of(browser.get(path_of(user)), act="save", **{"right-email": "hidden"})
    for seen in ("", "0" * 16, "x" * 5000):
        assert browser.post(path_of(user), form | {"seen": seen}).status_code == 409
    assert rights_of(user)["email"] == "edit"


@pytest.mark.parametrize("role", ["user", "manager"])
def test_only_who_manages_columns_comes_in(
    sign_in: SignIn, clerk: AdminUser, request: pytest.FixtureRequest, role: str
) -> None:
    client = sign_in(request.getfixturevalue(role))
    for path in (
        path_of(clerk),
        reverse("role_columns", args=["user"]),
        reverse("role_columns_apply", args=["user"]),
    ):
        assert client.get(path).status_code == 403
        assert client.post(path, {"act": "save"} | ALL_EDIT).status_code == 403


def test_who_is_not_there_is_not_found(browser: Client) -> None:
    for name in ("user_columns", "user_access"):
        assert browser.get(reverse(name, args=[10**17])).status_code == 404
    assert browser.get("/users/roles/operator/columns/").status_code == 404
    assert browser.get("/users/roles/operator/columns/apply/").status_code == 404


def test_it_asks_who_is_there_when_that_is_long_ago(browser: Client, user: AdminUser) -> None:
    form = form_of(browser.get(path_of(user)), act="save", **{"right-email": "hidden"})
    session = browser.session
    session[SIGNED_IN_AT] = session[CONFIRMED_AT] = session[SIGNED_IN_AT] - 1900
    session.save()
    for answer in (browser.get(path_of(user)), browser.post(path_of(user), form)):
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert rights_of(user)["email"] == "edit"


def test_the_defaults_of_a_role_hold_for_who_comes_later_and_by_a_second_step_for_all(
    browser: Client, user: AdminUser, clerk: AdminUser
) -> None:
    path, apply = (reverse(name, args=["user"]) for name in ("role_columns", "role_columns_apply"))
    review = browser.post(path, form_of(browser.get(path), act="review", **{"right-email": "hidden"}))
    assert "Who is here already keeps their rights" in words(review)
    browser.post(path, form_of(review, act="save"))
    assert rights_of(user)["email"] == "edit"
    assert "email" not in AdminUser.objects.create_user("n@staff.example").column_rights

    page = browser.get(apply)
    assert "2 people would get the defaults" in words(page)
    assert "Uma User" in words(page)
    seen = re.findall(r'name="seen" value="(\w+)"', page.content.decode())[0]
    set_role_defaults("user", rights={"title": ColumnRight.READ}, actor_id=None)
    answer = browser.post(apply, {"seen": seen}, follow=True)
    assert "The defaults were changed meanwhile" in words(answer)
    assert rights_of(user)["email"] == "edit"
    seen = re.findall(r'name="seen" value="(\w+)"', answer.content.decode())[0]
    answer = browser.post(apply, {"seen": seen}, follow=True)
    assert "3 people have these rights now." in words(answer)
    assert rights_of(user) == rights_of(clerk)
    assert "email" not in rights_of(user)
    assert "Everybody of this role has its defaults" in words(browser.get(apply))


def test_the_page_of_access_tells_where_each_right_comes_from(browser: Client, clerk: AdminUser) -> None:
    AdminUser.objects.filter(pk=clerk.pk).update(capability_overrides={"merge": True, "export": False})
    page = words(browser.get(reverse("user_access", args=[clerk.pk])))
    assert "Yes: Merge contacts granted besides" in page
    assert "No: Export contacts taken away" in page
    assert "Yes: Browse contacts by role" in page
    assert "No: Manage users not of this role" in page
    assert "Sees and edits 1 Title" in page
    assert "No second factor." in page
    assert "0 of 100 contacts used." in page
    assert "See the product as they do" in page
    AdminUser.objects.filter(pk=clerk.pk).update(is_active=False)
    page = words(browser.get(reverse("user_access", args=[clerk.pk])))
    assert "is deactivated, and would see nothing" in page
    assert "See the product as they do" not in page


BUDGETS = {
    "user_columns": 4,  # session, admin, person, people to copy from
    "role_columns": 4,
    "role_columns_apply": 4,
    "user_access": 7,
}


@pytest.mark.parametrize("name", BUDGETS)
def test_a_page_makes_as_many_queries_with_few_people_as_with_many(
    browser: Client, user: AdminUser, name: str
) -> None:
    path = reverse(name, args=["user" if name.startswith("role") else user.pk])
    counts = []
    for turn in range(2):
        for n in range(1 + 20 * turn):
            AdminUser.objects.create_user(f"p{turn}.{n}@staff.example", column_rights={"email": "read"})
        browser.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(path).status_code == 200
        counts.append(len(queries))
    assert counts == [BUDGETS[name]] * 2


def test_the_person_sees_it_with_their_next_request(
    browser: Client, sign_in: SignIn, user: AdminUser, make_contact: Callable[..., Any]
) -> None:
    make_contact(first_name="Ann", email="ann@x.example")
    theirs = sign_in(user)
    assert "ann@x.example" in theirs.get("/contacts/").content.decode()
    form = form_of(browser.get(path_of(user)), act="save", **{"right-email": "hidden"})
    browser.post(path_of(user), form)
    assert "ann@x.example" not in theirs.get("/contacts/").content.decode()
    assert "email" not in Access.of(AdminUser.objects.get(pk=user.pk)).readable


def test_an_open_page_can_tell_that_rights_were_changed(sign_in: SignIn, user: AdminUser) -> None:
    client = sign_in(user)

    def fragment_mark() -> str:
        return str(
            client.get("/contacts/", headers={"HX-Request": "true", "HX-Target": "results"})["X-Access"]
        )

    page = client.get("/contacts/")
    mark = fragment_mark()
    assert f'data-access="{mark}"' in page.content.decode()
    assert "X-Access" not in page
    set_column_rights(user, rights={"email": ColumnRight.HIDDEN}, actor_id=None)
    changed = fragment_mark()
    set_column_rights(user, rights={"email": ColumnRight.EDIT}, actor_id=None)
    assert changed != mark == fragment_mark()
