"""Good rows go in, bad rows come out with a reason, the accounts balance, and the same file again changes nothing."""

import stat
from datetime import UTC, date, datetime

import pytest
from django.db import connection

from apps.accounts.access import Access, AccessDenied
from apps.accounts.models import AdminUser
from apps.contacts.history.models import Change, Operation
from apps.contacts.history.undo import undo
from apps.contacts.imports.errors import ImportFileError, ImportImbalance, MappingError
from apps.contacts.imports.importing import OUTCOMES, Mode
from apps.contacts.models import Contact, FacetValue, Industry
from apps.core.metrics import IMPORT_ROWS
from tests.contacts.imports.conftest import balance, changes_of, only_contact, rejects

pytestmark = pytest.mark.django_db


def test_a_row_becomes_a_contact_with_all_that_it_says(bring_in, admin):
    result = bring_in(
        "First Name,Last Name,Email,Email Status,# Employees,Industry,Technologies,Annual Revenue,Last Raised At,"
        "Last Contacted,Do not contact,Contact Owner,Person Linkedin Url,Lists,Shoe size\n"
        'Ana,Díaz,Ana@Example.com,verified,"1,200",Legal Services,"Python, Rust",$18.4M,2026-05-31,'
        "2026-05-31T14:00:00+02:00,yes,ADA@staff.example,linkedin.com/in/ana-diaz,VIP,38\n"
    )
    balance(result, created=1)
    ana = only_contact()
    assert (ana.first_name, ana.last_name, ana.email, ana.email_status) == (
        "Ana",
        "Díaz",
        "ana@example.com",
        "Verified",
    )
    assert (ana.employees, ana.annual_revenue, ana.last_raised_at) == (1200, 18_400_000, date(2026, 5, 31))
    assert ana.last_contacted_at == datetime(2026, 5, 31, 12, tzinfo=UTC)
    assert (ana.technologies, ana.tags, ana.do_not_contact) == (["Python", "Rust"], ["VIP"], True)
    assert ana.industry is not None
    assert (ana.industry.name, ana.owner, ana.linkedin_path) == ("Legal Services", admin, "in/ana-diaz")
    assert ana.custom == {"Shoe size": "38"}
    assert (ana.source, ana.import_id) == ("people.csv", result.operation)


PEOPLE = (
    "First name,Last name,Email,Contact id,Phone,Company,Note\n"
    "Ana,Diaz,ana@example.com,1,+1 202 555 0101,Acme,likes tea\n"
    "Bob,Ray,bob@example.com,2,,Acme,\n"
    "Cleo,Fox,,3,202-555-0103,,\n"
    "Dan,Elk,,,,Beta,no key at all\n"
)


def test_the_same_file_again_changes_nothing(bring_in):
    balance(bring_in(PEOPLE), created=4)
    again = bring_in(PEOPLE)
    balance(again, unchanged=4)
    assert changes_of(again) == 0
    assert set(Contact.objects.values_list("version", flat=True)) == {1}


def test_a_changed_file_updates_only_what_differs_and_empties_nothing(bring_in):
    bring_in(PEOPLE)
    result = bring_in(
        "Email,Phone,Company,Note\nana@example.com,,Acme Ltd,\nbob@example.com,202-555-0199,Acme,\nnew@example.com,,,\n"
    )
    balance(result, created=1, updated=2)
    ana = Contact.objects.get(email="ana@example.com")
    assert (ana.company, ana.work_direct_phone, ana.custom) == (
        "Acme Ltd",
        "+1 202 555 0101",
        {"Note": "likes tea"},
    )
    change = Change.objects.get(operation=result.operation, contact_id=ana.pk)
    assert (change.before, change.after) == ({"company": "Acme"}, {"company": "Acme Ltd"})


