"""Column rights: whatever is set, copied or filled in ends as said, is in the security log, and holds at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Barrier, Event
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from apps.accounts import columns as columns_module
from apps.accounts.access import Access
from apps.accounts.columns import (
    Column,
    ColumnRight,
    all_columns,
    declared_columns,
    default_rights,
    held,
    stored,
)
from apps.accounts.forgotten_columns import forget_unknown_columns
from apps.accounts.models import AdminUser, RolePolicy, SecurityEvent
from apps.accounts.presets import PRESETS, preset_rights
from apps.accounts.rights import (
    RightsChanged,
    UnknownColumns,
    apply_role_defaults,
    fingerprint_of,
    set_column_rights,
    set_role_defaults,
    who_would_change,
)
from apps.contacts.models import Contact

HIDDEN, READ, EDIT = ColumnRight.HIDDEN, ColumnRight.READ, ColumnRight.EDIT
NAMES = sorted(all_columns())
NEVER_EDITABLE = {"import_id", "created_at", "updated_at"}
SOME_RIGHTS = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(ColumnRight), max_size=6)
ANYTHING = st.one_of(st.text(max_size=8), st.integers(), st.none(), st.booleans(), st.lists(st.integers()))


def fresh(person: AdminUser) -> AdminUser:
    return AdminUser.objects.get(pk=person.pk)


def rights_of(person: AdminUser) -> dict[str, ColumnRight]:
    """What the door says, and not what the row says."""
    access = Access.of(fresh(person))
    return {
        name: EDIT if access.can_edit(name) else READ if access.can_read(name) else HIDDEN for name in NAMES
    }


def events(kind: str) -> list[SecurityEvent]:
    return list(SecurityEvent.objects.filter(kind=kind).order_by("id"))


class AnySequence(TestCase):
    """A model in plain dictionaries beside the product."""

    def model_of(self, rights: dict[str, ColumnRight]) -> dict[str, ColumnRight]:
        return {n: READ if r is EDIT and n in NEVER_EDITABLE else r for n, r in rights.items()}

    @settings(max_examples=60)
    @given(
        steps=st.lists(
            st.one_of(
                st.tuples(st.just("set"), st.integers(0, 1), SOME_RIGHTS),
                st.tuples(st.just("preset"), st.integers(0, 1), st.sampled_from(sorted(PRESETS))),
                st.tuples(st.just("copy"), st.integers(0, 1), st.none()),
                st.tuples(st.just("role"), st.just(0), SOME_RIGHTS),
                st.tuples(st.just("apply"), st.just(0), st.none()),
            ),
            max_size=8,
        )
    )
    def test_ends_as_the_model_says(self, steps: list[tuple[str, int, Any]]) -> None:
        people = [AdminUser.objects.create_user(f"p{n}@x.example", role="user") for n in range(2)]
        by_field = {c.name: c.default for c in declared_columns()}
        model, role = [dict(by_field), dict(by_field)], dict(by_field)
        personal = {c.name for c in declared_columns() if c.is_personal}
        given_by: dict[str, Callable[[str], ColumnRight]] = {
            "everything": lambda name: EDIT,
            "read-everything": lambda name: READ,
            "names": lambda name: READ if name in {"first_name", "last_name", "company"} else HIDDEN,
            "no-personal": lambda name: HIDDEN if name in personal else role[name],
            "role": lambda name: role[name],
            "nothing": lambda name: HIDDEN,
        }
        for what, who, values in steps:
            if what == "set":
                set_column_rights(people[who], rights=values, actor_id=None)
                model[who] = self.model_of(model[who] | values)
            elif what == "preset":
                rights = preset_rights(values, defaults=stored(role))
                set_column_rights(people[who], rights=rights, actor_id=None)
                model[who] = self.model_of({name: given_by[values](name) for name in NAMES})
            elif what == "copy":
                source = held(fresh(people[1 - who]).column_rights)
                set_column_rights(people[who], rights=source, actor_id=None)
                model[who] = dict(model[1 - who])
            elif what == "role":
                set_role_defaults("user", rights=values, actor_id=None)
                role = self.model_of(role | values)
            else:
                apply_role_defaults("user", actor_id=None)
                model = [dict(role), dict(role)]
        assert [rights_of(person) for person in people] == model
        assert rights_of(AdminUser.objects.create_user("new@x.example", role="user")) == role

    @settings(max_examples=60)
    @given(
        rights=st.dictionaries(st.one_of(st.sampled_from(NAMES), st.text(max_size=8)), ANYTHING, max_size=9)
    )
    def test_only_the_words_read_and_edit_on_columns_there_are_grant_anything(
        self, rights: dict[str, Any]
    ) -> None:
        person = AdminUser.objects.create_user("p@x.example", column_rights={})
        person.column_rights = rights
        access = Access.of(person)
        granted = {name for name, right in rights.items() if right in ("read", "edit")}
        assert access.readable == granted & all_columns()
        assert {name for name, right in held(rights).items() if right is not HIDDEN} == access.readable


def test_what_nobody_can_edit_is_read_at_most(user: AdminUser) -> None:
    set_column_rights(user, rights=dict.fromkeys(NAMES, EDIT), actor_id=None)
    assert {name for name, right in rights_of(user).items() if right is READ} == NEVER_EDITABLE
    assert {c.name for c in declared_columns() if not c.is_editable} == NEVER_EDITABLE


def test_an_unknown_column_changes_nothing(user: AdminUser) -> None:
    before = rights_of(user)
    with pytest.raises(UnknownColumns, match="no column password"):
        set_column_rights(user, rights={"email": HIDDEN, "password": READ}, actor_id=None)
    with pytest.raises(UnknownColumns):
        set_role_defaults("user", rights={"nosuch": READ}, actor_id=None)
    assert rights_of(user) == before
    assert not SecurityEvent.objects.filter(kind__contains="col").exists()


def test_every_change_is_in_the_security_log_with_what_has_changed(
    admin: AdminUser, clerk: AdminUser
) -> None:
    rights = {"email": READ, "title": HIDDEN, "stage": EDIT, "first_name": READ}
    set_column_rights(clerk, rights=rights, actor_id=admin.pk)
    [event] = events("columns_changed")
    assert (event.actor_id, event.subject_id) == (admin.pk, clerk.pk)
    assert event.details == {"hidden": ["title"], "read": ["email"], "edit": ["stage"]}
    set_column_rights(clerk, rights=rights, actor_id=admin.pk)  # nothing new: nothing to log
    assert len(events("columns_changed")) == 1

    set_role_defaults("user", rights={"email": HIDDEN}, actor_id=admin.pk)
    [event] = events("role_policy_changed")
    assert event.details == {"role": "user", "hidden": ["email"], "read": [], "edit": []}


def test_a_decision_made_from_outdated_rights_is_refused(user: AdminUser) -> None:
    seen = fingerprint_of(user.column_rights)
    set_column_rights(user, rights={"title": READ}, actor_id=None, seen=seen)
    with pytest.raises(RightsChanged) as refusal:
        set_column_rights(user, rights={"email": HIDDEN}, actor_id=None, seen=seen)
    assert refusal.value.now["title"] is READ
    assert rights_of(user)["email"] is EDIT

    seen = fingerprint_of(default_rights())
    set_role_defaults("user", rights={"title": READ}, actor_id=None, seen=seen)
    with pytest.raises(RightsChanged):
        set_role_defaults("user", rights={"email": HIDDEN}, actor_id=None, seen=seen)
    with pytest.raises(RightsChanged):
        apply_role_defaults("user", actor_id=None, seen=seen)


def test_a_role_starts_with_its_defaults_and_leaves_who_is_here_alone(
    user: AdminUser, manager: AdminUser
) -> None:
    set_role_defaults("user", rights={"email": HIDDEN, "title": READ}, actor_id=None)
    assert rights_of(user)["email"] is EDIT
    newcomer = AdminUser.objects.create_user("nina@staff.example", role="user")
    assert (rights_of(newcomer)["email"], rights_of(newcomer)["title"]) == (HIDDEN, READ)
    assert rights_of(AdminUser.objects.create_user("mia@staff.example", role="manager"))["email"] is EDIT
    defaults = held(newcomer.column_rights)
    assert [person.pk for person in who_would_change("user", defaults=defaults)] == [user.pk]

    assert apply_role_defaults("user", actor_id=newcomer.pk) == 1
    assert rights_of(user) == rights_of(newcomer)
    assert rights_of(manager)["email"] is EDIT
    [event] = events("columns_changed")
    assert (event.subject_id, event.details["hidden"], event.details["defaults_of"]) == (
        user.pk,
        ["email"],
        "user",
    )
    assert apply_role_defaults("user", actor_id=None) == 0


def test_a_policy_about_something_else_leaves_the_defaults_of_the_fields(db: None) -> None:
    RolePolicy.objects.create(role="user", requires_two_factor=True)
    assert AdminUser.objects.create_user("n@staff.example").column_rights == default_rights()
    set_role_defaults("user", rights={"email": HIDDEN}, actor_id=None)
    assert RolePolicy.objects.get(role="user").requires_two_factor


@pytest.fixture
def with_a_new_column(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the next deployment would have it."""
    table = columns_module._columns | {"shoe_size": Column("shoe_size", "Shoe size", "Person", EDIT)}
    monkeypatch.setattr(columns_module, "_columns", table)


