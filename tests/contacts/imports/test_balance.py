"""Whatever small file comes: the accounts balance, and the same file again creates and updates nothing."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings as project_settings
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.access import Access
from apps.contacts.history.models import Change
from apps.contacts.imports.importing import ImportResult, Mode, import_file
from apps.contacts.models import Contact

KEYS = {
    "Email": st.sampled_from(["", "a@x.example", "B@x.example", "b@x.example", "c@x.example", "wrong"]),
    "LinkedIn": st.sampled_from(["", "in/ana", "https://www.linkedin.com/in/Ana/", "in/bob", "example.com"]),
    "Contact id": st.sampled_from(["", "1", "2", "3"]),
}
OTHERS = {
    "First name": st.sampled_from(["", "Ana", "Bob", "=1+1", "  "]),
    "Company": st.sampled_from(["", "Acme", "Beta"]),
    "Name": st.sampled_from(["", "Ana Diaz", "Bob"]),
    "Industry": st.sampled_from(["", "Mining", "mining", "Legal"]),
    "Employees": st.sampled_from(["", "5", "-1", "12"]),
    "Tags": st.sampled_from(["", "x", "y, X"]),
    "Technologies": st.sampled_from(["", "Go", "Go, Rust"]),
    "Do not contact": st.sampled_from(["", "yes", "no", "maybe"]),
    "Phone": st.sampled_from(["", "1", "2"]),
    "Foo": st.sampled_from(["", "bar", "baz"]),
}


@st.composite
def files(draw: st.DrawFn) -> str:
    headers = draw(st.lists(st.sampled_from([*KEYS, *OTHERS]), min_size=1, max_size=7, unique=True))
    if not set(headers) - {"Foo"}:
        headers.append("First name")
    rows = draw(
        st.lists(st.tuples(*(({**KEYS, **OTHERS})[header] for header in headers)), min_size=1, max_size=9)
    )
    if not any(cell.strip() for row in rows for cell in row):
        rows.append(("x",) * len(headers))
    text = io.StringIO()
    csv.writer(text).writerows([headers, *rows])
    return text.getvalue()


def brought_in(content: str, match: tuple[str, ...], mode: Mode) -> ImportResult:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "people.csv"
        path.write_text(content, encoding="utf-8")
        return import_file(path, access=Access.of_operator(), match=match, mode=mode)


@pytest.fixture
def data_folder(tmp_path, settings):
    settings.APP_DATA_DIR = tmp_path / "data"
    assert tmp_path / "data" == project_settings.APP_DATA_DIR


matches = st.lists(
    st.sampled_from(["email", "linkedin", "contact_id"]), min_size=1, max_size=3, unique=True
).map(tuple)


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # it only sets a folder
@given(before=files() | st.none(), content=files(), match=matches, mode=st.sampled_from(Mode))
def test_accounts_balance_and_the_second_import_changes_nothing(data_folder, before, content, match, mode):
    with transaction.atomic():
        if before:
            brought_in(before, match, Mode.UPSERT)
        held = set(Contact.objects.values_list("pk", flat=True))
        first = brought_in(content, match, mode)
        assert first.read == sum(number for name, number in first.balance.items() if name != "read")
        new = set(Contact.objects.values_list("pk", flat=True)) - held
        assert len(new) == first.created == first.contacts["created"]
        assert mode is not Mode.UPDATE or not new
        assert mode is not Mode.CREATE or first.updated <= first.read - first.created

        state = list(Contact.objects.order_by("pk").values())
        again = brought_in(content, match, mode)
        assert (again.read, again.created, again.updated) == (first.read, 0, 0)
        assert not Change.objects.filter(operation=again.operation).exists()
        assert list(Contact.objects.order_by("pk").values()) == state
        transaction.set_rollback(True)
