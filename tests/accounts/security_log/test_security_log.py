"""The security log can be added to and read; whatever else is done to it is refused, or found."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from apps.accounts.security_log.log import Kind, first_broken_entry, record_event
from apps.accounts.security_log.models import SecurityEvent


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def add(number: int) -> list[SecurityEvent]:
    return [
        record_event(Kind.ROLE_CHANGED, actor_id=1, subject_id=place, details={"to": "user"})
        for place in range(number)
    ]


@pytest.mark.django_db
def test_entries_are_numbered_without_gaps_and_chained() -> None:
    entries = add(3)
    numbers = [entry.pk for entry in entries]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]
    stored = list(SecurityEvent.objects.order_by("pk"))
    assert [bytes(entry.previous_hash) for entry in stored[1:]] == [
        bytes(entry.hash) for entry in stored[:-1]
    ]
    assert first_broken_entry() is None


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"kind": Kind.CREATED}, {"details": {}}, {"hash": b"1"}])
def test_an_entry_cannot_be_changed(change: dict[str, object]) -> None:
    add(1)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        SecurityEvent.objects.update(**change)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "act",
    [
        "DELETE FROM accounts_security_event",
        "TRUNCATE accounts_security_event",
        "ALTER TABLE accounts_security_event DISABLE TRIGGER USER",
        "DROP TABLE accounts_security_event",
        "DROP FUNCTION accounts_chain_security_event() CASCADE",
        "GRANT DELETE ON accounts_security_event TO CURRENT_USER",
    ],
)
def test_the_product_can_do_nothing_to_it_but_add(act: str) -> None:
    add(1)
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
        run(f"{act}; DELETE FROM accounts_security_event")


@pytest.mark.django_db
@pytest.mark.as_owner
def test_the_owner_has_to_go_out_of_their_way() -> None:
    add(1)
    with pytest.raises(DatabaseError, match="only be added to"), transaction.atomic():
        SecurityEvent.objects.all().delete()


@pytest.mark.django_db
@pytest.mark.as_owner
@pytest.mark.parametrize(
    "act",
    [
        "UPDATE accounts_security_event SET subject_id = 99 WHERE id = 2",
        "UPDATE accounts_security_event SET at = at - interval '1 day' WHERE id = 2",
        'UPDATE accounts_security_event SET details = \'{"to": "admin"}\' WHERE id = 2',
        "DELETE FROM accounts_security_event WHERE id = 2",
        # Where what was removed had been hashed again from there on, the numbers would tell.
        "UPDATE accounts_security_event SET id = 17 WHERE id = 2",
    ],
)
def test_what_an_owner_of_the_database_changes_is_found(act: str) -> None:
    add(4)
    for statement in (
        "ALTER TABLE accounts_security_event DISABLE TRIGGER USER",
        act,
        "ALTER TABLE accounts_security_event ENABLE TRIGGER USER",
    ):
        run(statement)
    assert first_broken_entry() == 2


@pytest.mark.django_db(transaction=True)
def test_entries_of_many_at_once_are_one_chain() -> None:
    def work(_: int) -> None:
        with transaction.atomic():
            add(2)
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(20)))
    assert sorted(SecurityEvent.objects.values_list("pk", flat=True)) == list(range(1, 41))
    assert first_broken_entry() is None
