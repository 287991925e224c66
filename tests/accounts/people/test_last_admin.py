"""Somebody stays who can manage users: by the pages' operations, by commands, by psql, and by many at once."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.accounts.people.activity import deactivate_person
from apps.accounts.people.editing import edit_person
from apps.accounts.people.refusals import LastAdmin, Refused
from apps.users.forms import values_of

OPERATOR = Access.of_operator()
ORIGIN = "https://crm.example"


def able_admins() -> list[str]:
    people = AdminUser.objects.filter(role="admin", is_active=True, invited_at=None)
    return [each.email for each in people if each.capability_overrides.get("manage_users", True) is True]


def change(person: AdminUser, access: Access = OPERATOR, **values) -> None:
    person = AdminUser.objects.get(pk=person.pk)
    shown = values_of(person)
    edit_person(person.pk, access=access, shown=shown, wanted={**shown, **values}, origin=ORIGIN)


def deactivate(person: AdminUser) -> None:
    deactivate_person(person.pk, access=OPERATOR)


def demote(person: AdminUser) -> None:
    change(person, role="manager")


def take_the_right_away(person: AdminUser) -> None:
    change(person, capability_overrides={"manage_users": False})


WAYS_OUT = [deactivate, demote, take_the_right_away]


@pytest.mark.django_db
@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_the_last_admin_stays(admin, user, way_out):
    with pytest.raises(LastAdmin, match="Make somebody else an admin first"):
        way_out(admin)
    assert able_admins() == [admin.email]


@pytest.mark.django_db
@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_one_of_two_admins_may_go(admin, other_admin, way_out):
    way_out(admin)
    assert able_admins() == [other_admin.email]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"invited_at": timezone.now()},
        {"is_active": False},
        {"capability_overrides": {"manage_users": False}},
        {"role": "manager", "capability_overrides": {"manage_users": True}},
    ],
)
def test_who_cannot_let_anybody_in_does_not_count_as_an_admin(admin, values):
    AdminUser.objects.create_user("b@staff.example", **{"role": "admin", **values})
    with pytest.raises(LastAdmin):
        deactivate_person(admin.pk, access=OPERATOR)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_adminuser SET role = 'user'",
        "UPDATE accounts_adminuser SET is_active = false WHERE role = 'admin'",
        "UPDATE accounts_adminuser SET capability_overrides = '{\"manage_users\": null}'",
        "DELETE FROM accounts_adminuser WHERE role = 'admin'",
    ],
)
def test_the_database_itself_refuses(admin, user, statement):
    with pytest.raises(IntegrityError, match="no active admin"), connection.cursor() as cursor:
        cursor.execute(statement)
    assert able_admins() == [admin.email]


@pytest.mark.django_db(transaction=True)
def test_within_one_transaction_the_last_admin_may_hand_over(admin, user):
    with transaction.atomic():
        AdminUser.objects.filter(pk=admin.pk).update(role="user")
        AdminUser.objects.filter(pk=user.pk).update(role="admin")
    assert able_admins() == [user.email]


@pytest.mark.django_db(transaction=True)
def test_where_there_never_was_an_admin_none_is_asked_for(manager, user):
    deactivate_person(user.pk, access=OPERATOR)
    change(manager, role="user")
    AdminUser.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_an_installation_without_people_may_be_emptied_and_begun_anew(admin, capsys, monkeypatch):
    AdminUser.objects.all().delete()
    monkeypatch.setattr("getpass.getpass", lambda prompt: "correct horse battery staple")
    call_command("create_admin", "eve@staff.example")
    assert able_admins() == ["eve@staff.example"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_admins_who_demote_each_other_at_the_same_moment_leave_one(admin, other_admin):
    """50 rounds: each of two tells the other off at once, in one of the three ways."""
    random, pair = Random(4), [admin, other_admin]

    def attack(victim: AdminUser, way: int) -> bool:
        try:
            WAYS_OUT[way](victim)
        except Refused:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(4) as pool:
        for _ in range(50):
            AdminUser.objects.update(
                role="admin", is_active=True, deactivated_at=None, capability_overrides={}
            )
            tries = [pool.submit(attack, victim, random.randrange(3)) for victim in pair]
            assert sorted(each.result() for each in tries) == [False, True]
            assert len(able_admins()) == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_many_statements_by_hand_at_the_same_moment_one_admin_is_left():
    """Straight in the database, where no operation looks first."""
    people = [
        AdminUser.objects.create_user(f"admin{number}@staff.example", role="admin") for number in range(50)
    ]

    def by_hand(person: AdminUser) -> bool:
        try:
            AdminUser.objects.filter(pk=person.pk).update(role="user")
        except IntegrityError:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(by_hand, people)) == [False] + [True] * 49
    assert len(able_admins()) == 1
