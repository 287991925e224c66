"""The editor of one cell: what it offers, refuses and saves, as a fragment and as a plain page."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.models import Contact, Industry, Operation
from apps.contacts.operations import edit_contact
from apps.contacts.seen_versions import sealed_version

type SignIn = Callable[[AdminUser], Client]
SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def ada(make_contact: Callable[..., Contact]) -> Contact:
    return make_contact(first_name="Ada", last_name="Byron", title="Countess", email="ada@x.example")


def at(contact: Contact, field: str) -> str:
    return f"/contacts/{contact.pk}/cells/{field}/"


def sent(contact: Contact, **values: str) -> dict[str, str]:
    return {"version": sealed_version(contact.pk, contact.version), **values}


def test_the_editor_holds_what_is_there_now(sign_in: SignIn, user: AdminUser, ada: Contact):
    page = sign_in(user).get(at(ada, "title"), headers=SCRIPT).content.decode()
    assert 'value="Countess"' in page
    assert "<html" not in page
    assert "<html" in sign_in(user).get(at(ada, "title")).content.decode()


def test_a_saved_cell_comes_back_with_its_row_and_what_to_say(
    sign_in: SignIn, manager: AdminUser, ada: Contact
):
    data = sent(ada, title="CTO")
    page = sign_in(manager).post(at(ada, "title"), data, headers=SCRIPT).content.decode()
    assert "Title of Ada Byron: CTO" in page
    assert f'<tr role="row" data-row="{ada.pk}">' in page
    operation = Operation.objects.get(kind="edit")
    assert f"/contacts/{ada.pk}/history/{operation.pk}/undo/" in page
    ada.refresh_from_db()
    assert ada.title == "CTO"


def test_without_script_it_is_a_form_that_leads_back(sign_in: SignIn, manager: AdminUser, ada: Contact):
    client = sign_in(manager)
    answer = client.post(f"{at(ada, 'title')}?country=Spain", sent(ada, title="CTO"), follow=True)
    assert answer.redirect_chain == [(f"/contacts/{ada.pk}/?country=Spain", 302)]
    assert "Title of Ada Byron: CTO" in answer.content.decode()


def test_users_save_but_are_offered_no_undo(sign_in: SignIn, user: AdminUser, ada: Contact):
    page = sign_in(user).post(at(ada, "title"), sent(ada, title=""), headers=SCRIPT).content.decode()
    assert "Title of Ada Byron is empty now." in page
    assert "/undo/" not in page


def test_the_same_value_changes_nothing(sign_in: SignIn, manager: AdminUser, ada: Contact):
    page = sign_in(manager).post(at(ada, "title"), sent(ada, title="Countess"), headers=SCRIPT)
    assert "Nothing was changed." in page.content.decode()
    ada.refresh_from_db()
    assert ada.version == 1


@pytest.mark.parametrize(
    ("field", "typed", "saved"),
    [
        ("employees", "1,200", 1200),
        ("annual_revenue", "$18.4M", 18_400_000),
        ("tags", "a, b", ["a", "b"]),
        ("do_not_contact", "yes", True),
        ("email_status", "Verified", "Verified"),
        ("mobile_phone", "+1 202 555 0136", "+1 202 555 0136"),
    ],
)
def test_what_is_typed_is_cleaned_as_in_the_form(
    sign_in: SignIn, manager: AdminUser, ada: Contact, field: str, typed: str, saved: object
):
    sign_in(manager).post(at(ada, field), sent(ada, **{field: typed}), headers=SCRIPT)
    ada.refresh_from_db()
    assert getattr(ada, field) == saved


def test_references_are_chosen_and_said_by_name(sign_in: SignIn, manager: AdminUser, ada: Contact):
    industry = Industry.objects.create(name="Software")
    page = sign_in(manager).post(at(ada, "industry"), sent(ada, industry=str(industry.pk)), headers=SCRIPT)
    assert "Industry of Ada Byron: Software" in page.content.decode()


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("email", "not one", "not an e-mail address"),
        ("employees", "many", ""),
        ("email_status", "Nonsense", ""),
        ("industry", "999999", ""),
        ("email", "bob@x.example", "Another contact has the same E-mail"),
        ("title", "a\0b", "NUL"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    sign_in: SignIn,
    manager: AdminUser,
    ada: Contact,
    make_contact: Callable[..., Contact],
    field: str,
    typed: str,
    words: str,
):
    make_contact(last_name="Bob", email="bob@x.example")
    answer = sign_in(manager).post(at(ada, field), sent(ada, **{field: typed}), headers=SCRIPT)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()
    ada.refresh_from_db()
    assert ada.version == 1


def test_somebody_elses_change_is_shown_and_saved_over_only_when_seen(
    sign_in: SignIn, manager: AdminUser, user: AdminUser, ada: Contact
):
    client = sign_in(manager)
    edit_contact(ada.pk, access=Access.of(user), values={"title": "Fellow"}, seen_version=1)
    answer = client.post(at(ada, "title"), sent(ada, title="CTO"), headers=SCRIPT)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Uma User changed this meanwhile. It says “Fellow” now." in page
    assert 'value="CTO"' in page
    sealed = page.split('name="version" value="')[1].split('"')[0]
    client.post(at(ada, "title"), {"title": "CTO", "version": sealed}, headers=SCRIPT)
    ada.refresh_from_db()
    assert ada.title == "CTO"


def test_a_change_of_another_field_is_no_conflict(
    sign_in: SignIn, manager: AdminUser, user: AdminUser, ada: Contact
):
    edit_contact(ada.pk, access=Access.of(user), values={"city": "London"}, seen_version=1)
    assert sign_in(manager).post(at(ada, "title"), sent(ada, title="CTO"), headers=SCRIPT).status_code == 200


def test_a_form_without_its_field_or_its_version_changes_nothing_unseen(
    sign_in: SignIn, manager: AdminUser, ada: Contact
):
    client = sign_in(manager)
    assert "Nothing was changed." in client.post(at(ada, "title"), {}, headers=SCRIPT).content.decode()
    edit_contact(ada.pk, access=Access.of(manager), values={"title": "Seen"}, seen_version=1)
    assert client.post(at(ada, "title"), {"title": "X"}, headers=SCRIPT).status_code == 409


def test_what_may_not_be_edited_does_not_exist(sign_in: SignIn, clerk: AdminUser, ada: Contact):
    client = sign_in(clerk)
    paths = [at(ada, field) for field in ("company", "email", "created_at", "custom", "nosuch")]
    paths += [at(Contact(pk=999_999), "title")]
    answers = [client.get(path) for path in paths] + [client.post(path, {"email": "x"}) for path in paths]
    assert {answer.status_code for answer in answers} == {404}


def test_the_last_name_to_know_a_contact_by_is_not_emptied_whatever_hidden_columns_hold(
    sign_in: SignIn, make_contact: Callable[..., Contact]
):
    rights = {"last_name": "edit", "title": "edit"}
    clerk = AdminUser.objects.create_user("c@x.example", column_rights=rights)
    client = sign_in(clerk)
    for contact in (make_contact(last_name="A"), make_contact(last_name="B", email="b@x.example")):
        assert client.post(at(contact, "last_name"), sent(contact, last_name="")).status_code == 422
    nameless = make_contact(email="c@x.example")
    assert client.post(at(nameless, "title"), sent(nameless, title="CTO")).status_code == 302
