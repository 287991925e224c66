"""Creating, editing and deleting contacts through the pages."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.fields import FIELDS
from apps.contacts.history.models import Change, Operation
from apps.contacts.models import Contact, Industry, Note
from apps.contacts.operations import ConflictingEdit, edit_contact
from apps.contacts.seen_versions import sealed_version

type SignIn = Callable[[AdminUser], Client]
type MakeContact = Callable[..., Contact]


def form_values(client: Client, path: str) -> dict[str, Any]:
    """What a browser would send if the form on a page were submitted untouched."""
    form = client.get(path).context["form"]
    return {bound.html_name: bound.value() if bound.value() is not None else "" for bound in form}


def texts(bound_values: dict[str, Any], client: Client, path: str) -> dict[str, Any]:
    form = client.get(path).context["form"]
    return {
        bound.html_name: form[bound.name].field.prepare_value(bound.value()) or "" for bound in form
    } | bound_values


def test_create_and_see(sign_in: SignIn, manager: AdminUser) -> None:
    industry = Industry.objects.create(name="Software")
    client = sign_in(manager)
    answer = client.post(
        "/contacts/new/",
        {
            "first_name": "  Ann ",
            "last_name": "Ode",
            "email": "Ann@Orchid.example",
            "employees": "1,200",
            "annual_revenue": "$18.4M",
            "technologies": "AWS, Salesforce; aws",
            "twitter_url": "@annode",
            "person_linkedin_url": "linkedin.com/in/AnnOde/",
            "industry": str(industry.pk),
            "last_raised_at": "2024-05-01",
            "do_not_contact": "yes",
        },
        follow=True,
    )
    contact = Contact.objects.get()
    assert answer.redirect_chain[-1][0] == f"/contacts/{contact.pk}/"
    assert (contact.first_name, contact.email, contact.employees) == ("Ann", "ann@orchid.example", 1200)
    assert (contact.annual_revenue, contact.technologies) == (18_400_000, ["AWS", "Salesforce"])
    assert contact.industry == industry
    assert contact.linkedin_path == "in/annode"
    assert contact.do_not_contact
    operation = Operation.objects.get()
    assert (operation.kind, operation.actor, operation.counts["created"]) == ("create", manager, 1)
    assert operation.request_id == client.get("/contacts/").headers["X-Request-ID"] or operation.request_id


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"first_name": "A", "email": "nobody"}, "email", ""),
        ({"first_name": "A", "employees": "many"}, "employees", ""),
        ({"first_name": "A", "employees": "99999999999999999999"}, "employees", "too large"),
        ({"first_name": "A", "annual_revenue": "-5"}, "annual_revenue", ""),
        ({"first_name": "A", "last_raised_at": "99999-01-01"}, "last_raised_at", "year"),
        ({"first_name": "A", "website": "javascript:alert(1)"}, "website", ""),
        ({"first_name": "A\0B"}, "first_name", "NUL"),
        ({"first_name": "A" * 300}, "first_name", "255"),
        ({"first_name": "A", "email_status": "Perhaps"}, "email_status", ""),
        ({"first_name": "A", "industry": "999999999999999999999"}, "industry", ""),
        ({"first_name": "A", "industry": "x"}, "industry", ""),
        ({"first_name": "A", "owner": "-1"}, "owner", ""),
        ({"title": "CEO"}, "__all__", "at least a name"),
    ],
)
def test_a_wrong_value_is_said_beside_its_field(
    sign_in: SignIn, manager: AdminUser, values: dict[str, str], field: str, words: str
) -> None:
    answer = sign_in(manager).post("/contacts/new/", values)
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == [field]
    assert words in str(errors[field])
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("email", "ANN@x.example", "Same e-mail"),
        ("person_linkedin_url", "http://in.linkedin.com/in/ann?x=1", "Same LinkedIn page"),
        ("contact_id", "X-1", "Same contact id"),
    ],
)
def test_a_duplicate_is_shown_before_it_is_made(
    sign_in: SignIn, manager: AdminUser, make_contact: MakeContact, key: str, value: str, reason: str
) -> None:
    make_contact(
        first_name="Ann",
        email="ann@x.example",
        person_linkedin_url="https://www.linkedin.com/in/ann",
        contact_id="X-1",
    )
    answer = sign_in(manager).post("/contacts/new/", {"first_name": "Other", key: value})
    assert answer.status_code == 422
    assert [(each.name, each.reason) for each in answer.context["duplicates"]] == [("Ann", reason)]
    assert Contact.objects.count() == 1


def test_an_untouched_form_changes_nothing(
    sign_in: SignIn, manager: AdminUser, make_contact: MakeContact
) -> None:
    full = {
        "first_name": "Zoë",
        "employees": 430,
        "annual_revenue": 18_400_001,
        "technologies": ["AWS", "C++"],
        "last_raised_at": "2024-05-01",
        "last_contacted_at": "2024-05-01T10:20:30Z",
        "do_not_contact": True,
        "website": "https://zoe.example/a?b=c",
        "seniority": "Grand Vizier",
        "custom": {"gender": "F"},
    }
    contact = make_contact(**full)
    before = Contact.objects.values().get()
    client = sign_in(manager)
    path = f"/contacts/{contact.pk}/edit/"
    answer = client.post(path, texts({}, client, path))
    assert answer.status_code == 302
    assert Contact.objects.values().get() == before


def test_only_editable_columns_are_in_the_form_and_written(
    sign_in: SignIn, clerk: AdminUser, make_contact: MakeContact
) -> None:
    contact = make_contact(first_name="Ann", title="CEO", email="ann@x.example", stage="Hot")
    client = sign_in(clerk)
    path = f"/contacts/{contact.pk}/edit/"
    assert set(client.get(path).context["form"].fields) == {"version", "title"}
    posted = {
        "version": sealed_version(contact.pk, 1),
        "title": "CTO",
        "first_name": "X",
        "email": "x@x.example",
        "stage": "Cold",
        "owner": str(clerk.pk),
        "import_id": "7",
        "created_at": "2000-01-01",
        "custom": "{}",
        "id": "99",
        "owner_id": str(clerk.pk),
    }
    assert client.post(path, posted).status_code == 302
    contact.refresh_from_db()
    assert (contact.title, contact.first_name, contact.email, contact.stage) == (
        "CTO",
        "Ann",
        "ann@x.example",
        "Hot",
    )
    assert (contact.owner, contact.import_id) == (None, None)


def test_a_form_opened_before_a_column_was_granted_does_not_empty_it(
    sign_in: SignIn, manager: AdminUser, make_contact: MakeContact
) -> None:
    contact = make_contact(first_name="Ann", stage="Hot")
    sign_in(manager).post(
        f"/contacts/{contact.pk}/edit/", {"version": sealed_version(contact.pk, 1), "first_name": "Anna"}
    )
    contact.refresh_from_db()
    assert (contact.first_name, contact.stage) == ("Anna", "Hot")


def test_the_second_writer_of_a_field_sees_both_values_and_chooses(
    sign_in: SignIn, manager: AdminUser, user: AdminUser, make_contact: MakeContact
) -> None:
    contact = make_contact(first_name="Ann", title="CEO", stage="Cold")
    path = f"/contacts/{contact.pk}/edit/"
    first, second = sign_in(manager), sign_in(user)
    opened = texts({}, second, path)
    first.post(path, texts({"title": "CTO", "stage": "Hot"}, first, path))
    answer = second.post(path, opened | {"title": "CFO", "city": "Pune"})
    assert answer.status_code == 409
    [conflict] = answer.context["conflicts"]
    assert (conflict["name"], conflict["theirs"], conflict["mine"]) == ("title", "CTO", "CFO")
    assert conflict["changed_by"] == "Max Manager"
    contact.refresh_from_db()
    assert (contact.title, contact.city) == ("CTO", "")

    carried = dict(answer.context["carried"]) | {"version": answer.context["version"]}
    theirs = second.post(path, carried | {"choice_title": "theirs", "resolve": "1"})
    assert theirs.status_code == 302
    contact.refresh_from_db()
    assert (contact.title, contact.city) == ("CTO", "Pune")


def test_choosing_ones_own_value_writes_it(
    sign_in: SignIn, manager: AdminUser, user: AdminUser, make_contact: MakeContact
) -> None:
    contact = make_contact(first_name="Ann", title="CEO")
    path = f"/contacts/{contact.pk}/edit/"
    second = sign_in(user)
    opened = texts({}, second, path)
    edit_contact(contact.pk, access=Access.of(manager), values={"title": "CTO"}, seen_version=1)
    answer = second.post(path, opened | {"title": "CFO"})
    carried = dict(answer.context["carried"]) | {"version": answer.context["version"], "choice_title": "mine"}
    assert second.post(path, carried).status_code == 302
    contact.refresh_from_db()
    assert contact.title == "CFO"


def test_edits_of_different_fields_are_both_kept(
    sign_in: SignIn, manager: AdminUser, user: AdminUser, make_contact: MakeContact
) -> None:
    contact = make_contact(first_name="Ann", title="CEO", city="Pune")
    path = f"/contacts/{contact.pk}/edit/"
    second = sign_in(user)
    opened = texts({}, second, path)
    edit_contact(contact.pk, access=Access.of(manager), values={"title": "CTO"}, seen_version=1)
    assert second.post(path, opened | {"city": "Goa"}).status_code == 302
    contact.refresh_from_db()
    assert (contact.title, contact.city) == ("CTO", "Goa")


def test_a_conflict_tells_nothing_of_a_hidden_column(
    sign_in: SignIn, manager: AdminUser, clerk: AdminUser, make_contact: MakeContact
) -> None:
    contact = make_contact(first_name="Ann", title="CEO")
    edit_contact(contact.pk, access=Access.of(manager), values={"stage": "Hot"}, seen_version=1)
    answer = sign_in(clerk).post(
        f"/contacts/{contact.pk}/edit/",
        {"version": sealed_version(contact.pk, 1), "title": "CTO", "stage": "Cold"},
    )
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "version", ["", "0", "-1", "99999999999999999999", "x", "2", "é", sealed_version(1, 2)]
)
def test_a_nonsensical_version_never_overwrites_silently(
    sign_in: SignIn, user: AdminUser, manager: AdminUser, make_contact: MakeContact, version: str
) -> None:
    contact = make_contact(first_name="Ann", title="CEO")
    edit_contact(contact.pk, access=Access.of(manager), values={"title": "CTO"}, seen_version=1)
    answer = sign_in(user).post(
        f"/contacts/{contact.pk}/edit/", {"version": version, "title": "CFO", "first_name": "A"}
    )
    assert answer.status_code in {409, 422}
    contact.refresh_from_db()
    assert contact.title == "CTO"


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_one_writes_and_the_others_are_told() -> None:
    contact = Contact.objects.create(first_name="Ann", title="CEO")
    people = [AdminUser.objects.create_user(f"p{number}@x.example", role="user") for number in range(20)]
    start = Barrier(len(people))

    def attempt(person: AdminUser) -> bool:
        try:
            start.wait()
            edit_contact(contact.pk, access=Access.of(person), values={"title": person.email}, seen_version=1)
        except ConflictingEdit:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(people)) as pool:
        written = list(pool.map(attempt, people))
    contact.refresh_from_db()
    assert written.count(True) == 1
    assert contact.title == people[written.index(True)].email
    assert contact.version == 2


def test_edit_refuses_a_key_that_another_contact_has(
    sign_in: SignIn, user: AdminUser, make_contact: MakeContact
) -> None:
    make_contact(email="ann@x.example")
    other = make_contact(first_name="Bob")
    answer = sign_in(user).post(
        f"/contacts/{other.pk}/edit/",
        {"version": sealed_version(other.pk, 1), "first_name": "Bob", "email": "ann@x.example"},
    )
    assert answer.status_code == 422
    assert "Another contact has the same E-mail." in str(answer.context["form"].errors["email"])


def test_delete_goes_to_the_trash_and_comes_back(
    sign_in: SignIn, manager: AdminUser, make_contact: MakeContact
) -> None:
    contact = make_contact(first_name="Ann", email="ann@x.example", technologies=["AWS"])
    Note.objects.create(contact=contact, author=manager, text="Likes tea")
    before = Contact.objects.values().get()
    client = sign_in(manager)
    assert client.post(f"/contacts/{contact.pk}/delete/", {"reason": "left\nthe company"}).status_code == 302
    assert not Contact.objects.exists()
    assert client.get(f"/contacts/{contact.pk}/").status_code == 404
    [entry] = client.get("/contacts/trash/").context["entries"]
    assert (entry.name, entry.contact_id) == ("Ann", contact.pk)
    assert Operation.objects.get(kind="delete").reason == "left the company"

    assert (
        client.post("/contacts/trash/restore/", {"contact": [str(contact.pk), "x", "-4"]}).status_code == 302
    )
    after = Contact.objects.values().get()
    moved = {"version", "updated_at"}
    assert {k: v for k, v in after.items() if k not in moved} == {
        k: v for k, v in before.items() if k not in moved
    }
    assert "Likes tea" in client.get(f"/contacts/{contact.pk}/").content.decode()


def test_undo_of_one_cell_from_the_history(
    sign_in: SignIn, manager: AdminUser, make_contact: MakeContact
) -> None:
    contact = make_contact(first_name="Ann", title="CEO", city="Pune")
    edit_contact(
        contact.pk, access=Access.of(manager), values={"title": "CTO", "city": "Goa"}, seen_version=1
    )
    operation = Operation.objects.get(kind="edit")
    client = sign_in(manager)
    path = f"/contacts/{contact.pk}/history/{operation.pk}/undo/"
    assert client.post(path, {"field": "title"}).status_code == 302
    contact.refresh_from_db()
    assert (contact.title, contact.city) == ("CEO", "Goa")
    assert client.post(path, {"field": "nosuch"}).status_code == 404
    assert client.post(f"/contacts/{contact.pk}/history/{10**17}/undo/").status_code == 404


def test_notes_are_shown_with_their_author(
    sign_in: SignIn, user: AdminUser, make_contact: MakeContact
) -> None:
    contact = make_contact(first_name="Ann")
    client = sign_in(user)
    client.post(f"/contacts/{contact.pk}/notes/", {"text": "Likes <b>tea</b>\0"})
    client.post(f"/contacts/{contact.pk}/notes/", {"text": "   "})
    assert Note.objects.count() == 1
    page = client.get(f"/contacts/{contact.pk}/").content.decode()
    assert "Likes &lt;b&gt;tea&lt;/b&gt;" in page
    assert "Uma User" in page
    assert client.post(f"/contacts/{10**17}/notes/", {"text": "x"}).status_code == 404


def test_the_record_shows_every_readable_field_and_no_other(
    sign_in: SignIn, admin: AdminUser, clerk: AdminUser, make_contact: MakeContact
) -> None:
    contact = make_contact(
        first_name="Ann",
        title="CEO",
        email="secret@x.example",
        stage="canary-stage",
        custom={"canary-column": "canary-custom"},
    )
    full = sign_in(admin).get(f"/contacts/{contact.pk}/").content.decode()
    for field in FIELDS.values():
        assert re.search(rf"<(dt|span)>\s*{re.escape(field.label)}\s*</(dt|span)>", full), field.label
    assert "canary-custom" in full
    narrow = sign_in(clerk).get(f"/contacts/{contact.pk}/").content.decode()
    for hidden in ("secret@x.example", "canary-stage", "canary-custom", "canary-column"):
        assert hidden not in narrow


def test_a_change_is_one_operation_with_before_and_after(
    sign_in: SignIn, user: AdminUser, make_contact: MakeContact
) -> None:
    contact = make_contact(first_name="Ann", title="CEO")
    client = sign_in(user)
    path = f"/contacts/{contact.pk}/edit/"
    client.post(path, texts({"title": "CTO"}, client, path))
    change = Change.objects.get(operation__kind="edit")
    assert (change.before, change.after, change.version) == ({"title": "CEO"}, {"title": "CTO"}, 2)
    assert change.operation.actor == user


def test_a_repeated_request_id_does_not_claim_somebody_elses_change(
    sign_in: SignIn, admin: AdminUser, manager: AdminUser, make_contact: MakeContact
) -> None:
    path = f"/contacts/{make_contact(last_name='Lee').pk}/edit/"
    for person, message in ((admin, "Saved."), (manager, "Nothing was changed.")):
        client = sign_in(person)
        values = form_values(client, path) | {"title": "New"}
        answer = client.post(path, values, headers={"X-Request-ID": "the-same-for-both"}, follow=True)
        assert message in answer.content.decode()
