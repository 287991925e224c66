"""What somebody may not read changes nothing for them: not a byte of any answer, and not the number of queries.

Two databases that differ in the hidden columns alone, also in whom these alone identify or make alike, are asked the
same (C4 of the security checks): every route of the URL map, read and written to, every field of the catalogue, every
kind of field with every operator, and an import. A new route or field takes part by itself; a route whose address
needs something that ARGUMENTS lacks fails the test until it says what. Each thing is asked once: what parses a search
is the same everywhere, so that all its parameters go to the list's fragment, and to each other route all that is
hidden at once.
"""

import csv
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.access import Access, Capability
from apps.accounts.models import AdminUser
from apps.accounts.sessions import middleware
from apps.contacts import selection
from apps.contacts.facets import bitmaps, counts
from apps.contacts.fields import EMAIL_STATUSES, FIELDS, LOCATION_FIELDS, RECOGNISABLE, Kind
from apps.contacts.history.log import operation
from apps.contacts.imports.importing import import_file
from apps.contacts.models import Contact, Industry, Note, Operation, SavedView, ViewVisit
from apps.contacts.operations import edit_contact
from apps.contacts.pages.filter_panel import GROUP_KEYS
from apps.contacts.seen_versions import sealed_version
from apps.contacts.views import log
from tests.cast import CLERKS_COLUMNS
from tests.contacts.test_gate import patterns
from tests.jobs_done import do_jobs

type Answer = tuple[int, tuple[str, ...], bytes, int]

