"""The pages of the security log: who reads it, what it shows, how it pages."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client

from apps.accounts.models import AdminUser
from apps.accounts.security_log.log import Kind, record_event
from apps.accounts.security_log.verification import verify_security_log
from apps.core.doctor import Level, examine

type SignIn = Callable[[AdminUser], Client]


def test_an_entry_is_shown_with_its_people_and_details(
    sign_in: SignIn, admin: AdminUser, user: AdminUser
) -> None:
    record_event(
        Kind.ROLE_CHANGED, actor_id=admin.pk, subject_id=user.pk, details={"from": "user", "to": "manager"}
    )
    text = sign_in(admin).get("/users/log/").content.decode()
    for word in ("Role changed", "Uma User", "Ada Admin", "manager"):
        assert word in text


def test_what_people_are_called_is_escaped(sign_in: SignIn, admin: AdminUser, user: AdminUser) -> None:
    AdminUser.objects.filter(pk=user.pk).update(name="<script>alert(1)</script>")
    record_event(
        Kind.EDITED,
        actor_id=user.pk,
        subject_id=user.pk,
        details={"name": {"to": "<img src=x onerror=alert(1)>"}},
    )
    text = sign_in(admin).get("/users/log/").content.decode()
    assert "<script>alert" not in text
    assert "<img src=x" not in text


def test_one_persons_log_has_what_they_did_and_what_was_done_to_them(
    sign_in: SignIn, admin: AdminUser, user: AdminUser, manager: AdminUser
) -> None:
    record_event(Kind.DEACTIVATED, actor_id=admin.pk, subject_id=user.pk)
    record_event(Kind.PASSWORD_CHANGED, actor_id=user.pk, subject_id=user.pk)
    record_event(Kind.REACTIVATED, actor_id=admin.pk, subject_id=manager.pk)
    entries = sign_in(admin).get(f"/users/{user.pk}/log/").context["page"].entries
    assert [entry.event.kind for entry in entries if entry.event.kind != Kind.SIGNED_IN] == [
        Kind.PASSWORD_CHANGED,
        Kind.DEACTIVATED,
    ]


def test_it_pages_by_number_and_keeps_the_kind(sign_in: SignIn, admin: AdminUser) -> None:
    for _ in range(120):
        record_event(Kind.LOCKED_OUT, actor_id=None, subject_id=admin.pk)
    client = sign_in(admin)
    numbers: list[int] = []
    address = "/users/log/?kind=locked_out"
    for _ in range(3):
        page = client.get(address).context["page"]
        numbers += [entry.event.pk for entry in page.entries]
        address = f"/users/log/?kind=locked_out&before={page.next_before}"
    assert page.next_before is None
    assert len(numbers) == 120
    assert numbers == sorted(numbers, reverse=True)


@pytest.mark.parametrize(
    "query", ["kind=nonsense", "before=x", "before=-1", "before=99999999999999999999", "kind=%00"]
)
def test_an_address_that_makes_no_sense_is_answered(sign_in: SignIn, admin: AdminUser, query: str) -> None:
    assert sign_in(admin).get(f"/users/log/?{query}").status_code in {200, 400}


def test_a_page_costs_the_same_whoever_is_in_it(
    sign_in: SignIn, admin: AdminUser, django_assert_num_queries: Callable[..., AbstractContextManager[Any]]
) -> None:
    client = sign_in(admin)
    people = [AdminUser.objects.create_user(f"p{number}@staff.example") for number in range(30)]
    for person in people:
        record_event(Kind.CREATED, actor_id=admin.pk, subject_id=person.pk)
    client.get("/users/log/")
    with django_assert_num_queries(4):  # session, person, entries, names
        client.get("/users/log/")


@pytest.mark.as_owner
def test_a_changed_entry_is_found_by_command_and_doctor(
    admin: AdminUser, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        record_event(Kind.CREATED, actor_id=admin.pk)
    assert verify_security_log().broken_at is None
    call_command("verify_security_log", json=True)
    assert '"broken_at": null' in capsys.readouterr().out
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_security_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE accounts_security_event SET actor_id = 7 WHERE id = 2")
        cursor.execute("ALTER TABLE accounts_security_event ENABLE TRIGGER USER")
    with pytest.raises(CommandError, match="Entry 2 is missing or not as it was written") as refusal:
        call_command("verify_security_log")
    assert refusal.value.returncode == 3
    found = next(result for result in examine().results if result.name == "security log")
    assert found.level is Level.FAIL