def test_an_import_can_be_taken_back(bring_in, admin):
    bring_in(PEOPLE)
    before = list(Contact.objects.order_by("id").values())
    result = bring_in("Email,Company,Tags\nana@example.com,Other,new tag\nnew@example.com,New,\n")
    undo(Operation.objects.get(pk=result.operation), access=Access.of(admin))
    after = list(Contact.objects.order_by("id").values())
    for values in (*before, *after):
        del values["version"], values["updated_at"]
    assert after == before


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (Mode.UPSERT, {"created": 1, "updated": 1, "unchanged": 1}),
        (Mode.CREATE, {"created": 1, "skipped": 2}),
        (Mode.UPDATE, {"skipped": 1, "updated": 1, "unchanged": 1}),
    ],
)
def test_the_mode_says_which_rows_are_for_it(bring_in, mode, expected):
    bring_in(PEOPLE)
    result = bring_in("Contact id,Company\n1,Changed\n2,Acme\n9,New\n", mode=mode)
    balance(result, **expected)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (Mode.UPSERT, {"created": 1, "unchanged": 1}),
        (Mode.CREATE, {"created": 1, "skipped": 1}),
        (Mode.UPDATE, {"skipped": 1, "unchanged": 1}),
    ],
)
def test_rows_without_a_key_are_known_by_their_content(bring_in, mode, expected):
    bring_in("First name,Company,Phone\nDan,Beta,1\n")
    balance(bring_in("First name,Company,Phone\nDan,Beta,1\nDan,Beta,2\n", mode=mode), **expected)


def test_bad_rows_come_out_with_a_reason_and_go_in_once_repaired(bring_in):
    result = bring_in(
        "First name,Email,# Employees,Note\n"
        "Ana,ana@example.com,5,\n"
        "Bob,bob(at)example.com,-3,=1+1\n"
        "Cleo\n"
        ",,,only a note\n"
        "D\0an,dan@example.com,,\n"
    )
    balance(result, created=1, rejected=4)
    assert stat.S_IMODE(result.rejects_file.stat().st_mode) == 0o600
    rows = rejects(result)
    assert [row["_row"] for row in rows] == ["3", "4", "5", "6"]
    assert "Email “bob(at)example.com”: This is not an e-mail address" in rows[0]["_reason"]
    assert "# Employees “-3”: This is a negative number" in rows[0]["_reason"]
    assert (rows[0]["Note"], rows[0]["# Employees"]) == ("'=1+1", "'-3")  # no formula for a spreadsheet
    assert "too few cells" in rows[1]["_reason"]
    assert "Nothing says who this is" in rows[2]["_reason"]
    assert "NUL" in rows[3]["_reason"]
    repaired = result.rejects_file.read_text(encoding="utf-8-sig").replace("(at)", "@").replace("'-3", "3")
    again = bring_in(repaired)
    balance(again, created=1, rejected=3)  # Bob repaired; of Cleo's missing cells nobody said anything yet
    assert Contact.objects.get(first_name="Bob").custom == {"Note": "=1+1"}


def test_a_key_of_two_contacts_is_rejected(bring_in):
    bring_in(PEOPLE)
    result = bring_in("Email,Contact id,Company\nana@example.com,2,Mixed\nbob@example.com,2,Fine\n")
    balance(result, updated=1, rejected=1)
    assert "belong to two contacts" in rejects(result)[0]["_reason"]


def test_keys_of_two_contacts_of_the_file_are_rejected(bring_in):
    result = bring_in("Email,Contact id\na@x.example,1\nb@x.example,2\na@x.example,2\n")
    balance(result, created=2, rejected=1)
    assert "those of rows 2 and 3" in rejects(result)[0]["_reason"]
    again = bring_in("Email,Contact id\na@x.example,1\nb@x.example,2\na@x.example,2\n")
    balance(again, unchanged=2, rejected=1)


def test_a_knot_of_contradictions_ends(bring_in, monkeypatch):
    """Each row links the two before it. With hardly any patience for single rows, whole groups come out."""
    rows = "".join(f"k{number // 2}@x.example,{(number * 7) % 11},in/p{number % 5}\n" for number in range(30))
    content = f"Email,Contact id,LinkedIn\n{rows}lone@x.example,99,in/lone\n"
    for patience in (10, 1):
        monkeypatch.setattr("apps.contacts.imports.matching._MAX_ROUNDS", patience)
        result = bring_in(content)
        assert result.read == 31 == sum(result.balance.values()) - 31
        assert Contact.objects.filter(email="lone@x.example").count() == 1
        again = bring_in(content)
        assert (again.created, again.updated) == (0, 0)


