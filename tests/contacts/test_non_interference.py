"""What somebody may not read changes nothing for them: not a byte of any answer, and not the number of queries."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts import selection
from apps.contacts.facets import bitmaps, counts
from apps.contacts.fields import EMAIL_STATUSES, FIELDS, LOCATION_FIELDS, Kind
from apps.contacts.history.log import operation
from apps.contacts.models import Contact, Industry, Operation
from apps.contacts.operations import edit_contact
from tests.cast import CLERKS_COLUMNS

type Answer = tuple[int, str, bytes, int]

OPERATOR = Access.of_operator()
FIRST = 100  # the id of the first contact
PEOPLE = {
    "clerk": ("user", CLERKS_COLUMNS),
    "city": ("user", {"last_name": "read", "city": "read", "mobile_phone": "read", "title": "edit"}),
    "state": ("user", {"state": "read", "company_phone": "read", "company_state": "read"}),
    "manager": ("manager", {**CLERKS_COLUMNS, "first_name": "edit", "custom": "read"}),
}
# Of each request anew, or the time of day.
CHANGING = re.compile(
    rb'name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"|"X-CSRFToken[^}]+'
    rb"|<time [^>]*>[^<]*</time>|\b[0-9a-f]{16}\b"
)
VALUES: dict[Kind, tuple[Any, Any]] = {
    Kind.PHONE: ("202-555-0143", "+44 20 7946 0958"),
    Kind.LIST: (["Alpha"], ["Beta", "Alpha"]),
    Kind.INTEGER: (15, 5_000),
    Kind.MONEY: (1_000, 10**9),
    Kind.DATE: (date(2020, 1, 1), date(2024, 5, 5)),
    Kind.MOMENT: (datetime(2020, 1, 1, tzinfo=UTC), datetime(2024, 5, 5, tzinfo=UTC)),
    Kind.BOOLEAN: (False, True),
    Kind.URL: ("https://a.example", "https://b.example"),
}


class Over(Exception):
    """Rolls a database back."""


def value_of(name: str, place: int, variant: int) -> Any:
    """What a contact holds in a field in either of the two databases; one in three holds nothing in the first."""
    kind = FIELDS[name].kind
    if name in {"email", "contact_id"}:
        return f"{'ab'[variant]}{place}@x.example"
    if name == "person_linkedin_url":
        return f"https://linkedin.com/in/{'ab'[variant]}-{place}"
    if name == "email_status":
        return EMAIL_STATUSES[variant]
    if kind is Kind.REFERENCE:
        pks = (AdminUser if name == "owner" else Industry).objects.order_by("pk").values_list("pk", flat=True)
        return pks[variant]
    if kind in VALUES:
        return VALUES[kind][variant]
    return "" if variant == 0 and place % 3 == 0 else ("Spain", "United States")[variant]


def fill(readable: frozenset[str], variant: int) -> None:
    def values(place: int, flip: int) -> dict[str, Any]:
        held = {
            name: value_of(name, place, flip if name in readable else (variant + flip) % 2)
            for name, field in FIELDS.items()
            if field.is_writable
        }
        return held | {"custom": {"Header": (flip if "custom" in readable else variant + flip) % 2}}

    references = {"industry": "industry_id", "owner": "owner_id"}
    with operation(Operation.Kind.IMPORT, access=OPERATOR):
        Contact.objects.bulk_create(
            Contact(pk=FIRST + n, **{references.get(k, k): v for k, v in values(n, 0).items()})
            for n in range(12)
        )
    edit_contact(FIRST + 1, access=OPERATOR, values=values(1, 1), seen_version=1)
    hidden = {name: value for name, value in values(2, 1).items() if name not in readable}
    edit_contact(FIRST + 2, access=OPERATOR, values=hidden, seen_version=1)
    counts.fold_deltas()
    bitmaps.refresh()


def addresses(access: Access) -> list[str]:
    asked = ["Spain", "United States", "a1@x.example", "2025550143", "+442079460958", "Alpha", "15", "true"]
    found = ["", "sort=title", "location__empty=true&sort=-company", "location=Spain&location__not=Italy"]
    for name in (*FIELDS, "location", "custom", "nosuch"):
        each = [f"{name}={asked[0]}", f"{name}__not={asked[1]}", f"{name}__empty=true", f"sort=-{name}"]
        each += [f"{name}__contains=a", f"{name}__gte=16", f"country=Spain&{name}={asked[1]}"]
        # What is refused is refused before anything is looked for: all of it at once.
        found += each if access.can_read(name) or name == "location" else ["&".join(each)]
    found += [f"q={text.replace('+', '%2B')}" for text in asked]
    found += [f"mobile_phone={text.replace('+', '%2B')}" for text in asked]
    options = [
        f"options/{name}/?q={text}" for name in (*LOCATION_FIELDS, "location", "owner") for text in ("", "s")
    ]
    of_one = [
        f"{FIRST + n}/{page}"
        for n in (1, 2, 3)
        for page in ("", "edit/", "history/", "delete/", "?country=Spain")
    ]
    logged = [*(f"operations/{n}/" for n in range(1, 5)), "operations/", "trash/", f"?record={FIRST + 1}"]
    return [f"/contacts/{rest}" for rest in (*(f"?{query}" for query in found), *options, *of_one, *logged)]


def acts() -> list[tuple[str, dict[str, str]]]:
    key = {"first_name": "New", "email": "b5@x.example", "contact_id": "b5@x.example"}
    return [
        (f"/contacts/{FIRST + 1}/edit/", {"title": "CEO", "version": "1"}),
        (f"/contacts/{FIRST + 2}/edit/", {"title": "CEO", "version": "1"}),
        ("/contacts/new/", key),
        (f"/contacts/{FIRST + 4}/delete/", {}),
        ("/contacts/trash/restore/", {"contact": str(FIRST + 4)}),
        *((f"/contacts/{FIRST + 1}/history/{n}/undo/", {}) for n in (2, 1)),
        *((f"/contacts/operations/{n}/undo/", {}) for n in (3, 2, 1)),
    ]


def answer(send: Callable[..., Any], path: str, *data: Any) -> Answer:
    connection.queries_log.clear()
    with CaptureQueriesContext(connection) as queries:
        got = send(path, *data)
    return got.status_code, got.headers.get("Location", ""), CHANGING.sub(b"", got.content), len(queries)


def everything(person: AdminUser, variant: int) -> dict[tuple[int, str], Answer]:
    found: dict[tuple[int, str], Answer] = {}
    client = Client()
    client.force_login(person)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                for table in ("operation", "change", "keptvalue", "contact"):
                    first = 1_000 if table == "contact" else 1
                    sequence = f"pg_get_serial_sequence('contacts_{table}', 'id')"
                    cursor.execute(f"SELECT setval({sequence}, %s, false)", [first])
            fill(Access.of(person).readable, variant)
            for path in addresses(Access.of(person)):
                found[len(found), path] = answer(client.get, path)
            for path, data in acts():
                found[len(found), path] = answer(client.post, path, data)
                found[len(found), "what it says"] = answer(client.get, "/contacts/?page_size=5")
            for path in (f"/contacts/{FIRST + 1}/history/", "/contacts/operations/"):
                found[len(found), path] = answer(client.get, path)
            raise Over
    except Over:
        return found


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("who", PEOPLE)
def test_two_databases_that_differ_in_hidden_columns_answer_alike(who: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bitmaps, "WORTHWHILE", 0)
    monkeypatch.setattr(selection, "FEW", 0)
    role, rights = PEOPLE[who]
    person = AdminUser.objects.create_user("p@x.example", name="P", role=role, column_rights=rights)
    AdminUser.objects.create_user("o@x.example", name="O", role="user")
    for name in ("Retail", "Software"):
        Industry.objects.create(name=name)
    client = Client()
    client.force_login(person)
    client.get("/contacts/")  # what is looked up once for all
    one, other = everything(person, 0), everything(person, 1)
    assert one.keys() == other.keys()
    assert [path for path in one if one[path] != other[path]] == []
    assert {200} <= {status for status, _, _, _ in one.values()} <= {200, 302, 403, 404, 409, 422}