def test_a_new_column_is_hidden_from_all_but_admins_until_it_is_granted(
    user: AdminUser, admin: AdminUser, request: pytest.FixtureRequest
) -> None:
    set_role_defaults("user", rights={"email": READ}, actor_id=None)  # decided before the column came
    request.getfixturevalue("with_a_new_column")
    assert not Access.of(fresh(user)).can_read("shoe_size")
    assert Access.of(fresh(admin)).can_edit("shoe_size")
    assert "shoe_size" not in AdminUser.objects.create_user("n@staff.example").column_rights
    set_column_rights(user, rights={"shoe_size": READ}, actor_id=None)
    assert Access.of(fresh(user)).can_read("shoe_size")


@pytest.mark.parametrize("dropped_by", ["migrate", "saving"])
def test_a_column_that_is_dropped_and_comes_back_is_closed_again(
    user: AdminUser, monkeypatch: pytest.MonkeyPatch, dropped_by: str
) -> None:
    set_column_rights(user, rights={"title": READ}, actor_id=None)
    set_role_defaults("user", rights={"title": EDIT}, actor_id=None)
    with monkeypatch.context() as without:
        table = {name: column for name, column in columns_module._columns.items() if name != "title"}
        without.setattr(columns_module, "_columns", table)
        assert not Access.of(fresh(user)).can_read("title")
        if dropped_by == "migrate":
            call_command("migrate", verbosity=0)  # as each deployment does
        else:
            set_column_rights(user, rights={"email": READ}, actor_id=None)
            set_role_defaults("user", rights={"email": READ}, actor_id=None)
    assert not Access.of(fresh(user)).can_read("title")
    assert "title" not in AdminUser.objects.create_user("n@staff.example", role="user").column_rights
    assert rights_of(user)["company"] is EDIT  # nothing else is gone