def test_only_the_keys_asked_for_find_contacts_and_the_others_stay_unique(bring_in):
    bring_in(PEOPLE)
    result = bring_in("Email,Contact id\nana@example.com,1\nother@example.com,2\n,7\n", match=("email",))
    balance(result, unchanged=1, rejected=1, created=1)
    assert "Contact id “2” belongs to contact" in rejects(result)[0]["_reason"]
    in_file = bring_in("Email,Contact id\ny@example.com,8\nz@example.com,8\n", match=("email",))
    balance(in_file, created=1, rejected=1)
    assert "is that of row 2 already" in rejects(in_file)[0]["_reason"]


def test_rows_about_one_contact_are_merged_and_nothing_is_lost(bring_in):
    people = "".join(f"p{number}@x.example,N,{number},T,\n" for number in range(10))
    content = (
        "Email,First name,Phone,Technologies,Zip\n"
        'ana@x.example,Ana,1,"Python, Go",10\n'
        'ANA@x.example,,2,"Rust, python",\n'
        'ana@x.example,Ana,1,"Python, Go",10\n' + people
    )
    result = bring_in(content)
    balance(result, created=11, updated=1, unchanged=1)
    assert result.contacts == {"created": 11, "updated": 0}
    ana = Contact.objects.get(email="ana@x.example")
    assert (ana.work_direct_phone, ana.technologies) == ("1", ["Python", "Go", "Rust"])
    assert ana.custom == {"Phone": ["1", "2", "1"], "Zip": "10"}
    balance(bring_in(content), unchanged=13)
    bring_in("Email,Phone\nana@x.example,9\n")
    assert Contact.objects.get(email="ana@x.example").work_direct_phone == "9"


def test_a_file_that_lists_things_of_contacts_fills_and_keeps_but_never_replaces(bring_in):
    bring_in("Contact id,First name,Phone\n1,Ana,555-HQ1\n2,Bob,\n3,Cleo,555-HQ3\n")
    offices = (
        "Contact id,Phone,Zip,Hours\n1,555-1111,11,\n1,555-2222,22,9 to 5\n"
        "2,555-3333,33,\n2,555-4444,44,\n3,555-5555,55,9 to 6\n"
    )
    result = bring_in(offices)
    balance(result, updated=5)
    assert result.listed == ["Phone", "Zip"]
    ana, bob, cleo = Contact.objects.order_by("contact_id")
    assert (ana.work_direct_phone, bob.work_direct_phone, cleo.work_direct_phone) == (
        "555-HQ1",
        "555-3333",
        "555-HQ3",
    )
    assert ana.custom == {"Phone": ["555-1111", "555-2222"], "Zip": ["11", "22"], "Hours": "9 to 5"}
    assert cleo.custom == {"Phone": "555-5555", "Zip": "55", "Hours": "9 to 6"}
    balance(bring_in(offices), unchanged=5)


def test_a_crowd_about_one_contact_is_cut_off(bring_in):
    content = "Email,Phone\n" + "".join(f"info@x.example,{number}\n" for number in range(105))
    balance(bring_in(content), created=1, updated=99, rejected=5)


def test_a_guessed_name_never_replaces_a_known_one(bring_in):
    bring_in("Email,First name,Last name\nhank@x.example,Henry,Johnson\n")
    bring_in('Email,Name\nhank@x.example,"Henry C. ""Hank"" Johnson, Jr."\nnew@x.example,Ana Diaz\n')
    hank, ana = Contact.objects.order_by("email")[::1]
    assert (hank.first_name, hank.last_name, hank.custom["Name"]) == (
        "Henry",
        "Johnson",
        'Henry C. "Hank" Johnson, Jr.',
    )
    assert (ana.first_name, ana.last_name) == ("Ana", "Diaz")


def test_tags_are_added_lists_replaced_and_do_not_contact_is_never_taken_off(bring_in):
    bring_in("Email,Tags,Technologies,Do not contact\na@x.example,Mine,Python,yes\n")
    result = bring_in('Email,Tags,Technologies,Do not contact\na@x.example,"mine, New",Rust,no\n')
    balance(result, updated=1)
    contact = only_contact()
    assert (contact.tags, contact.technologies, contact.do_not_contact) == (["Mine", "New"], ["Rust"], True)


