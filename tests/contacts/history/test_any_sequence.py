"""Whatever people do in whatever order: the log replays to what is there, and an untouched operation can be undone."""

import json
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from apps.accounts.access import Access
from apps.contacts.history.log import operation
from apps.contacts.history.undo import restore, undo
from apps.contacts.models import Change, Contact, Operation

ACCESS = Access.of_operator()
DERIVED = {"id", "version", "updated_at", *(f.name for f in Contact._meta.concrete_fields if f.generated)}

words = st.sampled_from(["", "a", "b", 'Ω "quoted" \\ {x}'])
values = st.fixed_dictionaries(
    {},
    optional={
        "first_name": words,
        "title": words,
        "tags": st.lists(words, max_size=2),
        "employees": st.none() | st.integers(0, 3),
        "custom": st.dictionaries(st.sampled_from(["k", "l"]), words, max_size=2),
        "do_not_contact": st.booleans(),
        "mobile_phone": st.sampled_from(["", "202-555-0143", "+44 20 7946 0018"]),
        "country": st.sampled_from(["", "Canada", "Chad"]),
    },
).filter(bool)
emails = st.sampled_from(["", "", "x@example.com", "y@example.com"])


def state() -> dict[int, dict[str, Any]]:
    """All contacts by id, without what follows from the rest."""
    return {
        row["id"]: {name: value for name, value in row.items() if name not in DERIVED}
        for row in Contact.objects.values()
    }


class Histories(RuleBasedStateMachine):
    """People create, edit, delete and restore contacts, undo what was done, and undo that."""

    @initialize()
    def begin(self) -> None:
        self.example = transaction.atomic()
        self.example.__enter__()
        self.last: tuple[Operation, dict[int, dict[str, Any]]] | None = None

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    def some(self, data: Any) -> int:
        return int(data.draw(st.sampled_from(sorted(state()))))

    def done(self, doing: Operation, before: dict[int, dict[str, Any]]) -> None:
        self.last = (doing, before) if state() != before else None

    def free(self, email: str) -> str:
        return "" if Contact.objects.filter(email=email).exists() else email

    @rule(given=st.lists(values, min_size=1, max_size=3), email=emails)
    def create(self, given: list[dict[str, Any]], email: str) -> None:
        before = state()
        with operation(Operation.Kind.IMPORT, access=ACCESS) as doing:
            Contact.objects.bulk_create(Contact(**each) for each in given)
            Contact.objects.create(email=self.free(email))
        self.done(doing, before)

    @precondition(lambda self: bool(state()))
    @rule(data=st.data(), given=values, email=emails)
    def edit(self, data: Any, given: dict[str, Any], email: str) -> None:
        before = state()
        with operation(Operation.Kind.EDIT, access=ACCESS) as doing:
            Contact.objects.filter(pk=self.some(data)).update(**given, email=self.free(email))
        self.done(doing, before)

    @rule(first=values, second=values)
    def edit_all_twice(self, first: dict[str, Any], second: dict[str, Any]) -> None:
        before = state()
        with operation(Operation.Kind.BULK_EDIT, access=ACCESS) as doing:
            Contact.objects.update(**first)
            Contact.objects.update(**second)
        self.done(doing, before)

    @precondition(lambda self: bool(state()))
    @rule(data=st.data())
    def delete(self, data: Any) -> None:
        before = state()
        with operation(Operation.Kind.DELETE, access=ACCESS) as doing:
            Contact.objects.filter(pk__lte=self.some(data)).delete()
        self.done(doing, before)

    @precondition(lambda self: len(state()) > 1)
    @rule(data=st.data())
    def merge(self, data: Any) -> None:
        before = state()
        survivor, loser = self.some(data), self.some(data)
        with operation(Operation.Kind.MERGE, access=ACCESS) as doing:
            email = Contact.objects.get(pk=loser).email
            if survivor != loser:
                Contact.objects.filter(pk=loser).delete()
            Contact.objects.filter(pk=survivor).update(email=email)
        self.done(doing, before)

    @rule()
    def restore_everything(self) -> None:
        before = state()
        gone = Change.objects.filter(action="delete").values_list("contact_id", flat=True)
        outcome = restore(list(gone), access=ACCESS)
        if outcome.operation:
            self.done(outcome.operation, before)

    @precondition(lambda self: Change.objects.exists())
    @rule(data=st.data())
    def undo_something(self, data: Any) -> None:
        """However long ago: it never fails, and what it says it kept is as it was."""
        before = state()
        ids = Operation.objects.filter(changes__isnull=False).distinct().order_by("id")
        outcome = undo(data.draw(st.sampled_from(list(ids))), access=ACCESS)
        after = state()
        for kept in outcome.kept:
            if kept.field and kept.contact_id in before:
                assert after[kept.contact_id][kept.field] == before[kept.contact_id][kept.field]
            elif not kept.field:
                assert after.get(kept.contact_id) == before.get(kept.contact_id)
        assert (outcome.operation is None) == (after == before)
        if outcome.operation:
            self.done(outcome.operation, before)

    @precondition(lambda self: self.last is not None)
    @rule()
    def undo_the_last(self) -> None:
        """Nobody did anything since: exactly the rows before it come back, and nothing is kept."""
        assert self.last is not None
        doing, expected = self.last
        before = state()
        outcome = undo(doing, access=ACCESS)
        assert state() == expected
        assert outcome.kept == []
        assert outcome.operation is not None
        self.last = (outcome.operation, before)

    @invariant()
    def the_log_replays(self) -> None:
        """Rolling every change back, newest first, ends with no contact at all, and each step fits the one before."""
        rows = _logged_form()
        for change in Change.objects.order_by("-id"):
            match change.action:
                case "insert":
                    del rows[change.contact_id]
                case "delete":
                    assert change.contact_id not in rows
                    rows[change.contact_id] = _without_derived(change.before)
                case "update":
                    row = rows[change.contact_id]
                    assert {name: row[name] for name in change.after or {}} == change.after
                    row |= change.before or {}
        assert rows == {}


def _without_derived(row: dict[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (row or {}).items() if name not in DERIVED}


def _logged_form() -> dict[int, dict[str, Any]]:
    """All contacts as the log writes them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, to_jsonb(contact)::text FROM contacts_contact contact")
        return {contact_id: _without_derived(json.loads(row)) for contact_id, row in cursor.fetchall()}


@pytest.mark.slow
@pytest.mark.django_db
def test_any_sequence_of_acts_can_be_followed_and_taken_back():
    run_state_machine_as_test(
        Histories,
        settings=settings(max_examples=25, stateful_step_count=10, suppress_health_check=list(HealthCheck)),
    )