OPERATOR = Access.of_operator()
FIRST = 100  # the id of the first contact
NOTE = 1  # on the first of the contacts that routes are asked about
PERSON = 7_001  # who asks; the next one owns contacts too
PEOPLE: dict[str, tuple[str, dict[str, str], dict[str, bool]]] = {
    "clerk": ("user", CLERKS_COLUMNS, {}),
    "city": ("user", {"last_name": "read", "city": "read", "mobile_phone": "read", "title": "edit"}, {}),
    "state": ("user", {"state": "read", "company_phone": "read", "company_state": "read"}, {}),
    "manager": ("manager", {**CLERKS_COLUMNS, "first_name": "edit", "custom": "read"}, {}),
    # Opens the pages about people and rights too, which an admin alone does usually.
    "assistant": ("user", {"last_name": "read"}, {"manage_users": True, "manage_columns": True}),
}
# Contacts that hold little or nothing that may be read, and in each of the two databases only some of what may not be:
# recognisable by that alone, or by nothing. BARELY_NAMED holds the first readable column that contacts are known by.
BARE, BARELY_NAMED = 9, 8  # of each third one the readable texts are empty too
HELD: dict[int, tuple[set[str], set[str]]] = {
    BARE: (set(), {"email", "mobile_phone"}),
    BARELY_NAMED: ({"person_linkedin_url"}, set()),
    10: ({"company", "last_name"}, {"contact_id"}),
    11: ({"first_name", "email"}, {"first_name", "company", "tags", "annual_revenue"}),
}
# In the second database it shares what may not be read with nobody, in the first with most others.
UNLIKE_OTHERS = 7
# What addresses are made of. Of an operation and a contact there are several kinds: see fill().
ARGUMENTS: dict[str, list[Any]] = {
    "contact_id": [FIRST + 1, FIRST + 2, FIRST + BARE],
    "operation_id": [1, 2, 3, 4],
    "industry_id": [1],
    "view_id": [1, 2, 3],  # shared; another's; one's own
    "field": [*FIELDS, "location", "custom", "nosuch"],
    "user_id": [PERSON, PERSON + 1],
    "role": ["user", "nosuch"],
    "mail_id": ["x"],
    "factor_id": [1],
    "change_id": [1],
    "note_id": [NOTE],
    "token": ["x"],
    "session_id": [1],
    "job_id": [1],
    "group_id": [1],
    "act_id": [5_000],
    "uidb36": ["1"],
    "key": ["x"],
}
# Of every field one contact will do: what its editor says hangs on the field.
FEWER: dict[str, dict[str, list[Any]]] = {"cell_edit": {"contact_id": [FIRST + 2]}}
# What forms are filled with, besides a value for every field.
POSTED = {
    "title": "CEO",
    "first_name": "New",
    "name": "X",
    "contact": str(FIRST + 1),
    "text": "Spain; a1@x.example; nobody",
}
FRAGMENT = {"HX-Request": "true", "HX-Target": "results"}
# They count and time what the process does, for machines, and answer everybody else with 404.
OF_THE_PROCESS = {"metrics", "health_detailed"}
# Of each request anew, or the time of day.
CHANGING = re.compile(
    rb'name="(csrfmiddlewaretoken|version|key)" value="[^"]+"|nonce="[^"]+"|"X-CSRFToken[^}]+'
    rb"|<time [^>]*>[^<]*</time>|\b[0-9a-f]{16}\b"
    # Secrets of second factors that are being set up.
    rb'|src="data:image/svg[^"]*"|otpauth://[^"]*|<code id="secret">[^<]*|"challenge": ?"[^"]*"'
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


def is_held(name: str, place: int, variant: int, readable: frozenset[str]) -> bool:
    if place not in HELD:
        return True
    known_by = next((known for known in RECOGNISABLE if known in readable), None)
    return (place == BARELY_NAMED and name == known_by) or (
        name not in readable and name in HELD[place][variant]
    )


def fill(readable: frozenset[str], variant: int) -> None:
    def values(place: int, flip: int) -> dict[str, Any]:
        held = {
            name: value_of(name, place, flip if name in readable else (variant + flip) % 2)
            for name, field in FIELDS.items()
            if field.is_writable and is_held(name, place, variant, readable)
        }
        if place == UNLIKE_OTHERS and variant == 1:
            held |= {name: "Alone" for name in ("company", "city", "last_name") if name not in readable}
            held |= {"mobile_phone": "+91 98200 12345"} if "mobile_phone" not in readable else {}
        header = (flip if "custom" in readable else variant + flip) % 2
        return held | ({} if place in HELD else {"custom": {"Header": header}})

    references = {"industry": "industry_id", "owner": "owner_id"}
    with operation(Operation.Kind.IMPORT, access=OPERATOR):
        Contact.objects.bulk_create(
            Contact(pk=FIRST + n, **{references.get(k, k): v for k, v in values(n, 0).items()})
            for n in range(12)
        )
    edit_contact(FIRST + 1, access=OPERATOR, values=values(1, 1), seen_version=1)
    hidden = {name: value for name, value in values(2, 1).items() if name not in readable}
    edit_contact(FIRST + 2, access=OPERATOR, values=hidden, seen_version=1)
    note = Note.objects.create(pk=NOTE, contact_id=FIRST + 1, author_id=PERSON, text="Likes tea")
    Note.objects.filter(pk=note.pk).update(created_at=datetime(2020, 1, 1, tzinfo=UTC))
    make_views()
    counts.fold_deltas()
    bitmaps.refresh()


def make_views() -> None:
    """Views that ask for every field and show it, in which everything is new."""
    query = "&".join(f"{name}__not=Nobody" for name in FIELDS) + "&sort=-title"
    columns = [{"name": name, "width": None} for name in (*FIELDS, "custom")]
    for pk, owner, is_shared in ((1, PERSON + 1, True), (2, PERSON + 1, False), (3, PERSON, False)):
        view = SavedView.objects.create(
            pk=pk, owner_id=owner, name=f"View {pk}", query=query, columns=columns, is_shared=is_shared
        )
        ViewVisit.objects.create(person_id=PERSON, view=view, seen_at=timezone.now(), seen_up_to=0)


def searches(access: Access) -> list[str]:
    """Parameters of the list: every operator of each kind of field, and each field in what it may be asked."""
    texts = [
        "Spain",
        "United States",
        "Alone",
        "%2B919820012345",
        "a1@x.example",
        "2025550143",
        "%2B442079460958",
        "Alpha",
        "15",
        "true",
    ]
    found = ["", "sort=title", "location__empty=true&sort=-company", "location=Spain&location__not=Italy"]
    kinds: set[object] = set()
    for name in (*FIELDS, "location", "custom", "nosuch"):
        each = [f"{name}=Spain", f"{name}__empty=true", f"sort=-{name}"]
        kind = FIELDS[name].kind if name in FIELDS else name
        if kind not in kinds or not access.can_read(name):
            each += [f"{name}__not={texts[1]}", f"{name}__contains=a", f"{name}__gte=16"]
            each.append(f"country=Spain&{name}={texts[1]}")
        # What is refused is refused before anything is looked for: all of it at once.
        if access.can_read(name) or name == "location":
            kinds.add(kind)
            found += each
        else:
            found.append("&".join(each))
    found += [f"{parameter}={text}" for parameter in ("q", "mobile_phone") for text in texts]
    # Prefixes, several columns at once, and names that are nearly so: "Spain" is one in half of the contacts.
    prefixed = [*FIELDS, "name", "phone", "location", "nosuch"]
    found += [f"q={'+'.join(f'{sign}{name}:Spain' for name in prefixed)}" for sign in ("", "-")]
    found += [f"q={name}:Spain" for name in prefixed]
    found += ["q=Spian", "q=Spian&similar=names", "q=name:Uintde&similar=names"]
    return [*found, "q=-phone:2025550143", "q=a@x.example+b@x.example"]


def addresses(access: Access) -> list[str]:
    """What is asked besides every route: whole pages, views and all that hangs on parameters of its own."""
    groups = "&".join(f"group={key}" for key in GROUP_KEYS)
    together = "title=Spain&company=Spain&stage=Spain&annual_revenue__gte=5"
    rest = ["?country=Spain", "?q=Spain&sort=-title", f"?record={FIRST + 1}"]
    rest += ["?q=https://app.apollo.io/%23/people?personLocations[]=Spain%26contactEmailStatusV2[]=verified"]
    rest += [f"options/{name}/?q=s" for name in (*LOCATION_FIELDS, "location", "owner")]
    rest += [f"facets/?{search}&{groups}" for search in ("", "country=Spain", together, "q=spain")]
    rest += [f"facets/?{name}=Spain&group=location" for name in FIELDS if not access.can_read(name)]
    rest += [f"facets/?in={name}&find=s" for name in ("title", "company", "city", "location", "owner")]
    rest += [
        f"{FIRST + n}/{page}"
        for n in (1, 2, BARE, BARELY_NAMED)
        for page in (
            *("?country=Spain", "history/?part=changes"),
            *("?as_of=2020-01-01", f"?as_of={date.today()}"),  # noqa: DTZ011  # any zone's will do
        )
    ]
    rest += [f"?view={n}{more}" for n in (1, 2, 3) for more in ("", "&own=1&country=Spain", "&columns=title")]
    rest += [
        f"?columns={','.join((*FIELDS, 'custom', 'nosuch'))}",
        *(f"columns/?view={n}" for n in (1, 2, 3)),
        "views/counts/?view=1&view=2&view=3",
    ]
    words = (
        "Spain",
        "a1@x.example",
        "2025550143",
        "%2B442079460958",
        "Alpha",
        "15",
        "spa",
        "spa spa",
        "unit s",
    )
    return [*(f"/contacts/{address}" for address in rest), *(f"/palette/?q={word}" for word in words)]


def routes() -> list[tuple[str, list[str]]]:
    """Every route by name, with its addresses; Raises KeyError for an address that needs something unknown."""
    found = []
    for pattern in patterns():
        names = list(pattern.pattern.regex.groupindex)
        arguments = ARGUMENTS | FEWER.get(str(pattern.name), {})
        each = product(*(arguments[name] for name in names))
        if pattern.name not in OF_THE_PROCESS:
            paths = [reverse(pattern.name, kwargs=dict(zip(names, values, strict=True))) for values in each]
            found.append((str(pattern.name), paths))
    return found


def questions(access: Access) -> list[str]:
    """Parameters that name everything somebody may read, and everything they may not, put behind an address."""
    return [
        "&".join(
            f"{name}{operator}=Spain"
            for name in (*FIELDS, "custom")
            if access.can_read(name) is may_read
            for operator in ("", "__not", "__contains", "__gte")
        )
        + "&q=Spain&sort=-title"
        for may_read in (True, False)
    ]


def acts(access: Access) -> list[tuple[str, dict[str, str]]]:
    key = {"first_name": "New", "email": "b5@x.example", "contact_id": "b5@x.example"}
    everything = dict.fromkeys(FIELDS, "Spain")
    return [
        ("/contacts/filters/note/", everything),
        ("/contacts/filters/pin/", {"pin": "revenue"}),
        (f"/contacts/{FIRST + 1}/edit/", {"title": "CEO", "version": sealed_version(FIRST + 1, 1)}),
        (f"/contacts/{FIRST + 2}/edit/", {"title": "CEO", "version": sealed_version(FIRST + 2, 1)}),
        ("/contacts/new/", key),
        *(
            (f"/contacts/{FIRST + 1}/quick/", {"field": field, "value": "Hot", "add": "New", "version": seen})
            for field, seen in product(
                ("stage", "tags", "owner", "title"), ("", sealed_version(FIRST + 1, 1))
            )
        ),
        (f"/contacts/{FIRST + 1}/notes/{NOTE}/", {"text": "Likes coffee", "version": "1"}),
        *(
            (f"/contacts/{FIRST + n}/cells/{field}/", {field: "x", "version": sealed_version(FIRST + n, 1)})
            for n in (1, 2)
            for field in ("first_name", "last_name", "title", "email")
        ),
        # Whoever empties the last column that they know a contact by, and whoever never saw one.
        *(
            (f"/contacts/{FIRST + n}/cells/{field}/", {field: "", "version": sealed_version(FIRST + n, 1)})
            for n in (BARE, BARELY_NAMED)
            for field in ("first_name", "last_name", "company", "title")
        ),
        *(
            (
                f"/contacts/{FIRST + n}/edit/",
                {"title": "", "first_name": "", "version": sealed_version(FIRST + n, 1)},
            )
            for n in (BARE, BARELY_NAMED)
        ),
        *(bulk_acts() if access.can(Capability.BULK_EDIT) else ()),
        *((f"/contacts/{FIRST + n}/delete/", {}) for n in (4, BARE, 10)),
        *(("/contacts/trash/restore/", {"contact": str(FIRST + n)}) for n in (4, BARE)),
        ("/contacts/views/new/", {"view": "1"}),
        *((f"/contacts/views/{n}/save/", {"query": "country=Spain", "version": "1"}) for n in (1, 2, 3)),
        ("/contacts/views/save-as/", {"query": "view=1", "name": "Copy"}),
        ("/contacts/columns/save/", {"query": "view=1", "columns": ",".join((*FIELDS, "nosuch"))}),
        ("/contacts/views/order/", {"view": "3", "move": "up:1"}),
        ("/contacts/views/3/delete/", {}),
        ("/contacts/views/3/restore/", {}),
        *((f"/contacts/{FIRST + 1}/history/{n}/undo/", {}) for n in (2, 1)),
        *((f"/contacts/operations/{n}/undo/", {}) for n in (3, 2, 1)),
    ]


def bulk_acts() -> list[tuple[str, dict[str, str]]]:
    """Each said first and then done, to some and to all of searches that name what may be hidden."""
    ten = ",".join(str(FIRST + n) for n in range(10))
    chosen: list[dict[str, str]] = [{"contact": ten, "stated": "10"}, {"all": "1", "stated": "12"}]
    chosen += [
        {"all": "1", "search": search, "stated": "6"}
        for search in ("country=Spain", "email__empty=true", "q=Spain")
    ]
    deeds = [{"act": f"set:{name}", "value": "Spain"} for name in ("title", "first_name", "stage", "nosuch")]
    deeds += [{"act": "set:first_name", "value": ""}, {"act": "add:tags", "value": "x"}, {"act": "edit"}]
    found = []
    pairs = [*product(chosen[:1], deeds), *product(chosen[1:], deeds[:2])]
    for number, (who, deed) in enumerate(pairs):
        found.append(("/contacts/bulk/confirm/", {**who, **deed}))
        found.append(("/contacts/bulk/", {**who, **deed, "key": str(number)}))
    return [*found, ("/contacts/bulk/confirm/", {"act": "count", **chosen[2]})]


def answer(send: Callable[..., Any], path: str, *data: Any, **more: Any) -> Answer:
    connection.queries_log.clear()
    with CaptureQueriesContext(connection) as queries:
        got = send(path, *data, **more)
    headers = tuple(f"{k}: {v}" for k, v in got.headers.items() if k == "Location" or k.startswith("HX-"))
    return got.status_code, headers, CHANGING.sub(b"", got.content), len(queries)


def of_every_route(person: AdminUser, cookie: str) -> dict[tuple[str, str], Answer]:
    """What each route says to reading it and to forms, nothing of which stays.

    The first of its addresses gets everything, each other one what differs by address. A method that a route does
    not have is not tried again, nor one that an address denies to this person.
    """
    found = {}
    access = Access.of(person)
    filled = dict.fromkeys(FIELDS, "Spain") | POSTED
    for name, paths in routes():
        refused: set[str] = set()
        for place, path in enumerate(paths):
            denied: set[str] = set()
            asks: list[tuple[str, str, dict[str, Any]]] = [("get", path, {})]
            if place == 0:
                asks += [("get", f"{path}?{question}", {}) for question in questions(access)]
                asks.append(("get", path, {"headers": FRAGMENT}))
                asks.append(("post", path, {}))
            elif name == "contact_options":
                asks.append(("get", f"{path}?q=Spain", {}))
            asks.append(("post", path, {"data": filled}))
            for method, address, more in asks:
                if method not in refused | denied:
                    got = taken_back(cookie, method, address, **more)
                    found[f"{method} {name} {sorted(more)}", address] = got
                    if got[0] == 405:
                        refused.add(method)
                    elif got[0] == 403:
                        denied.add(method)
    return found


def taken_back(cookie: str, method: str, path: str, **more: Any) -> Answer:
    # Each by a browser of its own: some routes sign out, or end sessions.
    client = Client(raise_request_exception=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    try:
        with transaction.atomic():
            found = answer(getattr(client, method), path, **more)
            raise Over
    except Over:
        return found


def of_an_import(person: AdminUser, folder: Path) -> Any:
    """The accounts and the rejects of a file that names every column, with keys that hidden contacts have."""
    access = Access.of(person)
    if not access.can(Capability.IMPORT):
        return None
    names = [name for name, field in FIELDS.items() if field.is_writable and field.kind is not Kind.REFERENCE]
    file = folder / "people.csv"
    with file.open("w", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(["First name", "Last name", *names])
        for place in range(12):
            values = [value_of(name, place, place % 2) for name in names]
            lines.writerow(["Imp", f"Orted {place}", *(v if isinstance(v, str) else "" for v in values)])
    result = import_file(file, access=access)
    kept = result.rejects_file.read_bytes() if result.rejects_file else b""
    return result.balance, result.contacts, result.left_out, CHANGING.sub(b"", kept)


def of_undo_in_the_background(client: Client) -> dict[Any, Answer]:
    """What an undo says that is not done at once: when it is asked for, while it is at it and at its end."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log, "AT_ONCE", 0)
        for number in (3, 2, 1):
            path = f"/contacts/operations/{number}/undo/"
            found["in the background", path] = done = answer(client.post, path)
            if done[0] == 302:
                page = done[1][0].removeprefix("Location: ")
                found["at it", path] = answer(client.get, page)
                do_jobs()
                found["done", path] = answer(client.get, page)
    return found


def number_afresh() -> None:
    """The same numbers in both databases, and none that is taken."""
    starts = {"contacts_contact_id_seq": 1_000, "contacts_operation_id_seq": 1, "contacts_change_id_seq": 1}
    with connection.cursor() as cursor:
        cursor.execute("SELECT seqrelid::regclass::text FROM pg_sequence")
        for (sequence,) in cursor.fetchall():
            cursor.execute("SELECT setval(%s, %s, false)", [sequence, starts.get(sequence, 5_000)])


def everything(person: AdminUser, variant: int, folder: Path) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    client = Client()
    try:
        with transaction.atomic():
            number_afresh()
            client.force_login(person)
            fill(Access.of(person).readable, variant)
            access = Access.of(person)
            found |= of_every_route(person, client.cookies[settings.SESSION_COOKIE_NAME].value)
            for query in searches(access):
                found[len(found), query] = answer(client.get, f"/contacts/?{query}", headers=FRAGMENT)
            for path in addresses(access):
                found[len(found), path] = answer(client.get, path)
            for path, data in acts(access):
                found[len(found), path] = done = answer(client.post, path, data)
                if done[0] in {200, 302}:
                    found[len(found), "what it says"] = answer(client.get, "/contacts/?page_size=5")
            found |= of_undo_in_the_background(client)
            for path in (f"/contacts/{FIRST + 1}/history/", "/contacts/operations/", "/contacts/trash/"):
                found[len(found), path] = answer(client.get, path)
            found["import"] = of_an_import(person, folder)
            raise Over
    except Over:
        return found


@pytest.mark.as_owner
@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("who", PEOPLE)
def test_two_databases_that_differ_in_hidden_columns_answer_alike(
    who: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "APP_DATA_DIR", tmp_path)
    monkeypatch.setattr(bitmaps, "WORTHWHILE", 0)
    monkeypatch.setattr(selection, "FEW", 0)
    monkeypatch.setattr(
        middleware, "NOTED_EVERY_SECONDS", 10**6
    )  # a note costs queries, in whichever run it falls
    role, rights, overrides = PEOPLE[who]
    person = AdminUser.objects.create_user(
        "p@x.example", pk=PERSON, name="P", role=role, column_rights=rights, capability_overrides=overrides
    )
    AdminUser.objects.create_user("o@x.example", pk=PERSON + 1, name="O", role="user")
    for number, name in enumerate(("Retail", "Software"), 1):
        Industry.objects.create(pk=number, name=name)
    client = Client()
    client.force_login(person)
    client.get("/contacts/")  # what is looked up once for all
    one, other = everything(person, 0, tmp_path), everything(person, 1, tmp_path)
    assert one.keys() == other.keys()
    assert [path for path in one if one[path] != other[path]] == []
    statuses = {found[0] for key, found in one.items() if key != "import"}
    assert {200} <= statuses <= {200, 204, 302, 400, 403, 404, 405, 409, 410, 422}
