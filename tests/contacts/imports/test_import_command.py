"""manage.py import_contacts, as operators and scripts call it."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.contacts.models import Contact, Operation

pytestmark = pytest.mark.django_db

CONTENT = "Email,Phone,Foo\nana@x.example,1,bar\nwrong,2,\n"


@pytest.fixture
def file(tmp_path, settings):
    settings.APP_DATA_DIR = tmp_path / "data"
    path = tmp_path / "people.csv"
    path.write_text(CONTENT)
    return path


def run(*args: object) -> str:
    out = StringIO()
    call_command("import_contacts", *map(str, args), stdout=out, stderr=StringIO())
    return out.getvalue()


def test_json_is_one_object_that_balances(file):
    answer = json.loads(run(file, "--json"))
    outcomes = ("created", "updated", "unchanged", "skipped", "suppressed", "rejected")
    assert [answer[name] for name in ("read", *outcomes)] == [2, 1, 0, 0, 0, 0, 1]
    assert answer["operation"] == Operation.objects.get().pk
    assert answer["rejects_file"].endswith(f"imports/{answer['operation']}/rejects.csv")
    assert (answer["custom"], answer["left_out"], answer["dry_run"]) == (["Foo"], [], False)
    assert json.loads(run(file, "--json"))["unchanged"] == 1


def test_text_says_where_everything_went(file):
    text = run(file)
    assert "2 rows read = 1 created + 0 updated + 0 unchanged + 0 skipped + 0 suppressed + 1 rejected" in text
    assert "Foo" in text
    assert "rejects.csv" in text


def test_without_rejects_there_is_no_rejects_file(file):
    file.write_text("Email\nana@x.example\n")
    assert json.loads(run(file, "--json"))["rejects_file"] is None


def test_a_dry_run_writes_nothing(file):
    answer = json.loads(run(file, "--json", "--dry-run"))
    assert (answer["created"], answer["rejected"], answer["operation"]) == (1, 1, None)
    assert not Contact.objects.exists()


def test_a_mapping_and_a_person_are_heeded(file, tmp_path, manager):
    (tmp_path / "data" / "imports" / "mappings").mkdir(parents=True)
    (tmp_path / "data" / "imports" / "mappings" / "ours.json").write_text(
        '{"Foo": "title", "Phone": "mobile_phone"}'
    )
    run(file, "--mapping", "ours", "--user", manager.email.upper())
    contact = Contact.objects.get()
    assert (contact.title, contact.mobile_phone) == ("bar", "1")
    assert Operation.objects.get().actor == manager


@pytest.mark.parametrize(
    ("args", "code", "hint"),
    [
        (["missing.csv"], 2, "There is no file missing.csv"),
        (["FILE", "--match", "email,shoes"], 2, "not shoes"),
        (["FILE", "--match", ","], 2, "not nothing"),
        (["FILE", "--mapping", "absent"], 2, "no mapping absent"),
        (["FILE", "--user", "nobody@x.example"], 2, "no user"),
        (["FILE", "--user", "uma@staff.example"], 3, "right to import"),
    ],
)
def test_what_cannot_be_done_ends_with_one_line_and_a_code(file, user, args, code, hint):
    with pytest.raises(CommandError, match=hint) as refused:
        run(*(str(file) if arg == "FILE" else arg for arg in args))
    assert refused.value.returncode == code
    assert not Contact.objects.exists()
