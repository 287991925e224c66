"""Two changes of somebody's factors at once: each sees the other, and no rule is broken between them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from allauth.mfa.models import Authenticator
from django.db import connections

from apps.accounts.models import AdminUser, RolePolicy
from apps.accounts.security_log.models import SecurityEvent
from apps.accounts.two_factor.operations import (
    FactorRefused,
    add_authenticator_app,
    add_passkey,
    make_recovery_codes,
    remove_factor,
)
from tests.accounts.two_factor.conftest import SECRET, factors_of

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act gave, or the refusal."""
    start = Barrier(len(acts), timeout=60)

    def do(act: Callable[[], object]) -> object:
        start.wait()
        try:
            return act()
        except FactorRefused as refusal:
            return str(refusal)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))


def test_of_two_apps_set_up_at_once_one_stays(manager: AdminUser) -> None:
    def add() -> list[str]:
        return add_authenticator_app(manager, secret=SECRET, used_step=1, session_key="")

    answers = at_once(add, add, add)
    assert sorted(type(answer).__name__ for answer in answers) == ["list", "str", "str"]
    assert factors_of(manager) == ["recovery_codes", "totp"]


def test_of_two_factors_removed_at_once_one_stays_where_the_role_requires_one(manager: AdminUser) -> None:
    RolePolicy.objects.create(role="manager", requires_two_factor=True)
    add_authenticator_app(manager, secret=SECRET, used_step=1, session_key="")
    add_passkey(manager, name="Laptop", credential={"id": "abc"}, session_key="")
    app, passkey = (Authenticator.objects.get(user=manager, type=kind).pk for kind in ("totp", "webauthn"))
    answers = at_once(
        lambda: remove_factor(manager, app, session_key=""),
        lambda: remove_factor(manager, passkey, session_key=""),
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["bool", "str"]
    assert len(factors_of(manager)) == 2


def test_one_factor_is_removed_once(manager: AdminUser) -> None:
    add_authenticator_app(manager, secret=SECRET, used_step=1, session_key="")
    app = Authenticator.objects.get(user=manager, type="totp").pk
    answers = at_once(*[lambda: remove_factor(manager, app, session_key="")] * 2)
    assert answers.count(True) == 1
    assert SecurityEvent.objects.filter(kind="two_factor_removed").count() == 1


def test_of_two_lists_of_codes_made_at_once_the_later_one_holds(manager: AdminUser) -> None:
    add_authenticator_app(manager, secret=SECRET, used_step=1, session_key="")
    answers = at_once(*[lambda: make_recovery_codes(manager, session_key="")] * 3)
    assert [len(answer) for answer in answers if isinstance(answer, list)] == [10, 10, 10]
    assert Authenticator.objects.filter(user=manager, type="recovery_codes").count() == 1