def test_industries_are_found_whatever_their_case_and_made_when_new(bring_in):
    legal = Industry.objects.create(name="Legal Services")
    bring_in("Email,Industry\na@x.example,LEGAL services\nb@x.example,Mining\nc@x.example,mining\n")
    assert Contact.objects.get(email="a@x.example").industry == legal
    assert list(Industry.objects.order_by("name").values_list("name", flat=True)) == [
        "Legal Services",
        "Mining",
    ]


def test_rejected_and_skipped_rows_make_no_industries(bring_in):
    bring_in("Email,Industry\nwrong,Mining\n")
    bring_in("Email,Industry\na@x.example,Mining\n", mode=Mode.UPDATE)
    assert not Industry.objects.exists()


def test_an_owner_who_is_no_colleague_is_kept_beside_the_fields(bring_in, admin):
    bring_in("Email,Contact Owner\na@x.example,ada@staff.example\nb@x.example,somebody@vendor.example\n")
    mine, other = Contact.objects.order_by("email")
    assert mine.owner == admin
    assert (other.owner, other.custom) == (None, {"Contact Owner": "somebody@vendor.example"})


def test_the_option_lists_know_the_new_values(bring_in, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        bring_in(PEOPLE)
    assert FacetValue.objects.get(field="company", value="Acme").n == 2


def test_a_dry_run_reports_the_same_and_writes_nothing(bring_in):
    bring_in(PEOPLE)
    content = "Email,Company,Industry\nana@example.com,Changed,Mining\nnew@example.com,,\nwrong,,\n"
    dry = bring_in(content, dry_run=True)
    assert (Contact.objects.count(), Operation.objects.count(), Industry.objects.count()) == (4, 1, 0)
    real = bring_in(content)
    assert dry.balance == real.balance
    assert (dry.operation, dry.dry_run) == (None, True)
    assert dry.rejects_file.read_bytes() == real.rejects_file.read_bytes()


@pytest.mark.parametrize("content", ["", "Email\n", b"PK\x03\x04rest"])
def test_a_wrong_file_leaves_no_trace(bring_in, content):
    with pytest.raises(ImportFileError):
        bring_in(content)
    assert not Operation.objects.exists()


def test_unknown_columns_only_are_refused(bring_in):
    with pytest.raises(MappingError):
        bring_in("foo,bar\n1,2\n")


@pytest.mark.as_owner
def test_an_imbalance_rolls_everything_back(bring_in, tmp_path):
    with connection.cursor() as cursor:  # a rule of the database that eats a row
        cursor.execute(
            "CREATE FUNCTION eat() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN IF NEW.first_name = 'Bob' THEN RETURN OLD; END IF; RETURN NEW; END $$;"
            "CREATE TRIGGER eat BEFORE UPDATE ON contacts_contact FOR EACH ROW EXECUTE FUNCTION eat()"
        )
    bring_in("Email,First name\na@x.example,Ann\n")
    with pytest.raises(ImportImbalance, match="Nothing was kept"):
        bring_in("Email,First name\na@x.example,Bob\nb@x.example,Bo\n")
    assert only_contact().first_name == "Ann"
    assert Operation.objects.count() == 1


def test_someone_without_the_right_may_not_import(bring_in, user, access_of):
    with pytest.raises(AccessDenied):
        bring_in(PEOPLE, access=access_of(user))
    assert not Contact.objects.exists()


def test_a_manager_imports_under_their_name(bring_in, manager, access_of):
    result = bring_in(PEOPLE, access=access_of(manager))
    assert Operation.objects.get(pk=result.operation).actor == manager


def manager_who_edits(*columns: str, reads: tuple[str, ...] = ()) -> Access:
    rights = dict.fromkeys(columns, "edit") | dict.fromkeys(reads, "read")
    return Access.of(
        AdminUser.objects.create_user(f"m{len(columns)}@staff.example", role="manager", column_rights=rights)
    )


def test_columns_that_a_person_may_not_change_stay_as_they_are(bring_in):
    bring_in("Contact id,First name,Email,Phone\n1,Ana,ana@x.example,111\n")
    access = manager_who_edits("contact_id", "first_name")
    content = (
        "Contact id,First name,Email,Phone,Foo\n1,Anna,other@x.example,222,bar\n2,Bob,bob@x.example,333,\n"
    )
    result = bring_in(content, access=access)
    balance(result, created=1, updated=1)
    assert result.left_out == ["Email", "Phone", "Foo"]
    anna, bob = Contact.objects.order_by("contact_id")
    assert (anna.first_name, anna.email, anna.work_direct_phone, anna.custom) == (
        "Anna",
        "ana@x.example",
        "111",
        {},
    )
    assert (bob.email, bob.work_direct_phone) == ("", "")
    balance(bring_in(content, access=access), unchanged=2)


def test_an_import_tells_nothing_about_a_hidden_column(bring_in):
    """The same file under the same rights has the same accounts, whatever the hidden e-mail addresses are."""
    access = manager_who_edits("contact_id", "first_name", "title")
    content = (
        "Contact id,First name,Email\n1,Ana,secret@x.example\n2,Bob,guess@x.example\n,Cleo,known@x.example\n"
    )
    told = []
    for email in ("known@x.example", "unknown@x.example"):
        Contact.objects.all().delete()
        Contact.objects.create(first_name="Zed", email=email, contact_id="9")
        result = bring_in(content, access=access)
        told.append((result.balance, result.contacts, result.left_out))
    assert told[0] == told[1]


def test_a_key_that_may_be_read_but_not_changed_finds_contacts(bring_in):
    bring_in("Email,First name,Title\na@x.example,Ana,CEO\n")
    access = manager_who_edits("title", reads=("email", "first_name"))
    result = bring_in("Email,Title\na@x.example,CTO\nb@x.example,CFO\n", access=access)
    balance(result, updated=1, rejected=1)
    assert only_contact().title == "CTO"
    assert "nothing else says who this is" in rejects(result)[0]["_reason"]


def test_backslashes_quotes_and_words_of_the_database_are_plain_text(bring_in):
    strange = ["\\N", "\\.", "a\\tb", 'say "hi"', "{}", "NULL", "it's", "%s", "\\"]
    header = "Contact id,First name,Tags,Foo\n"
    cells = [text.replace('"', '""') for text in strange]
    bring_in(header + "".join(f'{n},"{cell}","{cell}|x","{cell}"\n' for n, cell in enumerate(cells)))
    for number, text in enumerate(strange):
        contact = Contact.objects.get(contact_id=str(number))
        assert (contact.first_name, contact.tags, contact.custom) == (text, [text, "x"], {"Foo": text})


def test_formulas_and_markup_are_kept_as_text(bring_in):
    nasty = "<script>alert(1)</script>"
    bring_in(f"Email,First name,Note\na@x.example,{nasty},\"=cmd|'/c calc'!A0\"\nb@x.example,'=A&B,'+1\n")
    first, second = Contact.objects.order_by("email")
    assert (first.first_name, first.custom) == (nasty, {"Note": "=cmd|'/c calc'!A0"})
    assert (second.first_name, second.custom) == ("=A&B", {"Note": "+1"})


def test_phones_are_understood_on_the_way_in_and_do_not_make_the_second_run_a_change(bring_in):
    people = (
        "Email,Mobile,Country\na@x.example,(202) 555-0143,USA\nb@x.example,020 7946 0018,United Kingdom\n"
    )
    first = bring_in(people)
    balance(first, created=2)
    numbers = Contact.objects.order_by("email").values_list("mobile_phone_e164", flat=True)
    assert list(numbers) == ["+12025550143", ""]
    balance(bring_in(people), unchanged=2)
    balance(bring_in("Email,Country\na@x.example,Chad\n"), updated=1)
    assert list(numbers.all()) == ["", ""]
    undo(Operation.objects.get(pk=first.operation), access=Access.of_operator())
    assert [contact.email for contact in Contact.objects.all()] == ["a@x.example"]  # changed since


def test_rows_are_counted_by_what_became_of_them_and_a_dry_run_is_not(bring_in):
    def counted() -> dict[str, float]:
        return {outcome: IMPORT_ROWS.labels(outcome)._value.get() for outcome in OUTCOMES}

    before = counted()
    content = "Email,First Name\na@x.example,Ann\nb@x.example,Bob\nno address,Cid\n"
    bring_in(content, dry_run=True)
    assert counted() == before
    result = bring_in(content)
    assert {name: now - before[name] for name, now in counted().items()} == {
        name: number for name, number in result.balance.items() if name != "read"
    }
