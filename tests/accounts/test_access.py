"""Who may do what, and which columns a person may read and edit."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from apps.accounts.access import Access, AccessDenied, Capability
from apps.accounts.columns import all_columns
from apps.accounts.models import AdminUser
from apps.contacts.fields import CUSTOM, FIELDS
from apps.contacts.models import Contact
from apps.contacts.queries import readable_values

pytestmark = pytest.mark.django_db

USER = {"browse", "edit", "save_views", "export", "api_tokens"}
MANAGER = USER | {"create", "import", "bulk_edit", "merge", "delete", "undo", "share_views"}
ADMIN = MANAGER | {"manage_users", "manage_columns", "billing", "operations", "see_all_exports"}


def test_each_role_has_the_capabilities_of_the_design(
    admin: AdminUser, manager: AdminUser, user: AdminUser
) -> None:
    assert [set(Access.of(person).capabilities) for person in (user, manager, admin)] == [
        USER,
        MANAGER,
        ADMIN,
    ]


def test_capabilities_can_be_given_and_taken_from_one_person(user: AdminUser) -> None:
    user.capability_overrides = {"undo": True, "edit": False, "fly": True, "delete": "yes"}
    assert set(Access.of(user).capabilities) == USER - {"edit"} | {"undo"}
    with pytest.raises(AccessDenied, match="edit contacts"):
        Access.of(user).require(Capability.EDIT)


def test_a_disabled_person_may_do_and_see_nothing(admin: AdminUser) -> None:
    admin.is_active = False
    access = Access.of(admin)
    assert (access.capabilities, access.readable, access.editable) == (frozenset(), frozenset(), frozenset())


def test_rights_are_an_allow_list(user: AdminUser) -> None:
    user.column_rights = {
        "email": "read",
        "title": "edit",
        "stage": "hidden",
        "city": "maybe",
        "password": "edit",
    }
    access = Access.of(user)
    assert access.readable == {"email", "title"}
    assert access.editable == {"title"}


def test_no_rights_at_all_means_no_column(user: AdminUser) -> None:
    user.column_rights = {}
    assert Access.of(user).readable == frozenset()


def test_admins_read_and_edit_every_column(admin: AdminUser) -> None:
    admin.column_rights = {}
    assert Access.of(admin).editable == all_columns() == {*FIELDS, CUSTOM}


def test_a_column_added_later_is_closed_to_people_who_were_there_before(user: AdminUser) -> None:
    """Default rights are written down when a person is made, so a name that came later is not among them."""
    assert set(user.column_rights) == {*FIELDS, CUSTOM}
    user.column_rights.pop("stage")  # as if stage had come later
    assert not Access.of(user).can_read("stage")


def test_only_readable_columns_are_read(clerk: AdminUser) -> None:
    contact = Contact.objects.create(first_name="Ann", email="ann@x.example", title="CEO")
    [row] = readable_values([contact.pk], [*FIELDS, CUSTOM], Access.of(clerk))
    assert set(row) == {"id", "version", "first_name", "last_name", "company", "country", "title"}


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("column_rights", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_shows_and_changes_rights(user: AdminUser) -> None:
    assert json.loads(run(user.email, "--show", "--json"))["email"] == "edit"
    run("UMA@staff.example", "--hide", "email, mobile_phone")
    run(user.email, "--read", "title")
    rights = json.loads(run(user.email, "--show", "--json"))
    assert (rights["email"], rights["mobile_phone"], rights["title"], rights["stage"]) == (
        "hidden",
        "hidden",
        "read",
        "edit",
    )
    run(user.email, "--hide", "all")
    user.refresh_from_db()
    assert user.column_rights == {}
    assert "hidden" in run(user.email, "--edit", "email")


def test_the_command_refuses_unknown_people_and_columns(user: AdminUser) -> None:
    with pytest.raises(CommandError, match="Nobody signs in") as refusal:
        run("nobody@x.example", "--show")
    assert refusal.value.returncode == 2
    with pytest.raises(CommandError, match="no column nosuch") as refusal:
        run(user.email, "--hide", "email,nosuch")
    assert refusal.value.returncode == 2
    user.refresh_from_db()
    assert user.column_rights["email"] == "edit"


def test_a_right_taken_holds_from_the_next_request(client: Client, user: AdminUser) -> None:
    Contact.objects.create(first_name="Ann", email="ann@x.example")
    client.force_login(user)
    assert "ann@x.example" in client.get("/contacts/").content.decode()
    run(user.email, "--hide", "email")
    assert "ann@x.example" not in client.get("/contacts/").content.decode()


def test_two_addresses_that_differ_in_case_are_one_login(user: AdminUser) -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        AdminUser.objects.create_user("UMA@Staff.example")
