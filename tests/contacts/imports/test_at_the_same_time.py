"""Two who write at once: nothing is doubled, nobody waits for ever."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from apps.accounts.access import Access
from apps.contacts.imports import merging
from apps.contacts.imports.importing import ImportResult, import_file
from apps.contacts.models import Contact

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def people(tmp_path, settings):
    settings.APP_DATA_DIR = tmp_path / "data"
    path = tmp_path / "people.csv"
    path.write_text("Email,Contact id,Company\n" + "".join(f"p{n}@x.example,{n},Acme\n" for n in range(300)))
    return path


def test_the_same_file_four_times_at_once_creates_each_contact_once(people):
    start = Barrier(4)

    def bring_in(_: int) -> ImportResult:
        try:
            start.wait(timeout=30)
            return import_file(people, access=Access.of_operator())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(bring_in, range(4)))
    assert sorted(result.created for result in results) == [0, 0, 0, 300]
    assert sum(result.unchanged for result in results) == 900
    assert Contact.objects.count() == 300


def test_a_contact_that_somebody_creates_meanwhile_is_updated_instead(people, monkeypatch):
    """Between looking and writing, a colleague creates one of the contacts: the import looks again."""
    looked, created = Event(), Event()
    find = merging.merge_rows

    def find_slowly(staged):
        merged = find(staged)
        if not looked.is_set():
            looked.set()
            assert created.wait(timeout=30)
        return merged

    monkeypatch.setattr(merging, "merge_rows", find_slowly)

    def colleague() -> None:
        assert looked.wait(timeout=30)
        try:
            with transaction.atomic():
                Contact.objects.create(email="p7@x.example", company="Beta")
        finally:
            created.set()
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(colleague)
        result = import_file(people, access=Access.of_operator())
        waiting.result()
    assert (result.created, result.updated) == (299, 1)
    assert Contact.objects.get(email="p7@x.example").company == "Acme"
    assert Contact.objects.count() == 300
