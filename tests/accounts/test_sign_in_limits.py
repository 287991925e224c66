"""Guessing passwords: five failures for an account, ten for an address, then not even the right one is looked at."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client

from apps.accounts.limited_accounts import keys_of_account, limited_parties
from apps.accounts.models import AdminUser
from apps.accounts.security_log.models import SecurityEvent
from apps.core.limits.models import RateLimitWindow
from apps.core.limits.operations import lift_limits
from tests.jobs_done import do_jobs

PASSWORD = "correct horse battery staple"
LIMITS = {
    "sign_in": {"account": (5, 300), "address": (10, 60)},
    "reset": {"account": (3, 900), "address": (10, 60)},
    "search": {"account": (3, 60), "address": (100, 60)},
}


@pytest.fixture(autouse=True)
def limits(settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | LIMITS


@pytest.fixture
def people(manager: AdminUser, user: AdminUser) -> None:
    for person in (manager, user):
        person.set_password(PASSWORD)
        person.save()


def attempt(email: str, password: str, *, address: str = "192.0.2.1", client: Client | None = None) -> int:
    """302 is in, 200 the form again, 429 refused."""
    client = client or Client()
    answer = client.post("/login/", {"login": email, "password": password}, REMOTE_ADDR=address)
    return answer.status_code


def test_after_five_failures_even_the_right_password_is_refused(people):
    assert [attempt("max@staff.example", "wrong") for _ in range(6)] == [200] * 5 + [429]
    assert attempt("max@staff.example", PASSWORD) == 429
    assert attempt("MAX@staff.example", PASSWORD, address="192.0.2.2") == 429


def test_others_from_the_same_address_are_not_locked(people):
    for _ in range(7):
        attempt("max@staff.example", "wrong")
    assert attempt("uma@staff.example", PASSWORD) == 302


def test_an_address_has_ten_failures_whoever_it_names(people):
    answers = [attempt(f"nobody{n}@staff.example", "wrong") for n in range(12)]
    assert answers == [200] * 10 + [429] * 2
    assert attempt("uma@staff.example", PASSWORD) == 429
    assert attempt("uma@staff.example", PASSWORD, address="192.0.2.2") == 302


def test_an_address_that_nobody_has_is_treated_as_any_other(people):
    known = [attempt("max@staff.example", "wrong", address="192.0.2.1") for _ in range(7)]
    unknown = [attempt("nobody@staff.example", "wrong", address="192.0.2.2") for _ in range(7)]
    assert known == unknown == [200] * 5 + [429] * 2


def test_a_sign_in_that_succeeds_does_not_count(people):
    assert [attempt("max@staff.example", PASSWORD) for _ in range(12)] == [302] * 12
    assert [attempt("max@staff.example", "wrong") for _ in range(4)] == [200] * 4
    assert attempt("max@staff.example", PASSWORD) == 302
    assert [attempt("max@staff.example", "wrong") for _ in range(2)] == [200, 429]


def test_an_address_claimed_in_a_header_is_not_believed(people):
    client = Client(headers={"X-Forwarded-For": "198.51.100.77", "X-Real-IP": "198.51.100.77"})
    for _ in range(3):
        attempt("max@staff.example", "wrong", client=client)
    assert set(RateLimitWindow.objects.filter(kind="address").values_list("key", flat=True)) == {"192.0.2.1"}


def test_the_table_names_nobody(people):
    attempt("max@staff.example", "wrong")
    Client().post("/password-reset/", {"email": "max@staff.example"})
    kept = str(list(RateLimitWindow.objects.values_list()))
    assert "mail:" in kept
    assert "max" not in kept.lower()
    assert "staff" not in kept.lower()


def test_the_refusal_says_when_to_come_back(people):
    for _ in range(5):
        attempt("max@staff.example", "wrong")
    answer = Client().post(
        "/login/", {"login": "max@staff.example", "password": PASSWORD}, REMOTE_ADDR="192.0.2.1"
    )
    assert 290 <= int(answer["Retry-After"]) <= 300
    page = answer.content.decode()
    assert "You can try again in 5 minutes, at " in page
    assert answer["X-Request-ID"] in page


def test_mails_with_a_link_are_limited_for_known_and_unknown_addresses_alike(people, mailoutbox):
    for email in ("max@staff.example", "nobody@staff.example"):
        answers = [Client().post("/password-reset/", {"email": email}).status_code for _ in range(5)]
        assert answers == [302] * 3 + [429] * 2
    do_jobs()
    assert [mail.to for mail in mailoutbox] == [["max@staff.example"]] * 3


def test_changing_a_password_is_no_way_to_guess_the_old_one(people, manager, sign_in):
    client = sign_in(manager)
    form = {"oldpassword": "wrong", "password1": "a whole new battery", "password2": "a whole new battery"}
    assert [client.post("/profile/password/", form).status_code for _ in range(4)] == [200] * 3 + [429]


def test_searching_is_limited_for_a_person_and_not_for_their_colleagues(manager, user, sign_in):
    client = sign_in(manager)
    answers = [client.get("/contacts/") for _ in range(4)]
    assert [each.status_code for each in answers] == [200] * 3 + [429]
    assert "You can try again in" in answers[3].content.decode()
    fragment = client.get("/contacts/", headers={"HX-Request": "true", "HX-Target": "results"})
    assert fragment.status_code == 429
    assert 'id="fault"' in fragment.content.decode()  # what the script shows as a message
    assert client.get("/contacts/options/title/").status_code == 429
    assert client.get("/industries/").status_code == 200
    assert sign_in(user).get("/contacts/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_hundred_guesses_at_once_are_five(people):
    threads = 10
    together = Barrier(threads, timeout=300)

    def guess(number: int) -> list[int]:
        together.wait()
        answers = [attempt("max@staff.example", "wrong", address=f"192.0.2.{number}") for _ in range(10)]
        connections.close_all()
        return answers

    with ThreadPoolExecutor(threads) as pool:
        answers = [answer for each in pool.map(guess, range(threads)) for answer in each]
    assert (answers.count(200), answers.count(429)) == (5, 95)


def test_a_stranger_cannot_lock_the_owner_out_of_their_own_browser(people):
    at_home = Client()
    assert attempt("max@staff.example", PASSWORD, client=at_home) == 302
    at_home.post("/logout/")
    for _ in range(7):
        attempt("max@staff.example", "wrong", address="192.0.2.66")
    assert attempt("max@staff.example", PASSWORD, address="192.0.2.67") == 429
    assert attempt("max@staff.example", PASSWORD, client=at_home) == 302


def test_a_stranger_cannot_keep_the_owner_from_a_link_to_a_new_password(people, mailoutbox):
    at_home = Client()
    attempt("max@staff.example", PASSWORD, client=at_home)
    at_home.post("/logout/")
    asked = {"email": "max@staff.example"}
    answers = [
        Client().post("/password-reset/", asked, REMOTE_ADDR="192.0.2.66").status_code for _ in range(4)
    ]
    assert answers == [302] * 3 + [429]
    answers = [at_home.post("/password-reset/", asked).status_code for _ in range(4)]
    assert answers == [302] * 3 + [429]
    do_jobs()
    assert len(mailoutbox) == 6


def test_a_known_browser_has_no_more_tries_than_anybody_and_none_at_another_account(people):
    at_home = Client()
    attempt("max@staff.example", PASSWORD, client=at_home)
    at_home.post("/logout/")
    answers = [attempt("max@staff.example", "wrong", client=at_home) for _ in range(7)]
    assert answers == [200] * 5 + [429] * 2
    assert attempt("max@staff.example", PASSWORD, client=at_home) == 429
    for _ in range(5):
        attempt("uma@staff.example", "wrong", address="192.0.2.66")
    assert attempt("uma@staff.example", PASSWORD, client=at_home, address="192.0.2.67") == 429


@pytest.mark.parametrize("forged", ["", "nonsense", "a:b:c", "W10:1:x"])
def test_a_forged_mark_of_a_known_browser_is_worth_nothing(people, forged):
    client = Client()
    client.cookies["known_device"] = forged
    for _ in range(5):
        attempt("max@staff.example", "wrong", address="192.0.2.66")
    assert attempt("max@staff.example", PASSWORD, client=client) == 429


def test_a_block_is_in_the_log_and_in_the_owners_mail_once(people, manager, mailoutbox):
    for _ in range(9):
        attempt("max@staff.example", "wrong", address="192.0.2.66")
    do_jobs()
    events = SecurityEvent.objects.filter(subject_id=manager.pk).values_list("kind", flat=True)
    assert list(events.order_by("id")) == ["sign_in_failed"] * 5 + ["locked_out"]
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == (["max@staff.example"], "Your account is locked for some minutes")
    assert "192.0.2.66" in mail.body


def test_a_block_of_nobody_is_in_the_log_and_in_nobodys_mail(people, mailoutbox):
    for _ in range(7):
        attempt("nobody@staff.example", "wrong")
    do_jobs()
    assert list(SecurityEvent.objects.values_list("kind", "subject_id").order_by("id")) == [
        *[("sign_in_failed", None)] * 5,
        ("locked_out", None),
    ]
    assert mailoutbox == []


def test_a_block_can_be_lifted_for_all_browsers_of_an_account(people):
    at_home = Client()
    attempt("max@staff.example", PASSWORD, client=at_home)
    at_home.post("/logout/")
    for _ in range(5):
        attempt("max@staff.example", "wrong", client=at_home)
    assert attempt("max@staff.example", PASSWORD, client=at_home) == 429
    assert "Max Manager (max@staff.example)" in {party.name for party in limited_parties()}
    lift_limits(kind="account", keys=keys_of_account("max@staff.example"))
    assert attempt("max@staff.example", PASSWORD, client=at_home) == 302
