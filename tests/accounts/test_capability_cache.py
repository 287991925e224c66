"""Capabilities are computed once and kept in the row; a right that was taken away is gone with the commit."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from apps.accounts import access as access_module
from apps.accounts.access import ROLE_CAPABILITIES, Access, Capability
from apps.accounts.capability_cache import fingerprint, keep_names
from apps.accounts.columns import ColumnRight
from apps.accounts.models import AdminUser
from apps.accounts.rights import set_column_rights


def kept(user: AdminUser) -> dict | None:
    return AdminUser.objects.values_list("capabilities_cache", flat=True).get(pk=user.pk)


def fresh(user: AdminUser) -> AdminUser:
    return AdminUser.objects.get(pk=user.pk)


def test_the_first_request_keeps_them_and_the_next_asks_nothing_more(
    sign_in, manager, django_assert_num_queries
):
    client = sign_in(manager)
    assert kept(manager) is None
    client.get("/industries/new/")
    found = kept(manager)
    assert found is not None
    assert set(found["names"]) == ROLE_CAPABILITIES["manager"]
    with django_assert_num_queries(2):  # session, person
        client.get("/industries/new/")


@pytest.mark.parametrize(
    "change",
    [
        "role = 'user'",
        """capability_overrides = '{"create": false}'""",
        "is_active = false",
        "role = 'admin', name = 'X'",
    ],
)
def test_any_change_of_rights_empties_them_by_sql_too(sign_in, manager, change):
    sign_in(manager).get("/contacts/")
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE accounts_adminuser SET {change} WHERE id = %s", [manager.pk])
    assert kept(manager) is None


def test_other_changes_leave_them(sign_in, manager):
    sign_in(manager).get("/contacts/")
    AdminUser.objects.filter(pk=manager.pk).update(name="Somebody")
    set_column_rights(manager, rights={"email": ColumnRight.HIDDEN}, actor_id=None)
    assert kept(manager) is not None


def test_writing_back_a_row_read_before_the_change_brings_nothing_back(sign_in, admin, other_admin):
    sign_in(admin).get("/contacts/")
    read_before = fresh(admin)
    AdminUser.objects.filter(pk=admin.pk).update(role="user")
    read_before.role = "user"
    read_before.save()  # the whole row, with an admin's cache
    assert kept(admin) is None
    assert not Access.of(fresh(admin)).can(Capability.MANAGE_USERS)


def test_what_was_computed_before_a_change_is_not_kept_after_it(admin, other_admin):
    read_before = fresh(admin)
    AdminUser.objects.filter(pk=admin.pk).update(role="user")
    assert not keep_names(read_before, "code", frozenset(Capability))
    assert kept(admin) is None


def test_a_row_changed_in_memory_does_not_use_what_was_kept_for_another_role(sign_in, manager):
    sign_in(manager).get("/contacts/")
    person = fresh(manager)
    person.role = "user"
    assert Access.of(person).capabilities == ROLE_CAPABILITIES["user"]
    person.capability_overrides = {"export": False}
    assert not Access.of(person).can(Capability.EXPORT)


def test_code_with_another_table_of_capabilities_computes_anew(sign_in, manager, monkeypatch):
    client = sign_in(manager)
    client.get("/contacts/")
    table = ROLE_CAPABILITIES | {"manager": ROLE_CAPABILITIES["user"]}  # the next deployment
    assert fingerprint(table) != fingerprint(ROLE_CAPABILITIES)
    monkeypatch.setattr(access_module, "ROLE_CAPABILITIES", table)
    monkeypatch.setattr(access_module, "_CODE", fingerprint(table))
    assert client.get("/contacts/new/").status_code == 403
    found = kept(manager)
    assert found is not None
    assert found["code"] == fingerprint(table)
    monkeypatch.undo()  # and rolled back again
    assert client.get("/contacts/new/").status_code == 200


def test_a_disabled_person_has_none_whatever_is_kept(manager):
    manager.capabilities_cache = {
        "code": access_module._CODE,
        "role": "manager",
        "overrides": {},
        "names": ["merge"],
    }
    manager.is_active = False
    assert Access.of(manager).capabilities == frozenset()


def test_a_copied_row_cannot_bring_foreign_capabilities(admin):
    copied = AdminUser(
        email="copy@staff.example",
        role="user",
        capabilities_cache={
            "code": access_module._CODE,
            "role": "admin",
            "overrides": {},
            "names": ["merge"],
        },
    )
    copied.save()
    assert kept(copied) is None


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("reduce", ["role", "overrides", "is_active"])
def test_no_request_after_the_commit_has_the_old_rights(manager: AdminUser, reduce: str):
    """Threads ask without a pause while the right is taken and given back; each asks anew after every commit."""
    reductions: dict[str, dict[str, Any]] = {
        "role": {"role": "user"},
        "overrides": {"capability_overrides": {"create": False}},
        "is_active": {"is_active": False},
    }
    taken = reductions[reduce]
    given: dict[str, Any] = {"role": "manager", "capability_overrides": {}, "is_active": True}
    threads, rounds, asked_a_round = 4, 10, 25  # 4 x 10 x 25 = 1,000 requests after a commit
    begin, taken_away, done = (
        Barrier(threads + 1, timeout=300),
        [Event() for _ in range(rounds)],
        Barrier(threads + 1, timeout=300),
    )
    clients = [Client() for _ in range(threads)]
    for client in clients:
        client.force_login(manager)

    def ask(client: Client) -> list[int]:
        after: list[int] = []
        for turn in range(rounds):
            begin.wait()
            assert client.get("/contacts/new/").status_code == 200  # all at once: computed and kept
            begin.wait()
            while not taken_away[turn].is_set():
                client.get("/contacts/new/")  # up to the commit and across it
            after += [client.get("/contacts/new/").status_code for _ in range(asked_a_round)]
            done.wait()
        connections.close_all()
        return after

    with ThreadPoolExecutor(threads) as pool:
        answers = [pool.submit(ask, client) for client in clients]
        for turn in range(rounds):
            AdminUser.objects.filter(pk=manager.pk).update(**given)
            begin.wait()
            begin.wait()
            with transaction.atomic():
                AdminUser.objects.filter(pk=manager.pk).update(**taken)
            taken_away[turn].set()
            done.wait()
        statuses = [status for each in answers for status in each.result()]
    assert len(statuses) == 1000
    assert statuses.count(200) == 0
    assert set(statuses) == {302 if reduce == "is_active" else 403}


def test_what_is_kept_is_plain_json(sign_in, manager):
    sign_in(manager).get("/contacts/")
    assert json.loads(json.dumps(kept(manager))) == kept(manager)
