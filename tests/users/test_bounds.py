"""Who manages people or columns without being an admin gives nobody what they lack: themself, others, a new account."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.accounts.access import Access
from apps.accounts.columns import ColumnRight, all_columns, default_rights, held
from apps.accounts.invitations.operations import NewPerson, invite_person
from apps.accounts.models import AdminUser, QuotaEntry, RolePolicy, SecurityEvent, role_defaults
from apps.accounts.people.editing import edit_person
from apps.accounts.people.refusals import BeyondYourRights
from apps.accounts.rights import fingerprint_of
from apps.users.forms import values_of
from tests.cast import CLERKS_COLUMNS

type SignIn = Callable[[AdminUser], Client]
pytestmark = pytest.mark.django_db
ORIGIN = "https://crm.example"


@pytest.fixture
def deputy(db: None) -> AdminUser:
    """Manages people and columns, and sees no more of contacts than the clerk."""
    return AdminUser.objects.create_user(
        "dora@staff.example",
        name="Dora Deputy",
        role="manager",
        column_rights=CLERKS_COLUMNS,
        capability_overrides={"manage_users": True, "manage_columns": True},
    )


def rights_of(person: AdminUser) -> dict[str, str]:
    return AdminUser.objects.values_list("column_rights", flat=True).get(pk=person.pk)


def save(client: Client, address: str, saved: dict[str, str], **changed: str) -> Any:
    rights = {**held(saved), **changed}
    form = {f"right-{name}": str(right) for name, right in rights.items()}
    return client.post(address, {**form, "seen": fingerprint_of(saved), "act": "save"})


@pytest.mark.parametrize("right", ["read", "edit"])
def test_nobody_gives_themself_a_column(sign_in: SignIn, deputy: AdminUser, right: str) -> None:
    answer = save(sign_in(deputy), f"/users/{deputy.pk}/columns/", CLERKS_COLUMNS, email=right)
    assert answer.status_code == 400
    assert "You cannot give a right that you do not have yourself" in answer.content.decode()
    assert rights_of(deputy) == CLERKS_COLUMNS
    assert not SecurityEvent.objects.filter(kind="columns_changed").exists()


def test_nobody_gives_another_one_a_column_they_lack(
    sign_in: SignIn, deputy: AdminUser, clerk: AdminUser
) -> None:
    client, address = sign_in(deputy), f"/users/{clerk.pk}/columns/"
    assert save(client, address, CLERKS_COLUMNS, email="read").status_code == 400
    assert save(client, address, CLERKS_COLUMNS, country="edit").status_code == 400  # only reads it
    assert rights_of(clerk) == CLERKS_COLUMNS
    assert save(client, address, CLERKS_COLUMNS, country="hidden").status_code == 302
    without = {name: right for name, right in CLERKS_COLUMNS.items() if name != "country"}
    assert save(client, address, without, country="read").status_code == 302
    assert rights_of(clerk) == CLERKS_COLUMNS


def test_nobody_gives_a_role_what_they_lack(sign_in: SignIn, deputy: AdminUser, clerk: AdminUser) -> None:
    client = sign_in(deputy)
    RolePolicy.objects.create(role="user", column_rights={"first_name": "read"})
    answer = save(client, "/users/roles/user/columns/", {"first_name": "read"}, email="read")
    assert answer.status_code == 400
    assert role_defaults("user") == {"first_name": "read"}
    # Nor what an admin has decided, but given to nobody yet: the role may be their own.
    RolePolicy.objects.create(role="manager", column_rights=default_rights())
    client.post("/users/roles/manager/columns/apply/", {"seen": fingerprint_of(default_rights())})
    assert rights_of(deputy) == CLERKS_COLUMNS


@pytest.mark.parametrize("copied", [None, default_rights()], ids=["of the role", "of somebody who sees more"])
def test_who_is_invited_sees_no_more_than_who_invites(
    deputy: AdminUser, admin: AdminUser, copied: dict[str, str] | None
) -> None:
    def invite(by: AdminUser, email: str) -> AdminUser:
        new = NewPerson(email=email, name="", role="user", download_limit=1, column_rights=copied)
        return invite_person(new, access=Access.of(by), origin=ORIGIN)

    theirs, own = Access.of(invite(deputy, "a@x.example")), Access.of(deputy)
    assert theirs.readable
    assert theirs.readable <= own.readable
    assert theirs.editable <= own.editable
    assert invite(admin, "b@x.example").column_rights == default_rights()


@pytest.mark.parametrize("created_as", ["admin", "user"])
def test_who_is_no_admin_any_more_has_no_column_beyond_the_role(
    admin: AdminUser, created_as: str, access_of: Callable[[AdminUser], Access]
) -> None:
    RolePolicy.objects.create(role="user", column_rights={"first_name": "read", "last_name": "edit"})
    person = AdminUser.objects.create_user("nora@x.example", role=created_as)
    for role in ("admin", "user"):
        shown = values_of(AdminUser.objects.get(pk=person.pk))
        wanted = {**shown, "role": role}
        edit_person(person.pk, access=access_of(admin), shown=shown, wanted=wanted, origin=ORIGIN)
    assert held(rights_of(person)) == held({"first_name": "read", "last_name": "edit"})
    logged = SecurityEvent.objects.filter(kind="columns_changed", subject_id=person.pk)
    assert logged.count() == (created_as == "admin")  # the other one had no more, so nothing was taken


def test_what_was_hidden_from_somebody_stays_hidden_after_they_were_an_admin(
    admin: AdminUser, clerk: AdminUser
) -> None:
    for role in ("admin", "user"):
        shown = values_of(AdminUser.objects.get(pk=clerk.pk))
        edit_person(
            clerk.pk, access=Access.of(admin), shown=shown, wanted={**shown, "role": role}, origin=ORIGIN
        )
    hidden = {name for name in all_columns() if name not in CLERKS_COLUMNS}
    assert all(held(rights_of(clerk))[name] is ColumnRight.HIDDEN for name in hidden)


def test_what_holds_for_a_role_is_decided_by_admins(
    sign_in: SignIn, deputy: AdminUser, admin: AdminUser
) -> None:
    RolePolicy.objects.create(role="admin", requires_two_factor=True)
    for role in ("admin", "manager", "user"):
        sign_in(deputy).post("/users/roles/", {"role": role, "requires_two_factor": "no"})
    assert RolePolicy.objects.get(role="admin").requires_two_factor
    assert not SecurityEvent.objects.filter(kind="role_policy_changed").exists()


@pytest.mark.parametrize("whose", ["deputy", "admin"])
def test_nobody_gives_themself_downloads_or_takes_an_admins(
    sign_in: SignIn, deputy: AdminUser, admin: AdminUser, whose: str
) -> None:
    person, client = {"deputy": deputy, "admin": admin}[whose], sign_in(deputy)
    said = {"key": "form 0123456789ab", "reason": "r"}
    for act in ({"credit": {"amount": "5"}}, {"correction": {"change": "5", "bucket": ""}}):
        for name, values in act.items():
            answer = client.post(f"/users/{person.pk}/statement/{name}/", {**said, **values})
            assert answer.status_code == 422
    client.post("/users/limits/", {"limit": "500", "shown": f"{person.pk}:{person.download_limit}"})
    shown = values_of(person)
    with pytest.raises(BeyondYourRights):
        edit_person(
            person.pk,
            access=Access.of(deputy),
            shown=shown,
            wanted={**shown, "download_limit": 500},
            origin=ORIGIN,
        )
    person.refresh_from_db()
    assert person.download_limit == 100
    assert not QuotaEntry.objects.filter(kind="adjust").exists()
    assert not SecurityEvent.objects.filter(kind__in=["quota_granted", "limit_changed"]).exists()
