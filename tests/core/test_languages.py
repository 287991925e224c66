"""Pages in the language of who reads them: words, days, numbers and money, and nothing else of the page."""

import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from apps.contacts.fields import FIELDS, Group
from apps.contacts.imports.headers import field_names
from apps.contacts.rendering import cell, plain_text, short_money, time_ago
from apps.core.local_figures import grouped, short_day

OTHERS = [code for code, _ in settings.LANGUAGES if code != "en"]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("es", "es"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("fr,hi;q=0.5", "hi"),
        ("fr", "en"),
        ("*", "en"),
        ("x" * 600, "en"),
        ("", "en"),
    ],
)
def test_a_stranger_reads_what_the_browser_asks_for(db: None, header: str, language: str) -> None:
    answer = Client(headers={"accept-language": header}).get("/login/")
    assert f'<html lang="{language}"' in answer.content.decode()
    assert answer["Content-Language"] == language
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in answer["Vary"].split(",")}


def test_the_next_request_is_not_in_the_language_of_the_one_before(db: None) -> None:
    assert "Iniciar sesión" in Client(headers={"accept-language": "es"}).get("/login/").content.decode()
    assert "Sign in" in Client().get("/login/").content.decode()
    assert translation.get_language() == "en"


def test_an_error_page_is_in_the_language_too(db: None) -> None:
    answer = Client(headers={"accept-language": "hi"}).get("/there/is/nothing/")
    assert answer.status_code == 404
    assert "इस पते पर कुछ नहीं है" in answer.content.decode()


def test_programs_are_answered_in_english(db: None) -> None:
    answer = Client(headers={"accept-language": "es"}).get("/api/nothing/")
    assert "There is nothing at this address" in answer.json()["detail"]


def test_labels_and_choices_are_said_in_the_language_and_stored_in_english() -> None:
    with translation.override("es"):
        assert FIELDS["title"].label == "Cargo"
        assert Group.COMPANY.label == "Empresa"
        assert FIELDS["stage"].shown("Hot") == "Caliente"
        assert FIELDS["stage"].shown("Our own stage") == "Our own stage"
        assert FIELDS["seniority"].shown("Owner") != FIELDS["owner"].label
        assert "Caliente" in cell(FIELDS["stage"], {"stage": "Hot"})
    assert FIELDS["title"].label == "Title"


def test_an_import_knows_the_english_headers_whatever_the_language() -> None:
    field_names.cache_clear()
    with translation.override("hi"):
        assert field_names()["company"][0] == "company"
        assert field_names()["e mail status"][0] == "email_status"
    field_names.cache_clear()


@pytest.mark.parametrize(
    ("language", "number", "money", "sum_of_money", "day", "ago"),
    [
        ("en", "1,234,567", "$18.4M", "$18,400,000", "2 mar 2026", "3 hours ago"),
        ("es", "1.234.567", "$18,4\xa0M", "$18.400.000", "2 mar 2026", "hace 3 horas"),
        ("hi", "12,34,567", "$1.8\xa0करोड़", "$1,84,00,000", "2 मार्च 2026", "3 घंटे पहले"),
    ],
)
def test_numbers_money_and_days_are_written_as_the_language_does(
    language: str, number: str, money: str, sum_of_money: str, day: str, ago: str
) -> None:
    now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    with translation.override(language):
        assert grouped(1_234_567) == number
        assert (grouped(999), grouped(-1)) == ("999", "-1")
        assert short_money(18_400_000) == money
        assert plain_text(FIELDS["annual_revenue"], 18_400_000) == sum_of_money
        assert short_day(date(2026, 3, 2)).lower() == day.lower()
        assert time_ago(now - timedelta(hours=3), now) == ago


PATHS = (
    "/contacts/",
    "/contacts/?employees__gte=1000&annual_revenue__gte=1000000",
    "/contacts/new/",
    "/contacts/operations/",
    "/industries/",
    "/contacts/trash/",
    "/ops/sessions/",
    "/ops/jobs/runs/",
    "/users/{person}/log/",
    "/users/{person}/statement/",
    "/users/",
    "/users/roles/",
    "/users/log/",
    "/users/{person}/",
    "/users/{person}/access/",
    "/users/{person}/columns/",
    "/users/{person}/edit/",
    "/profile/",
    "/profile/security/",
    "/profile/sessions/",
    "/profile/sign-ins/",
    "/profile/downloads/",
    "/ops/",
    "/ops/jobs/",
    "/ops/errors/",
    "/ops/limits/",
)
# For programs: no language may change them. Words for people in data attributes are named here.
_FOR_PEOPLE = {
    "data-away-words",
    "data-capped",
    "data-contacted-hint",
    "data-copied",
    "data-edit-words",
    "data-ended",
    "data-error",
    "data-every",
    "data-failed",
    "data-found-nothing",
    "data-just-now",
    "data-known",
    "data-label",
    "data-late",
    "data-leave-out",
    "data-many",
    "data-none",
    "data-not-copied",
    "data-of-words",
    "data-on-page",
    "data-one",
    "data-pin-failed",
    "data-place-words",
    "data-refused",
    "data-request",
    "data-selected",
    "data-too-many",
    "data-unanswered",
    "data-unreachable",
    "data-unsent",
    "data-unused",
    "data-words",
}
_CHANGING = re.compile(r"csrf|nonce|seed|version|^key$", re.IGNORECASE)


class _Machine(HTMLParser):
    """What a page says to programs: addresses, names and values of inputs, data, drawings."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if _CHANGING.search(held.get("name") or ""):
            return
        for name, value in attrs:
            is_machine = name in {
                "href",
                "action",
                "src",
                "name",
                "id",
                "for",
                "datetime",
                "width",
                "x",
                "hx-get",
                "hx-post",
            }
            is_machine |= name.startswith("data-") and name not in _FOR_PEOPLE
            is_machine |= name == "value" and tag in {"input", "option", "button"}
            if is_machine:
                # A page may say its own moment: only how that is written counts.
                said = re.sub("[0-9]", "0", value or "") if name == "datetime" else value or ""
                self.found.append((tag, name, said))


def machine_parts(page: str) -> list[tuple[str, str, str]]:
    parser = _Machine()
    parser.feed(page)
    return parser.found


@pytest.mark.parametrize("language", OTHERS)
def test_what_programs_read_is_the_same_in_every_language(
    admin, manager, make_contact, sign_in, language
) -> None:
    for number in range(3):
        make_contact(
            id=1_234_567 + number,
            first_name="Ana",
            last_name=f"Number {number}",
            company="Acme",
            employees=12_000,
            annual_revenue=18_400_000,
            stage="Hot",
            seniority="Owner",
        )
    client = sign_in(admin)
    paths = [path.format(person=manager.pk) for path in PATHS] + [
        "/contacts/1234567/",
        "/contacts/1234567/edit/",
    ]
    for path in paths:
        english = client.get(path)
        assert english.status_code == 200, path
        admin.language = language
        admin.save(update_fields=["language"])
        other = client.get(path)
        admin.language = ""
        admin.save(update_fields=["language"])
        assert f'<html lang="{language}"' in other.content.decode(), path
        assert machine_parts(other.content.decode()) == machine_parts(english.content.decode()), path
