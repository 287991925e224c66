"""Counting tries in the database: exactly as many pass as the limit says, whoever comes at the same time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections
from django.db.models import F
from django.db.models.functions import Now

from apps.accounts.access import Capability
from apps.accounts.gate import requires
from apps.core.limits.gate import limited
from apps.core.limits.keys import hashed_email
from apps.core.limits.models import RateLimitWindow
from apps.core.limits.operations import Verdict, count_try, give_back_try, lift_limits, prune_rate_limits
from apps.core.limits.queries import limited_now

ANN = {"account": "1", "address": "192.0.2.1"}
BOB = {"account": "2", "address": "192.0.2.1"}


@pytest.fixture(autouse=True)
def rates(settings):
    settings.RATE_LIMITS = {
        "export": {"account": (5, 300), "address": (8, 60)},
        "api_read": {"token": (30, 60)},
        "open": {},
    }


@pytest.mark.django_db
def test_as_many_pass_as_the_limit_says_and_the_next_hears_when():
    verdicts = [count_try("export", ANN) for _ in range(6)]
    assert [each.is_allowed for each in verdicts] == [True] * 5 + [False]
    assert [each.remaining for each in verdicts] == [4, 3, 2, 1, 0, 0]
    assert [each.retry_after for each in verdicts[:5]] == [0] * 5
    assert 295 <= verdicts[5].retry_after <= 300


@pytest.mark.django_db
def test_a_refused_try_uses_up_nothing_of_the_other_keys():
    for _ in range(25):
        count_try("export", ANN)
    held = {row.kind: (row.passed_count, row.refused_count) for row in RateLimitWindow.objects.all()}
    assert held == {"account": (5, 20), "address": (5, 0)}
    assert [count_try("export", BOB).is_allowed for _ in range(4)] == [True, True, True, False]


@pytest.mark.django_db
def test_other_accounts_addresses_and_classes_are_not_concerned(settings):
    settings.RATE_LIMITS |= {"upload": {"account": (1, 60)}}
    for _ in range(6):
        count_try("export", ANN)
    assert count_try("upload", ANN).is_allowed
    assert count_try("export", {"account": "3", "address": "192.0.2.9"}).is_allowed
    assert not count_try("export", {"account": "1", "address": "192.0.2.9"}).is_allowed


@pytest.mark.django_db
def test_when_its_time_is_over_a_limit_begins_anew():
    for _ in range(6):
        count_try("export", ANN)
    RateLimitWindow.objects.update(ends_at=Now())
    assert count_try("export", ANN) == Verdict(is_allowed=True, remaining=4)
    row = RateLimitWindow.objects.get(kind="account")
    assert (row.passed_count, row.refused_count, row.refused_since) == (1, 0, None)


@pytest.mark.django_db
def test_a_try_can_be_given_back_but_no_more_than_were_made():
    count_try("export", ANN)
    for _ in range(3):
        give_back_try("export", ANN)
    assert [count_try("export", ANN).is_allowed for _ in range(6)] == [True] * 5 + [False]


@pytest.mark.django_db
def test_what_is_not_limited_makes_no_row():
    assert count_try("open", ANN) == Verdict(is_allowed=True)
    assert count_try("api_read", ANN) == Verdict(is_allowed=True)  # it has no token
    assert not RateLimitWindow.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("limit", "tries"), [(30, 100), (1, 100), (99, 100)])
def test_of_a_hundred_at_once_exactly_as_many_pass_as_the_limit_says(settings, limit, tries):
    settings.RATE_LIMITS = {"export": {"account": (limit, 300), "address": (200, 300)}}
    threads = 10
    together = Barrier(threads, timeout=300)

    def ask(_number: int) -> list[bool]:
        together.wait()
        answers = [count_try("export", ANN).is_allowed for _ in range(tries // threads)]
        connections.close_all()
        return answers

    with ThreadPoolExecutor(threads) as pool:
        answers = [answer for each in pool.map(ask, range(threads)) for answer in each]
    assert (len(answers), sum(answers)) == (tries, limit)
    held = {row.kind: (row.passed_count, row.refused_count) for row in RateLimitWindow.objects.all()}
    assert held == {"account": (limit, tries - limit), "address": (limit, 0)}


@pytest.mark.django_db(transaction=True)
def test_keys_in_any_order_do_not_jam_each_other():
    together = Barrier(8, timeout=300)

    def ask(number: int) -> int:
        together.wait()
        for turn in range(40):
            kinds = ["account", "address", "token"][:: 1 if (number + turn) % 2 else -1]
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT allowed FROM check_rate_limit('jam', %s::text[], %s::text[], %s::int[], %s::int[])",
                    [kinds, ["x"] * 3, [1000] * 3, [60] * 3],
                )
        connections.close_all()
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(8))) == 8
    assert set(RateLimitWindow.objects.values_list("passed_count", flat=True)) == {320}


@pytest.mark.django_db
def test_the_functions_can_be_called_from_psql():
    with connection.cursor() as cursor:
        for expected in [(True, 1, 0), (True, 0, 0), (False, 0, 60)]:
            cursor.execute("SELECT * FROM check_rate_limit('search', '{account}', '{7}', '{2}', '{60}')")
            assert cursor.fetchone() == expected
        cursor.execute("SELECT * FROM check_rate_limit('search', '{}', '{}', '{}', '{}')")
        assert cursor.fetchone()[0] is True
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'core_rate_limit'")
        assert cursor.fetchone() == ("u",)


@pytest.mark.django_db
def test_counting_is_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        count_try("export", ANN)


@pytest.mark.django_db
def test_who_is_limited_now_is_known_and_can_be_let_in():
    for _ in range(7):
        count_try("export", ANN)
    (one,) = limited_now()
    assert (one.route_class, one.kind, one.key, one.refused_count) == ("export", "account", "1", 2)
    assert one.since < one.until
    assert lift_limits(kind="account", keys=["1"]) == 1
    assert limited_now() == []
    assert count_try("export", ANN).is_allowed


@pytest.mark.django_db
def test_rows_whose_time_is_over_are_pruned_and_the_others_kept():
    count_try("export", ANN)
    RateLimitWindow.objects.filter(kind="address").update(ends_at=Now())
    assert prune_rate_limits() == 1
    assert list(RateLimitWindow.objects.values_list("kind", flat=True)) == ["account"]
    assert prune_rate_limits() == 0


@pytest.mark.django_db
def test_a_shorter_limit_in_the_settings_holds_at_once(settings):
    for _ in range(3):
        count_try("export", ANN)
    settings.RATE_LIMITS = {"export": {"account": (3, 300)}}
    assert not count_try("export", ANN).is_allowed
    assert RateLimitWindow.objects.filter(passed_count__gt=F("refused_count"), kind="account").exists()


def test_an_unknown_class_is_an_error_when_the_view_is_defined():
    with pytest.raises(ImproperlyConfigured, match="no route class 'serach'"):
        limited("serach")
    with pytest.raises(ImproperlyConfigured, match="RATE_LIMITS has export"):
        requires(Capability.BROWSE, limit="serach")


def test_spellings_that_sign_in_to_one_account_have_one_key():
    assert (
        len(
            {hashed_email(each) for each in ("max@staff.example", " MAX@Staff.example ", "max@ſtaff.example")}
        )
        == 1
    )
    assert hashed_email("max@staff.example") != hashed_email("mux@staff.example")
    assert "max" not in hashed_email("max@staff.example")