def test_nothing_is_forgotten_where_nobody_declares_columns(
    user: AdminUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setattr(columns_module, "_columns", {})
        forget_unknown_columns()
    assert rights_of(user)["email"] is EDIT


def test_the_command_fills_in_copies_and_logs(user: AdminUser, clerk: AdminUser, admin: AdminUser) -> None:
    def run(*arguments: str) -> None:
        call_command("column_rights", *arguments, stdout=StringIO())

    run(user.email, "--preset", "names")
    assert {name for name, right in rights_of(user).items() if right is READ} == {
        "first_name",
        "last_name",
        "company",
    }
    run(user.email, "--copy-from", clerk.email)
    assert rights_of(user) == rights_of(clerk)
    assert [event.actor_id for event in events("columns_changed")] == [None, None]
    for source in (admin.email, "nobody@x.example"):
        with pytest.raises(CommandError, match="could be copied") as refusal:
            run(user.email, "--copy-from", source)
        assert refusal.value.returncode == 2


@pytest.mark.django_db(transaction=True)
def test_two_at_once_lose_nothing(user: AdminUser) -> None:
    names = NAMES[:8]
    begin = Barrier(len(names), timeout=60)

    def hide(name: str) -> None:
        begin.wait()
        set_column_rights(user, rights={name: HIDDEN}, actor_id=None)
        connections.close_all()

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(hide, names))
    assert {name for name, right in rights_of(user).items() if right is HIDDEN} == set(names)
    assert len(events("columns_changed")) == len(names)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_saw_the_same_one_is_told(user: AdminUser) -> None:
    seen = fingerprint_of(user.column_rights)
    begin = Barrier(4, timeout=60)

    def decide(name: str) -> bool:
        begin.wait()
        try:
            set_column_rights(user, rights={name: HIDDEN}, actor_id=None, seen=seen)
        except RightsChanged:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(decide, NAMES[:4])) == [False, False, False, True]
    assert list(rights_of(user).values()).count(HIDDEN) == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_no_request_after_the_commit_has_the_old_rights(user: AdminUser) -> None:
    """Threads ask without a pause while a column is hidden and given back; each asks anew after every commit."""
    Contact.objects.create(first_name="Ann", email="ann@hidden.example")
    threads, rounds, asked_a_round = 4, 10, 25  # 4 x 10 x 25 = 1,000 requests after a commit
    begin, done = Barrier(threads + 1, timeout=300), Barrier(threads + 1, timeout=300)
    taken_away = [Event() for _ in range(rounds)]
    clients = [Client() for _ in range(threads)]
    for client in clients:
        client.force_login(user)
    path = "/contacts/" + str(Contact.objects.get().pk) + "/"

    def shows(client: Client) -> bool:
        answer = client.get(path)
        assert answer.status_code == 200
        return b"ann@hidden.example" in answer.content

    def ask(client: Client) -> list[bool]:
        after: list[bool] = []
        for turn in range(rounds):
            begin.wait()
            assert shows(client)
            begin.wait()
            while not taken_away[turn].is_set():
                shows(client)  # up to the commit and across it
            after += [shows(client) for _ in range(asked_a_round)]
            done.wait()
        connections.close_all()
        return after

    with ThreadPoolExecutor(threads) as pool:
        answers = [pool.submit(ask, client) for client in clients]
        for turn in range(rounds):
            set_column_rights(user, rights={"email": READ}, actor_id=None)
            begin.wait()
            begin.wait()
            set_column_rights(user, rights={"email": HIDDEN}, actor_id=None)
            taken_away[turn].set()
            done.wait()
        seen = [each for answer in answers for each in answer.result()]
    assert len(seen) == 1000
    assert seen.count(True) == 0
