"""Editing, deactivating and limiting people, and what the security log says of it."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import call_command

from apps.accounts.access import Access, AccessDenied, Capability
from apps.accounts.invitations.keys import Purpose, invitation_key
from apps.accounts.invitations.operations import (
    NewPerson,
    accept_invitation,
    invite_person,
    send_invitation_again,
)
from apps.accounts.models import AdminUser
from apps.accounts.people.activity import deactivate_person, person_deactivated, reactivate_person
from apps.accounts.people.editing import edit_person
from apps.accounts.people.limits import set_download_limits
from apps.accounts.people.refusals import (
    AddressTaken,
    BeyondYourRights,
    ChangedMeanwhile,
    OwnRights,
)
from apps.accounts.people.signing_out import sign_out_person
from apps.accounts.second_factors import people_with_second_factor, reset_second_factors
from apps.accounts.security_log.log import first_broken_entry
from apps.accounts.security_log.models import SecurityEvent
from apps.users.forms import values_of
from tests.mail_jobs import send_waiting_mails

pytestmark = pytest.mark.django_db
ORIGIN = "https://crm.example"


@pytest.fixture
def access(admin) -> Access:
    return Access.of(admin)


@pytest.fixture
def deputy(db) -> AdminUser:
    """A manager who may manage users as well."""
    return AdminUser.objects.create_user(
        "dora@staff.example", name="Dora Deputy", role="manager", capability_overrides={"manage_users": True}
    )


def fresh(person: AdminUser) -> AdminUser:
    return AdminUser.objects.get(pk=person.pk)


def edit(person: AdminUser, access: Access, **values) -> AdminUser:
    shown = values_of(fresh(person))
    return edit_person(person.pk, access=access, shown=shown, wanted={**shown, **values}, origin=ORIGIN)


def kinds() -> list[str]:
    """Of what was done to people; that somebody signed in for it is told elsewhere."""
    return [kind for kind in _all_kinds() if kind not in {"signed_in", "signed_out"}]


def _all_kinds() -> list[str]:
    return list(SecurityEvent.objects.order_by("id").values_list("kind", flat=True))


def test_each_kind_of_change_is_one_entry_with_what_was_and_what_is(access, user):
    edit(
        user,
        access,
        name="Una",
        email="una@staff.example",
        role="manager",
        download_limit=-1,
        capability_overrides={"export": False},
    )
    entries = SecurityEvent.objects.order_by("id").values_list("kind", "actor_id", "subject_id", "details")
    assert list(entries) == [
        (
            "edited",
            access.user_id,
            user.pk,
            {
                "name": {"before": "Uma User", "after": "Una"},
                "email": {"before": "uma@staff.example", "after": "una@staff.example"},
            },
        ),
        ("role_changed", access.user_id, user.pk, {"role": {"before": "user", "after": "manager"}}),
        (
            "capabilities_changed",
            access.user_id,
            user.pk,
            {"capability_overrides": {"before": {}, "after": {"export": False}}},
        ),
        ("limit_changed", access.user_id, user.pk, {"download_limit": {"before": 100, "after": -1}}),
    ]


def test_nothing_changed_is_nothing_done(access, user):
    edit(user, access)
    assert kinds() == []


def test_what_somebody_else_changed_meanwhile_is_said_and_not_overwritten(access, user):
    shown = values_of(user)
    edit(user, access, role="manager")
    with pytest.raises(ChangedMeanwhile) as change:
        edit_person(user.pk, access=access, shown=shown, wanted={**shown, "name": "Una"}, origin=ORIGIN)
    assert change.value.now == {"role": "manager"}
    assert (fresh(user).role, fresh(user).name) == ("manager", "Uma User")


def test_an_address_of_somebody_else_is_refused(access, user, manager):
    with pytest.raises(AddressTaken, match="Max Manager signs in with"):
        edit(user, access, name="Una", email=manager.email)
    assert fresh(user).name == "Uma User"
    assert kinds() == []


def test_an_address_that_was_theirs_before_is_forgotten(access, user):
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    edit(user, access, email="una@staff.example")
    assert not EmailAddress.objects.exists()


@pytest.mark.parametrize("values", [{"role": "user"}, {"capability_overrides": {"billing": False}}])
def test_nobody_changes_their_own_rights(admin, other_admin, access, values):
    with pytest.raises(OwnRights, match="another admin"):
        edit(admin, access, **values)
    with pytest.raises(OwnRights):
        deactivate_person(admin.pk, access=access)
    edit(admin, access, name="Ada Lovelace")
    assert fresh(admin).name == "Ada Lovelace"


def test_without_the_right_to_manage_users_nothing_is_done(manager, user):
    access = Access.of(manager)
    for act in (
        lambda: edit(user, access, name="X"),
        lambda: deactivate_person(user.pk, access=access),
        lambda: reactivate_person(user.pk, access=access, origin=ORIGIN),
        lambda: sign_out_person(user, access=access),
        lambda: set_download_limits(access=access, shown={user.pk: 100}, limit=5),
        lambda: send_invitation_again(user.pk, access=access, origin=ORIGIN),
        lambda: invite_person(
            NewPerson(email="x@x.example", name="", role="user", download_limit=1),
            access=access,
            origin=ORIGIN,
        ),
    ):
        with pytest.raises(AccessDenied):
            act()
    assert kinds() == []


def test_who_is_no_admin_makes_none_and_changes_none(deputy, admin, other_admin, user):
    access = Access.of(deputy)
    with pytest.raises(BeyondYourRights, match="may do or see more than you"):
        edit(admin, access, name="X")
    with pytest.raises(BeyondYourRights):
        deactivate_person(admin.pk, access=access)
    with pytest.raises(BeyondYourRights):
        sign_out_person(admin, access=access)
    with pytest.raises(BeyondYourRights, match="make somebody an admin"):
        edit(user, access, role="admin")
    with pytest.raises(BeyondYourRights):
        invite_person(
            NewPerson(email="x@x.example", name="", role="admin", download_limit=1),
            access=access,
            origin=ORIGIN,
        )
    assert set_download_limits(access=access, shown={admin.pk: 100, user.pk: 100}, limit=7) == 1
    assert fresh(admin).download_limit == 100


def test_who_may_do_or_see_more_is_out_of_reach(deputy, user, admin):
    """A changed address and a reset password would be a way into their account."""
    access = Access.of(deputy)
    edit(user, access, email="una@staff.example")
    for more in ({"capability_overrides": {"billing": True}}, {"column_rights": {"email": "read"}}):
        AdminUser.objects.filter(pk=deputy.pk).update(column_rights={"first_name": "edit"})
        AdminUser.objects.filter(pk=user.pk).update(**{"column_rights": {"first_name": "read"}, **more})
        with pytest.raises(BeyondYourRights, match="may do or see more than you"):
            edit(user, Access.of(fresh(deputy)), email="eve@staff.example")
        AdminUser.objects.filter(pk=user.pk).update(capability_overrides={})


def test_nobody_gives_what_they_do_not_have(deputy, user):
    access = Access.of(deputy)
    with pytest.raises(BeyondYourRights, match="see billing"):
        edit(user, access, capability_overrides={"billing": True})
    edit(user, access, role="manager", capability_overrides={"manage_users": True})
    assert Access.of(fresh(user)).can(Capability.MANAGE_USERS)


def test_a_deactivated_person_is_out_everywhere_and_what_acts_for_them_is_told(access, user, sign_in):
    browsers = [sign_in(user), sign_in(user)]
    told = []
    person_deactivated.connect(listener := lambda sender, person, **_: told.append(person.pk))
    try:
        deactivate_person(user.pk, access=access)
    finally:
        person_deactivated.disconnect(listener)
    assert told == [user.pk]
    assert [browser.get("/contacts/").status_code for browser in browsers] == [302, 302]
    person = fresh(user)
    assert person.deactivated_at is not None
    assert Access.of(person).capabilities == frozenset()
    deactivate_person(user.pk, access=access)
    assert kinds() == ["deactivated"]


def test_a_reactivated_person_has_the_rights_they_had(access, clerk, sign_in):
    edit(clerk, access, capability_overrides={"export": False})
    sign_in(clerk)  # they have been here
    before = Access.of(fresh(clerk))
    deactivate_person(clerk.pk, access=access)
    person = reactivate_person(clerk.pk, access=access, origin=ORIGIN)
    assert Access.of(fresh(clerk)) == before
    assert (person.deactivated_at, person.invited_at) == (None, None)
    assert send_waiting_mails() == 0


def test_limits_of_many_are_set_but_for_those_changed_meanwhile(access, user, manager, clerk):
    shown = {person.pk: 100 for person in (user, manager, clerk)}
    edit(clerk, access, download_limit=5)
    assert set_download_limits(access=access, shown=shown, limit=250) == 2
    assert [fresh(person).download_limit for person in (user, manager, clerk)] == [250, 250, 5]
    assert kinds() == ["limit_changed"] * 3
    assert set_download_limits(access=access, shown=dict.fromkeys(shown, 250), limit=250) == 0


def test_a_limit_that_makes_no_sense_is_nobodys(access, user, manager):
    with pytest.raises(ValueError, match="A limit is 0 to"):
        set_download_limits(access=access, shown={user.pk: 100, manager.pk: 100}, limit=-2)
    assert set(AdminUser.objects.values_list("download_limit", flat=True)) == {100}


def test_reset_second_factors_are_gone_with_the_sessions_and_the_person_is_told(admin, user, sign_in):
    browser = sign_in(user)
    Authenticator.objects.create(user=user, type="totp", data={})
    Authenticator.objects.create(user=user, type="recovery_codes", data={})
    Authenticator.objects.create(user=admin, type="recovery_codes", data={})
    assert people_with_second_factor([user.pk, admin.pk]) == {user.pk}
    assert reset_second_factors(user, actor_id=admin.pk) == 1
    assert people_with_second_factor([user.pk]) == set()
    assert Authenticator.objects.count() == 1
    assert browser.get("/contacts/").status_code == 302
    event = SecurityEvent.objects.get(kind="two_factor_reset")
    assert event.details == {"removed": ["recovery_codes", "totp"], "sessions_ended": 1}
    assert send_waiting_mails() == 1
    assert (mail.outbox[-1].to, mail.outbox[-1].subject) == ([user.email], "Your second factors were reset")


def test_twenty_acts_are_twenty_entries(admin, other_admin, access, user, manager, sign_in, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda prompt: "correct horse battery staple")
    new = NewPerson(email="ivy@staff.example", name="Ivy", role="user", download_limit=100)
    call_command("create_admin", "eve@staff.example", verbosity=0)  # 1
    ivy = invite_person(new, access=access, origin=ORIGIN)  # 2
    send_invitation_again(ivy.pk, access=access, origin=ORIGIN)  # 3
    accept_invitation(
        invitation_key(fresh(ivy), Purpose.FORM), name="Ivy", password="correct horse battery"
    )  # 4
    edit(user, access, name="Una")  # 5
    edit(user, access, email="una@staff.example")  # 6
    edit(user, access, role="manager")  # 7
    edit(user, access, role="user")  # 8
    edit(user, access, download_limit=5)  # 9
    edit(user, access, capability_overrides={"export": False})  # 10
    edit(user, access, capability_overrides={})  # 11
    set_download_limits(access=access, shown={user.pk: 5, manager.pk: 100}, limit=-1)  # 12, 13
    sign_in(user)
    sign_out_person(user, access=access)  # 14
    reset_second_factors(user, actor_id=access.user_id)  # 15
    deactivate_person(user.pk, access=access)  # 16
    reactivate_person(user.pk, access=access, origin=ORIGIN)  # 17
    edit(other_admin, access, role="manager")  # 18
    withdrawn = invite_person(
        NewPerson(email="kim@staff.example", name="", role="user", download_limit=0),
        access=access,
        origin=ORIGIN,
    )  # 19
    deactivate_person(withdrawn.pk, access=access)  # 20
    own = {
        "created", "invited", "invitation_accepted", "edited", "role_changed", "limit_changed",
        "capabilities_changed", "sessions_ended", "two_factor_reset", "deactivated", "reactivated",
    }  # fmt: skip
    entries = SecurityEvent.objects.filter(kind__in=own).order_by("id")
    assert [entry.kind for entry in entries] == [
        "created", "invited", "invited", "invitation_accepted", "edited", "edited", "role_changed", "role_changed",
        "limit_changed", "capabilities_changed", "capabilities_changed", "limit_changed", "limit_changed",
        "sessions_ended", "two_factor_reset", "deactivated", "reactivated", "role_changed", "invited", "deactivated",
    ]  # fmt: skip
    assert all(entry.subject_id for entry in entries)
    assert "correct horse" not in str(list(entries.values()))
    assert first_broken_entry() is None
