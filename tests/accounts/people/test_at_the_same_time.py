"""Everything that is done to the same people at once, in opposite orders: nobody waits in a circle, and all is told."""

import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier

import pytest
from django.db import DatabaseError, connections, transaction

from apps.accounts.access import Access
from apps.accounts.columns import ColumnRight, default_rights
from apps.accounts.models import AdminUser, SecurityEvent
from apps.accounts.people.activity import deactivate_person, reactivate_person
from apps.accounts.people.editing import edit_person
from apps.accounts.people.refusals import ChangedMeanwhile
from apps.accounts.quota import (
    QuotaExceeded,
    grant_credit,
    release_quota,
    reserve_quota,
    set_download_limit,
    spend_quota,
)
from apps.accounts.quota.reconciliation import find_differences
from apps.accounts.rights import apply_role_defaults, set_column_rights, set_role_defaults
from apps.accounts.security_log.log import first_broken_entry
from apps.users.forms import values_of

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = int(os.environ.get("RIGHTS_ROUNDS", "15"))
THREADS = 7
ORIGIN = "https://crm.example"


class Undone(Exception):
    """The caller's transaction is taken back."""


def acts_on(people: list[AdminUser], admin: AdminUser, chance: Random) -> dict[str, Callable[[], object]]:
    ids, access, tag = [person.pk for person in people], Access.of(admin), chance.getrandbits(60)
    some = chance.sample(ids, len(ids))

    def edit(name: str, value: object) -> None:
        shown = values_of(AdminUser.objects.get(pk=some[0]))
        edit_person(some[0], access=access, shown=shown, wanted={**shown, name: value}, origin=ORIGIN)

    def finish(end: Callable[..., object], size: int) -> None:
        end(reserve_quota(user=some[0], amount=size, reference=f"export {tag} {end.__name__}"))

    def reserve_and_undo() -> None:
        with transaction.atomic():
            reserve_quota(user=some[0], amount=3, reference=f"undone {tag}")
            raise Undone

    def leave_and_return() -> None:
        deactivate_person(some[0], access=access)
        reactivate_person(some[0], access=access, origin=ORIGIN)

    return {
        "edit the limit": lambda: edit("download_limit", chance.randrange(200)),
        "edit the name": lambda: edit("name", f"N {chance.random()}"),
        "edit the role": lambda: edit("role", chance.choice(["user", "manager"])),
        "limits": lambda: set_download_limit(
            user_ids=some, limit=chance.randrange(50, 300), actor_id=admin.pk
        ),
        "limits turned round": lambda: set_download_limit(
            user_ids=some[::-1], limit=chance.randrange(50, 300), actor_id=admin.pk
        ),
        "spend": lambda: finish(spend_quota, 2),
        "release": lambda: finish(release_quota, 40),
        "reserve and undo": reserve_and_undo,
        "credit": lambda: grant_credit(
            user=some[0], amount=5, reason="r", reference=f"form {tag}", actor_id=admin.pk
        ),
        "leave and return": leave_and_return,
        "columns": lambda: set_column_rights(
            AdminUser(pk=some[0]), rights={"email": chance.choice(list(ColumnRight))}, actor_id=admin.pk
        ),
        "columns of all": lambda: apply_role_defaults("user", actor_id=admin.pk),
        "columns of the role": lambda: set_role_defaults(
            "user", rights={"title": chance.choice(list(ColumnRight))}, actor_id=admin.pk
        ),
        "another zone": lambda: AdminUser.objects.filter(pk=some[0]).update(
            time_zone=chance.choice(["Pacific/Kiritimati", "America/Los_Angeles", "UTC"])
        ),
    }


def test_nobody_waits_in_a_circle_and_the_ledger_and_the_log_add_up(admin: AdminUser) -> None:
    people = [
        AdminUser.objects.create_user(
            f"p{n}@x.example", "a long enough secret", column_rights=default_rights()
        )
        for n in range(3)
    ]
    begin = Barrier(THREADS, timeout=60)

    def work(seed: int) -> Counter[str]:
        chance, ended = Random(seed), Counter[str]()
        for _ in range(ROUNDS):
            begin.wait()
            name, act = chance.choice(list(acts_on(people, admin, chance).items()))
            try:
                act()
            except (QuotaExceeded, ChangedMeanwhile, Undone) as refusal:
                ended[type(refusal).__name__] += 1
            except DatabaseError as error:
                ended[f"{name}: {error}"] += 1
            else:
                ended["done"] += 1
        connections.close_all()
        return ended

    with ThreadPoolExecutor(THREADS) as pool:
        ended = sum(pool.map(work, range(THREADS)), Counter[str]())
    assert ended.keys() <= {"done", "QuotaExceeded", "ChangedMeanwhile", "Undone"}
    assert find_differences() == []
    assert first_broken_entry() is None
    assert list(SecurityEvent.objects.order_by("pk").values_list("pk", flat=True)) == list(
        range(1, SecurityEvent.objects.count() + 1)
    )
