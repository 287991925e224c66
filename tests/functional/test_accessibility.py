"""Every page, in each of its states: nothing for axe to find in light and dark and at phone width, nothing wider than
the window, no target too small.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.accounts.access import Access
from apps.accounts.columns import ColumnRight
from apps.accounts.models import AdminUser
from apps.accounts.quota import grant_credit, reserve_quota, set_download_limit, spend_quota
from apps.accounts.rights import set_column_rights
from apps.contacts.bulk.models import BulkAct
from apps.contacts.bulk.running import run_bulk_act
from apps.contacts.history.models import Operation
from apps.contacts.models import Contact, Note
from apps.contacts.notes.operations import edit_note
from apps.contacts.operations import delete_contacts, edit_contact
from apps.contacts.saved_views.operations import Look, save_view_as, share_view
from apps.contacts.search import Search
from tests.functional.conftest import Visit
from tests.functional.list_page import open_group
from tests.functional.looks import look_everywhere
from tests.functional.operations import make_busy
from tests.functional.population import settle


@dataclass(frozen=True, slots=True)
class Scene:
    """What a page is opened on: somebody, their rights and the three contacts."""

    person: AdminUser
    access: Access
    contacts: dict[str, Contact]

    def path(self, name: str, suffix: str = "") -> str:
        return f"/contacts/{self.contacts[name].pk}/{suffix}"


@pytest.fixture
def scene(admin: AdminUser) -> Scene:
    access = Access.of(admin)
    return Scene(admin, access, settle(access))


def list_with_rows(page: Page, scene: Scene) -> None:
    page.goto("/contacts/")
    expect(page.get_by_role("link", name="Grace Hopper", exact=True)).to_be_visible()
    for group in page.locator("#filters details").all():
        if group.get_attribute("open") is None:
            group.locator("summary").click()


def list_filtered(page: Page, scene: Scene) -> None:
    page.goto("/contacts/?q=a&seniority=C-Suite&country__not=Austria&title__empty=false")
    expect(page.get_by_role("group", name="Filters that are on")).to_be_visible()


def list_without_match(page: Page, scene: Scene) -> None:
    page.goto("/contacts/?q=nobody+at+all&seniority=VP")
    expect(page.get_by_role("heading", name="Nobody matches all of this")).to_be_visible()


def list_with_problems(page: Page, scene: Scene) -> None:
    page.goto("/contacts/?nonsense=1&employees__gte=many&after=broken&page_size=0")
    expect(page.get_by_role("alert")).to_contain_text("Part of this address was left out")


def dashboard(page: Page, scene: Scene) -> None:
    edit_contact(scene.contacts["Alan"].pk, access=scene.access, values={"stage": "Hot"}, seen_version=1)
    delete_contacts([scene.contacts["Hedy"].pk], access=scene.access)
    page.goto("/dashboard/?weeks=52")
    page.get_by_text("In figures").click()
    expect(page.get_by_role("table")).to_be_visible()


def panel(page: Page, scene: Scene) -> None:
    page.goto("/contacts/")
    page.get_by_role("link", name="Grace Hopper", exact=True).click()
    expect(page.get_by_role("complementary", name="Contact")).to_contain_text("Rear Admiral")


def panel_by_address(page: Page, scene: Scene) -> None:
    page.goto(f"/contacts/?record={scene.contacts['Grace'].pk}")


def changed_view(page: Page, scene: Scene) -> None:
    look = Look(Search.parse(QueryDict("seniority=C-Suite"), scene.access))
    for name in ("A view with a name that is rather long", "Hot ones", "Without e-mail", "In Austria", "VPs"):
        view = save_view_as(access=scene.access, name=name, look=look)
    share_view(view.pk, access=scene.access, is_shared=True)
    page.goto(f"/contacts/?view={view.pk}&own=1&country=Austria")
    expect(page.get_by_text("Changed", exact=True)).to_be_visible()


def view_menu(page: Page, scene: Scene) -> None:
    changed_view(page, scene)
    page.get_by_role("button", name="More about views").click()
    expect(page.get_by_label("Name of this view")).to_be_visible()


def view_page(page: Page, scene: Scene) -> None:
    changed_view(page, scene)
    page.goto("/contacts/views/")


def column_page(page: Page, scene: Scene) -> None:
    page.goto("/contacts/columns/")


def column_chooser(page: Page, scene: Scene) -> None:
    page.goto("/contacts/")
    page.get_by_role("link", name="Columns").click()
    expect(page.get_by_role("dialog", name="Columns")).to_be_visible()


def chosen_columns(page: Page, scene: Scene) -> None:
    page.goto("/contacts/?columns=custom,tags,annual_revenue,owner,website&density=compact")
    expect(page.get_by_role("table", name="Contacts")).to_contain_text("$18.4M")


def list_with_selection(page: Page, scene: Scene) -> None:
    page.goto("/contacts/")
    page.get_by_role("checkbox", name="Select Grace Hopper").check()
    page.get_by_role("checkbox", name="Select Alan Turing").check()
    expect(page.locator("#selection b[data-selected]")).to_have_text("Selected: 2")


def bulk_dialog(page: Page, scene: Scene) -> None:
    list_with_selection(page, scene)
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("dialog").get_by_label("Why?")).to_be_visible()


def bulk_dialog_with_error(page: Page, scene: Scene) -> None:
    list_with_selection(page, scene)
    page.get_by_role("button", name="Edit field…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Field").select_option(label="Employees")
    dialog.get_by_role("button", name="Go on").click()
    dialog.get_by_label("Employees").fill("many")
    dialog.get_by_role("button", name="Go on").click()
    expect(dialog.get_by_label("Employees")).to_have_attribute("aria-invalid", "true")


def a_bulk_act(scene: Scene, status: BulkAct.Status) -> BulkAct:
    """Of its two batches one is done."""
    act = BulkAct.objects.create(
        actor=scene.person,
        key="k",
        kind="set",
        field="stage",
        value="Hot",
        selected=3,
        status=status,
    )
    act.job_id = run_bulk_act.enqueue({"act_id": act.pk}, actor_id=scene.person.pk)
    act.save(update_fields=["job_id"])
    act.batches.create(number=0, contacts=[], size=2, changed=1, unchanged=1, is_done=True)
    act.batches.create(number=1, contacts=[scene.contacts["Hedy"].pk], size=1)
    return act


def bulk_act_at_work(page: Page, scene: Scene) -> None:
    page.goto(a_bulk_act(scene, BulkAct.Status.RUNNING).get_absolute_url())
    expect(page.get_by_text("You can leave this page")).to_be_visible()


def bulk_act_given_up(page: Page, scene: Scene) -> None:
    act = a_bulk_act(scene, BulkAct.Status.RUNNING)
    BulkAct.objects.filter(pk=act.pk).update(job_id=0)  # an admin has dropped its job
    page.goto(act.get_absolute_url())
    expect(page.get_by_text("Its job failed or was stopped")).to_be_visible()


def bulk_act_stopped(page: Page, scene: Scene) -> None:
    page.goto(a_bulk_act(scene, BulkAct.Status.CANCELLED).get_absolute_url())
    expect(page.get_by_text("Not reached", exact=True)).to_be_visible()


def cell_editor(page: Page, scene: Scene) -> None:
    page.goto("/contacts/")
    row = page.get_by_role("row").filter(has_text="Alan Turing")
    row.locator(".cell-title").dblclick()
    expect(page.locator("[data-cell-editor] input[name=title]")).to_be_focused()


def cell_editor_with_error(page: Page, scene: Scene) -> None:
    page.goto("/contacts/")
    row = page.get_by_role("row").filter(has_text="Alan Turing")
    row.locator(".cell-email").dblclick()
    field = page.locator("[data-cell-editor] input[name=email]")
    expect(field).to_be_focused()
    field.fill("no address")
    field.press("Enter")
    expect(page.locator("[data-cell-editor]").get_by_role("alert")).to_be_visible()


def paste_dialog(page: Page, scene: Scene) -> None:
    page.goto("/contacts/")
    open_group(page, "Company").get_by_role("button", name="Paste a list – Company").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Company, one a line").fill("Navy Yard\nNobody & Sons")
    dialog.get_by_role("button", name="Look them up").click()
    expect(dialog.get_by_text("2 pasted: 1 known, 1 not found.")).to_be_visible()


def keys(page: Page, scene: Scene) -> None:
    page.goto("/contacts/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def palette_open(page: Page, scene: Scene) -> None:
    page.goto("/contacts/")
    page.keyboard.press("Control+k")
    page.keyboard.type("a")
    expect(page.get_by_role("option", name="Alan Turing")).to_be_visible()


def list_of_similar_names(page: Page, scene: Scene) -> None:
    page.goto("/contacts/?q=Graec")
    expect(page.locator("[data-similar]")).to_be_visible()


def list_translated(page: Page, scene: Scene) -> None:
    page.goto("/contacts/?q=https://app.apollo.io/%23/people?finderViewId=1%26personTitles[]=admiral")
    expect(page.get_by_text("Translated from Apollo: 1 filter.")).to_be_visible()


def search_help(page: Page, scene: Scene) -> None:
    page.goto("/contacts/")
    page.get_by_role("button", name="What can be searched for").click()


def user_menu(page: Page, scene: Scene) -> None:
    page.goto("/contacts/")
    page.get_by_role("button", name="Ada Admin").click()


def record(page: Page, scene: Scene) -> None:
    page.goto(scene.path("Grace"))


def bare_record(page: Page, scene: Scene) -> None:
    page.goto(scene.path("Hedy"))


def record_with_company(page: Page, scene: Scene) -> None:
    page.goto(scene.path("Grace"))
    expect(page.get_by_text("Nobody else from there")).to_be_visible()
    page.get_by_role("button", name="As it was…").click()


def record_as_it_was(page: Page, scene: Scene) -> None:
    Operation.objects.update(created_at=timezone.now() - timedelta(days=9))
    grace = scene.contacts["Grace"]
    edit_contact(grace.pk, access=scene.access, values={"city": "Oslo"}, seen_version=grace.version)
    page.goto(scene.path("Grace", f"?as_of={timezone.localdate() - timedelta(days=2)}"))
    expect(page.get_by_text("Today: Oslo")).to_be_visible()


def note_with_versions(page: Page, scene: Scene) -> None:
    note = Note.objects.get()
    text = "**Bold** and [a link](https://navy.example)\n\n- one\n\n> said"
    edit_note(note.contact_id, note.pk, access=scene.access, text=text, seen_version=1)
    page.goto(scene.path("Grace", f"notes/{note.pk}/"))
    expect(page.get_by_role("heading", name="As it reads now")).to_be_visible()


def history(page: Page, scene: Scene) -> None:
    edit_contact(
        scene.contacts["Alan"].pk,
        access=scene.access,
        values={"title": "Codebreaker", "stage": "Hot", "city": "Wilmslow"},
        seen_version=1,
        reason="Met him in person",
    )
    page.goto(scene.path("Alan", "history/"))
    expect(page.get_by_text("Codebreaker")).to_be_visible()


def create_form(page: Page, scene: Scene) -> None:
    page.goto("/contacts/new/")


def edit_form(page: Page, scene: Scene) -> None:
    page.goto(scene.path("Grace", "edit/"))


def form_with_errors(page: Page, scene: Scene) -> None:
    page.goto(scene.path("Grace", "edit/"))
    page.get_by_label("E-mail", exact=True).fill("not an address")
    page.get_by_label("Employees").fill("a lot")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("alert")).to_contain_text("2 things")


def form_with_duplicate(page: Page, scene: Scene) -> None:
    page.goto("/contacts/new/")
    page.get_by_label("E-mail", exact=True).fill("grace@navy.example")
    page.get_by_role("button", name="Create contact").click()
    expect(page.get_by_role("alert")).to_contain_text("Grace Hopper")


def conflict(page: Page, scene: Scene) -> None:
    page.goto(scene.path("Alan", "edit/"))
    edit_contact(
        scene.contacts["Alan"].pk,
        access=scene.access,
        values={"title": "Codebreaker", "city": "London"},
        seen_version=1,
    )
    page.get_by_label("Title").fill("Logician")
    page.get_by_label("City", exact=True).fill("Cambridge")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", name="Somebody else changed Alan Turing")).to_be_visible()


def delete_page(page: Page, scene: Scene) -> None:
    page.goto(scene.path("Alan", "delete/"))


def toast(page: Page, scene: Scene) -> None:
    delete_page(page, scene)
    page.get_by_role("button", name="Delete contact").click()
    expect(page.get_by_role("status").filter(has_text="Alan Turing")).to_be_visible()


def operations_overview(page: Page, scene: Scene) -> None:
    page.goto("/ops/")
    expect(page.get_by_role("heading", name="Tables and indexes")).to_be_visible()


def operations_jobs(page: Page, scene: Scene) -> None:
    make_busy(scene.person)
    page.goto("/ops/jobs/")
    for name in ("Failed jobs", "Running jobs", "Waiting jobs", "Scheduled jobs"):
        expect(page.get_by_role("table", name=name)).to_be_visible()


def operations_question(page: Page, scene: Scene) -> None:
    operations_jobs(page, scene)
    page.get_by_role("button", name="Drop job").click()
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()


def operations_job(page: Page, scene: Scene) -> None:
    page.goto(f"/ops/jobs/{make_busy(scene.person)['failed']}/")
    expect(page.get_by_text("No space left on device")).to_be_visible()


def operations_attempts(page: Page, scene: Scene) -> None:
    operations_jobs(page, scene)
    page.get_by_role("link", name="All attempts").click()
    expect(page.get_by_role("table", name="Attempts")).to_be_visible()


def operations_error(page: Page, scene: Scene) -> None:
    make_busy(scene.person)
    page.goto("/ops/errors/")
    page.get_by_role("link", name="RuntimeError").first.click()
    expect(page.get_by_role("heading", name="Where it was raised")).to_be_visible()


def own_sessions(page: Page, scene: Scene) -> None:
    page.goto("/profile/sessions/")
    expect(page.get_by_text("This device")).to_be_visible()


def own_security(page: Page, scene: Scene) -> None:
    page.goto("/profile/security/")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def authenticator_app(page: Page, scene: Scene) -> None:
    page.goto("/profile/two-factor/app/")
    expect(page.get_by_role("img", name="QR code")).to_be_visible()


def passkey(page: Page, scene: Scene) -> None:
    page.goto("/profile/two-factor/passkeys/new/")
    expect(page.get_by_role("button", name="Add a passkey")).to_be_visible()


def roles(page: Page, scene: Scene) -> None:
    page.goto("/users/roles/")
    expect(page.get_by_role("switch")).to_have_count(3)


def busy_ledger(person: AdminUser) -> None:
    """Something of every kind, in two months."""
    before = timezone.now() - timedelta(days=40)
    spend_quota(
        reserve_quota(user=person, amount=60, reference="export 1", now=before), amount=45, now=before
    )
    grant_credit(user=person, amount=500, reason="Trade fair", reference="payment 7", actor_id=person.pk)
    spend_quota(reserve_quota(user=person, amount=80, reference="export 2"), amount=70)
    reserve_quota(user=person, amount=25, reference="export 3")


def own_statement(page: Page, scene: Scene) -> None:
    busy_ledger(scene.person)
    page.goto("/profile/downloads/")
    expect(page.get_by_role("table", name="Entries")).to_be_visible()


def empty_statement(page: Page, scene: Scene) -> None:
    page.goto("/profile/downloads/")
    expect(page.get_by_role("heading", name="Nothing in")).to_be_visible()


def unlimited_statement(page: Page, scene: Scene) -> None:
    busy_ledger(scene.person)
    set_download_limit(user_ids=[scene.person.pk], limit=-1, actor_id=None)
    page.goto(f"/users/{scene.person.pk}/statement/?month=all")
    expect(page.get_by_text("Unlimited", exact=True)).to_be_visible()


def credit_form(page: Page, scene: Scene) -> None:
    page.goto(f"/users/{scene.person.pk}/statement/credit/")
    page.get_by_role("button", name="Give credit").click()
    expect(page.get_by_role("alert")).to_contain_text("2 things")


def correction_form(page: Page, scene: Scene) -> None:
    busy_ledger(scene.person)
    page.goto(f"/users/{scene.person.pk}/statement/correction/")
    expect(page.get_by_label("Of what")).to_be_visible()


def trash(page: Page, scene: Scene) -> None:
    delete_contacts(
        [scene.contacts["Alan"].pk, scene.contacts["Hedy"].pk], access=scene.access, reason="Asked us to"
    )
    page.goto("/contacts/trash/")
    expect(page.get_by_text("Hedy Lamarr")).to_be_visible()


def operations(page: Page, scene: Scene) -> None:
    page.goto("/contacts/operations/")


def operation_page(page: Page, scene: Scene) -> None:
    page.goto(f"/contacts/operations/{Operation.objects.latest('id').pk}/")
    expect(page.get_by_text("Sorted into industries")).to_be_visible()


def undone_operation(page: Page, scene: Scene) -> None:
    operation_page(page, scene)
    page.get_by_role("button", name="Undo this operation").click()
    expect(page.get_by_text("This took back")).to_be_visible()


def industries(page: Page, scene: Scene) -> None:
    page.goto("/industries/")
    expect(page.get_by_role("link", name="Computing", exact=True)).to_be_visible()


def industries_without_match(page: Page, scene: Scene) -> None:
    page.goto("/industries/?q=zzz")


def industry_form_with_error(page: Page, scene: Scene) -> None:
    page.goto("/industries/new/")
    page.get_by_label("Name").fill("computing")
    page.get_by_role("button", name="Create industry").click()
    expect(page.get_by_role("alert")).to_contain_text("already an industry")


def industry_edit(page: Page, scene: Scene) -> None:
    page.goto("/industries/")
    page.get_by_role("link", name="Edit Computing").click()


def change_password(page: Page, scene: Scene) -> None:
    page.goto("/profile/password/")


def change_password_with_errors(page: Page, scene: Scene) -> None:
    page.goto("/profile/password/")
    page.get_by_label("New password").fill("short")
    page.get_by_label("The same once more").fill("other")
    page.get_by_role("button", name="Save the password").click()


def a_user(rights: dict[str, str] | None = None) -> AdminUser:
    values: dict[str, Any] = {} if rights is None else {"column_rights": rights}
    return AdminUser.objects.create_user("uma@staff.example", name="Uma User", role="user", **values)


def columns(page: Page, scene: Scene) -> None:
    page.goto(f"/users/{a_user().pk}/columns/")
    page.get_by_role("button", name="No personal contact data").click()
    expect(page.get_by_text("13 columns changed, not saved yet")).to_be_visible()


def columns_without_match(page: Page, scene: Scene) -> None:
    page.goto(f"/users/{a_user().pk}/columns/?q=zzz")
    expect(page.get_by_text("No column fits.")).to_be_visible()


def columns_review(page: Page, scene: Scene) -> None:
    columns(page, scene)
    page.get_by_role("button", name="Review changes").click()
    expect(page.get_by_role("button", name="Save these rights")).to_be_visible()


def columns_conflict(page: Page, scene: Scene) -> None:
    columns(page, scene)
    person = AdminUser.objects.get(email="uma@staff.example")
    set_column_rights(person, rights={"title": ColumnRight.READ}, actor_id=scene.person.pk)
    page.get_by_role("button", name="Review changes").click()
    expect(page.get_by_role("alert")).to_contain_text("Ada Admin")


def columns_of_admins(page: Page, scene: Scene) -> None:
    page.goto(f"/users/{scene.person.pk}/columns/")


def role_columns(page: Page, scene: Scene) -> None:
    page.goto("/users/roles/manager/columns/")


def role_columns_apply(page: Page, scene: Scene) -> None:
    a_user({"email": "edit", "title": "read"})
    page.goto("/users/roles/user/columns/apply/")
    expect(page.get_by_role("button", name="Change 1 person")).to_be_visible()


def access_of_a_person(page: Page, scene: Scene) -> None:
    page.goto(f"/users/{a_user({'email': 'edit', 'title': 'read'}).pk}/access/")


def looking(page: Page, scene: Scene) -> None:
    access_of_a_person(page, scene)
    page.get_by_role("button", name="See the product as they do").click()
    expect(page.get_by_role("button", name="Back to yourself")).to_be_visible()


def only_looking(page: Page, scene: Scene) -> None:
    looking(page, scene)
    page.goto("/contacts/new/")


def test_axe_and_our_own_eyes_would_see_a_fault(visit: Visit, db: None) -> None:
    page = visit()
    page.goto("/login/")
    page.locator("main").evaluate(
        """main => {
          main.append(document.createElement("img"));
          const faint = Object.assign(document.createElement("p"), {textContent: "faint"});
          Object.assign(faint.style, {color: "#999", background: "#888"});
          const wide = Object.assign(document.createElement("button"), {textContent: "."});
          Object.assign(wide.style, {minHeight: 0, height: "8px", marginLeft: "3000px"});
          main.append(faint, wide);
        }"""
    )
    with pytest.raises(AssertionError) as seen:
        look_everywhere(page)
    for fault in (
        "image-alt",
        "color-contrast",
        "dark: color-contrast",
        "wider than the window",
        "×8 <button",
    ):
        assert fault in str(seen.value)


def own_profile(page: Page, scene: Scene) -> None:
    page.goto("/profile/")
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()


def own_profile_with_error(page: Page, scene: Scene) -> None:
    page.goto("/profile/")
    page.get_by_label("Time zone").fill("Nowhere")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("no such time zone")


def own_history(page: Page, scene: Scene) -> None:
    page.goto("/profile/sign-ins/")
    expect(page.get_by_role("rowheader", name="Signed in")).to_be_visible()


def another_address(page: Page, scene: Scene) -> None:
    page.goto("/profile/email/")
    page.get_by_label("New e-mail address").fill("ada@staff.example")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("alert")).to_contain_text("That is your address already.")


def security_log(page: Page, scene: Scene) -> None:
    set_column_rights(a_user(), rights={"title": ColumnRight.READ}, actor_id=scene.person.pk)
    page.goto("/users/log/")
    expect(page.get_by_role("table", name="Security log")).to_be_visible()


def empty_security_log(page: Page, scene: Scene) -> None:
    page.goto("/users/log/?kind=locked_out")
    expect(page.get_by_role("heading", name="No entry is like that")).to_be_visible()


def person_with_a_long_name(page: Page, scene: Scene) -> None:
    person = a_user()
    person.name = "Maximiliane Alexandra Philippa " * 3 + "Hohenfels-Langenburg"
    person.email = f"{'long-name' * 6}@department-of-long-names.example"
    person.save()
    page.goto(f"/users/{person.pk}/log/")
    heads = [
        page.locator(f".person-head {part}").bounding_box() for part in (".page-back", "h1", ".page-count")
    ]
    assert len({round(box["y"] + box["height"] / 2) // 4 for box in heads if box}) == 1  # one line


STATES = [
    dashboard,
    security_log,
    empty_security_log,
    person_with_a_long_name,
    columns,
    columns_without_match,
    columns_review,
    columns_conflict,
    columns_of_admins,
    role_columns,
    role_columns_apply,
    access_of_a_person,
    looking,
    only_looking,
    own_profile,
    own_profile_with_error,
    own_history,
    another_address,
    operations_overview,
    operations_jobs,
    operations_question,
    operations_job,
    operations_attempts,
    operations_error,
    own_sessions,
    own_security,
    authenticator_app,
    passkey,
    roles,
    own_statement,
    empty_statement,
    unlimited_statement,
    credit_form,
    correction_form,
    list_with_rows,
    list_filtered,
    list_without_match,
    list_with_problems,
    panel,
    panel_by_address,
    changed_view,
    view_menu,
    view_page,
    column_page,
    column_chooser,
    chosen_columns,
    list_with_selection,
    bulk_dialog,
    bulk_dialog_with_error,
    bulk_act_at_work,
    bulk_act_given_up,
    bulk_act_stopped,
    cell_editor,
    cell_editor_with_error,
    paste_dialog,
    keys,
    palette_open,
    list_of_similar_names,
    list_translated,
    search_help,
    user_menu,
    record,
    bare_record,
    record_with_company,
    record_as_it_was,
    note_with_versions,
    history,
    create_form,
    edit_form,
    form_with_errors,
    form_with_duplicate,
    conflict,
    delete_page,
    toast,
    trash,
    operations,
    operation_page,
    undone_operation,
    industries,
    industries_without_match,
    industry_form_with_error,
    industry_edit,
    change_password,
    change_password_with_errors,
]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_every_page_holds_for_everybody(
    visit: Visit, admin: AdminUser, scene: Scene, state: Callable[[Page, Scene], None]
) -> None:
    page = visit(admin)
    state(page, scene)
    look_everywhere(page)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/contacts/", "No contacts yet"),
        ("/dashboard/", "No contacts yet"),
        ("/contacts/views/", "No views yet"),
        ("/contacts/trash/", "The trash is empty"),
        ("/contacts/operations/", "Nothing has happened yet"),
        ("/industries/", "No industries yet"),
        ("/ops/jobs/runs/", "Nothing was done yet"),
        ("/ops/limits/", "Nobody is over a limit now"),
        ("/ops/errors/", "No open errors"),
    ],
)
def test_an_empty_database_has_pages_that_say_so(
    visit: Visit, admin: AdminUser, path: str, words: str
) -> None:
    page = visit(admin)
    page.goto(path)
    expect(page.get_by_role("heading", name=words)).to_be_visible()
    look_everywhere(page)


def test_a_refused_sign_in_holds_for_everybody(visit: Visit, db: None) -> None:
    page = visit()
    page.goto("/login/")
    page.get_by_label("E-mail address").fill("nobody@staff.example")
    page.get_by_label("Password", exact=True).fill("not this one")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    look_everywhere(page)


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/login/", "Sign in"),
        ("/password-reset/", "Reset your password"),
        ("/password-reset/done/", "Check your mail"),
        ("/password-reset/key/1-bad-key/", "This link no longer works"),
        ("/password-reset/key/done/", "Your password is changed"),
        ("/signup/", "Accounts are made by an administrator"),
        ("/inactive/", "This account is switched off"),
        ("/invitation/1-used-already/", "This invitation no longer works"),
        ("/profile/email/1/bad-key/", "This link no longer works"),
    ],
)
def test_pages_for_strangers_hold_for_everybody(visit: Visit, db: None, path: str, heading: str) -> None:
    page = visit()
    page.goto(path)
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    look_everywhere(page)
