"""manage.py undo: what it prints, and the exit code a script can rely on."""

import json

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.access import Access
from apps.contacts.history.log import operation
from apps.contacts.models import Contact, Operation

pytestmark = pytest.mark.django_db


@pytest.fixture
def edit(make_contact):
    make_contact(title="CTO", city="Bonn")
    make_contact(title="CTO")
    with operation(Operation.Kind.BULK_EDIT, access=Access.of_operator()) as editing:
        Contact.objects.update(title="CEO", city="Köln")
    return editing


def run(capsys, *arguments):
    """Exit code and output."""
    try:
        call_command("undo", *map(str, arguments))
    except SystemExit as leaving:
        return leaving.code, capsys.readouterr().out
    except CommandError as error:
        return error.returncode, str(error)
    return 0, capsys.readouterr().out


def test_all_undone(edit, capsys):
    code, out = run(capsys, edit.pk, "--reason", "A slip")
    assert code == 0
    assert "2 contacts taken back, 4 values" in out
    assert Contact.objects.filter(title="CTO").count() == 2
    assert Operation.objects.get(kind="undo").reason == "A slip"


def test_a_dry_run_changes_nothing(edit, capsys):
    code, out = run(capsys, f"#{edit.pk}", "--dry-run", "--json")
    assert code == 0
    assert json.loads(out) == {
        "undoes": edit.pk,
        "operation": None,
        "dry_run": True,
        "contacts": 2,
        "values": 4,
        "kept_count": 0,
        "kept": [],
    }
    assert Contact.objects.filter(title="CEO").count() == 2


def test_what_was_kept_is_listed_and_the_exit_code_says_so(edit, capsys):
    contact = Contact.objects.earliest("id")
    Contact.objects.filter(pk=contact.pk).update(title="Chair")
    code, out = run(capsys, edit.pk, "--json")
    assert code == 3
    assert json.loads(out)["kept"] == [
        {"contact_id": contact.pk, "field": "title", "label": "Title", "reason": "Changed since then."}
    ]


def test_nothing_left_to_undo(edit, capsys):
    run(capsys, edit.pk)
    code, out = run(capsys, edit.pk)
    assert code == 4
    assert "nothing is left to undo" in out


def test_no_such_operation(capsys, db):
    code, message = run(capsys, 999_999)
    assert code == 2
    assert "no operation 999999" in message


@pytest.mark.parametrize("text", ["x", "-1", "1.5", "9" * 19, "१"])
def test_not_a_number(text, capsys, db):
    with pytest.raises(CommandError, match="not the number of an operation"):
        call_command("undo", text)
