"""The timeline of a contact: notes and what operations did, newest first, in parts and in pages, under rights."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.history.log import operation
from apps.contacts.models import Contact, Note, Operation
from apps.contacts.notes.operations import add_note, delete_note
from apps.contacts.operations import edit_contact
from apps.contacts.pages.timeline import Part, Place, timeline_of

type SignIn = Callable[[AdminUser], Client]

START = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def ann(manager: AdminUser) -> Contact:
    """Ann, imported, then every hour a title, a note and an e-mail in turn: twelve in all."""
    access = Access.of(manager)
    with operation(Operation.Kind.IMPORT, access=access) as importing:
        ann = Contact.objects.create(first_name="Ann")
    Operation.objects.filter(pk=importing.pk).update(created_at=START)
    for hour in range(1, 13):
        moment = START + timedelta(hours=hour)
        if hour % 3 == 2:
            note = add_note(ann.pk, access=access, text=f"Note {hour}")
            Note.objects.filter(pk=note.pk).update(created_at=moment)
            continue
        values = {"title": f"T{hour}"} if hour % 3 else {"email": f"e{hour}@x.example"}
        ann.refresh_from_db()
        with operation(Operation.Kind.EDIT, access=access) as editing:
            edit_contact(ann.pk, access=access, values=values, seen_version=ann.version)
        Operation.objects.filter(pk=editing.pk).update(created_at=moment)
    return ann


def hours(contact: Contact, access: Access, part: Part = Part.ALL, limit: int = 50) -> list[list[int]]:
    """The hours of each page of a timeline."""
    pages, before = [], None
    while True:
        page = timeline_of(contact.pk, access, part, before, limit)
        pages.append([int((item.place.when - START).total_seconds() // 3600) for item in page.items])
        if page.older is None:
            return pages
        before = Place.parse(str(page.older))
        assert before == page.older


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 13, 50])
def test_pages_together_are_the_whole_newest_first(manager: AdminUser, ann: Contact, limit: int) -> None:
    pages = hours(ann, Access.of(manager), limit=limit)
    assert [hour for page in pages for hour in page] == list(range(12, -1, -1))
    assert {len(page) for page in pages[:-1]} <= {limit}


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_what_happened_at_one_moment_is_on_one_page_or_the_next(
    manager: AdminUser, ann: Contact, limit: int
) -> None:
    Operation.objects.update(created_at=START)
    Note.objects.update(created_at=START)
    pages = hours(ann, Access.of(manager), limit=limit)
    assert sum(map(len, pages)) == 13


def test_parts_have_their_numbers(manager: AdminUser, ann: Contact) -> None:
    access = Access.of(manager)
    assert hours(ann, access, Part.NOTES) == [[11, 8, 5, 2]]
    assert hours(ann, access, Part.CHANGES) == [[12, 10, 9, 7, 6, 4, 3, 1]]
    assert hours(ann, access, Part.IMPORTS) == [[0]]
    for part in Part:
        parts = timeline_of(ann.pk, access, part, None, 50).parts
        assert [(each.name, each.number) for each in parts] == [
            ("all", 13),
            ("notes", 4),
            ("changes", 8),
            ("imports", 1),
        ]
        assert [each.name for each in parts if each.is_shown] == [str(part)]


def test_what_one_may_not_read_is_neither_shown_nor_counted(clerk: AdminUser, ann: Contact) -> None:
    access = Access.of(clerk)
    assert hours(ann, access, limit=2) == [[11, 10], [8, 7], [5, 4], [2, 1], [0]]
    numbers = [each.number for each in timeline_of(ann.pk, access, Part.ALL, None, 1).parts]
    assert numbers == [9, 4, 4, 1]


def test_a_deleted_note_is_not_in_it(manager: AdminUser, ann: Contact) -> None:
    access = Access.of(manager)
    delete_note(ann.pk, Note.objects.order_by("pk")[0].pk, access=access)
    assert hours(ann, access, Part.NOTES) == [[11, 8, 5]]


def test_the_history_page_filters_and_goes_on(sign_in: SignIn, manager: AdminUser, ann: Contact) -> None:
    client = sign_in(manager)
    path = f"/contacts/{ann.pk}/history/"
    page = client.get(f"{path}?part=notes").content.decode()
    assert "Note 11" in page
    assert "T10" not in page
    before = Place(START + timedelta(hours=2), True, 10**6)
    page = client.get(path, {"before": str(before)}).content.decode()
    assert "Note 2" in page
    assert "Note 5" not in page
    assert "Back to the newest" in page


@pytest.mark.parametrize(
    "query",
    [
        *(
            "part=nosuch",
            "before=x",
            "before=~~",
            "before=2026-05-01~note~1",
            "before=2026-05-01T00:00Z~note~",
        ),
        *("before=2026-05-01T00:00Z~step~9999999999999999999", "before=0001-01-01T00:00%2B14:00~step~1"),
        *("before=9999-12-31T23:59-12:00~note~1", "before=%00", "before=9999-12-31T23:59-23:59~step~1"),
        *("before=2026-05-01T00:00%2B23:59:59.999999~note~1", "before=0001-01-01T00:00%2B23:59~step~1"),
    ],
)
def test_a_damaged_address_shows_the_history_all_the_same(
    sign_in: SignIn, manager: AdminUser, ann: Contact, query: str
) -> None:
    assert sign_in(manager).get(f"/contacts/{ann.pk}/history/?{query}").status_code == 200
