"""Values made of markup, scripts, template tags and formulas, in every field and on every page: text, nothing else.

The pages are looked at with the CSP switched off, so that escaping alone must hold.
"""

from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.facets.counts import fold_deltas
from apps.contacts.fields import FIELDS, Kind
from apps.contacts.history.log import operation
from apps.contacts.history.models import Operation
from apps.contacts.models import Contact, Industry
from apps.contacts.notes.operations import add_note
from apps.contacts.operations import edit_contact
from tests.functional.conftest import Visit
from tests.functional.list_page import chips, count, open_group, record_panel
from tests.functional.population import crowd

MARKUP = (
    "=cmd|'/c calc'!a0\"><img src=x onerror=ran(1)>'--><script>ran(2)</script></template></textarea></title>"
    '<svg/onload=ran(3)>{{7*7}}" onfocus=ran(4) autofocus x="'
)
LINKS = {
    "website": "javascript:ran(5)",
    "person_linkedin_url": " JaVaScRiPt:ran(6)//https://www.linkedin.com/in/x",
    "company_linkedin_url": 'https://x.example/"><script>ran(7)</script>',
    "facebook_url": "data:text/html,<script>ran(8)</script>",
    "twitter_url": "//evil.example/%22onmouseover=ran(9)",
}
_OF_KIND: dict[Kind, Any] = {Kind.LIST: [MARKUP, f"second {MARKUP}"], Kind.EMAIL: MARKUP.lower()}
_TEXT_KINDS = {Kind.TEXT, Kind.PHONE, Kind.CHOICE, Kind.LIST, Kind.EMAIL}

_RAN = "window.ran = (number) => console.error(`markup was executed: ${number}`);"
# The name of a view has the focus by our own wish; a handler put into it would be found all the same.
_INJECTED = """() => [...document.querySelectorAll("*")].flatMap((element) => [
    ...[...element.attributes].map(({name}) => name).filter(
      (name) => name.startsWith("on") || (name === "autofocus" && element.id !== "view-name")),
    ...["href", "src", "action", "formaction"].map((name) => element.getAttribute(name) ?? "")
      .filter((value) => /^\\s*(javascript|data|vbscript):|^x$|^\\/\\//i.test(value)),
    ...[element.localName].filter(
      () => element.matches("script:not([src]), iframe, object, embed, img:not([src^='/static/'])")),
  ].map((fault) => `${fault} in ${element.outerHTML.slice(0, 120)}`))"""


def hostile_values(industry: Industry, owner: AdminUser) -> dict[str, Any]:
    texts = {
        name: _OF_KIND.get(field.kind, MARKUP)
        for name, field in FIELDS.items()
        if field.kind in _TEXT_KINDS and name != "email_status"
    }
    return {
        **texts,
        **LINKS,
        "industry": industry,
        "owner": owner,
        "custom": {MARKUP: MARKUP, "list": [MARKUP, MARKUP]},
    }


@pytest.fixture
def hostile(admin: AdminUser) -> Contact:
    AdminUser.objects.filter(pk=admin.pk).update(name=MARKUP[:150])
    industry = Industry.objects.create(name=MARKUP, description=MARKUP)
    access = Access.of(admin)
    with operation(Operation.Kind.CREATE, access=access, reason=MARKUP):
        contact = Contact.objects.create(**hostile_values(industry, admin))
    fold_deltas()
    add_note(
        contact.pk, access=access, text=f"{MARKUP} https://x.example/{MARKUP} {' '.join(LINKS.values())}"
    )
    values = {"title": f"new {MARKUP}", "company": f"new {MARKUP}", "tags": [f"new {MARKUP}"]}
    edit_contact(contact.pk, access=access, values=values, seen_version=1, reason=MARKUP)
    return contact


@pytest.fixture
def page(visit: Visit, admin: AdminUser) -> Page:
    page = visit(admin, bypass_csp=True)
    page.add_init_script(_RAN)
    return page


def is_text(page: Page) -> None:
    """The markup is on the page, to be read; and nowhere is any of it part of the page."""
    assert "{{7*7}}" in page.content()
    assert page.evaluate(_INJECTED) == []


def test_lists_and_records_show_markup_as_text(page: Page, hostile: Contact) -> None:
    crowd(7)  # more companies than are listed at once, so that one can be looked for
    page.goto("/contacts/")
    expect(page.get_by_role("table", name="Contacts")).to_contain_text("<script>ran(2)</script>")
    for group in ("Company", "Job title", "Departments", "Technologies", "Stage", "Source"):
        open_group(page, group)
    is_text(page)
    open_group(page, "Company").get_by_role("searchbox", name="Find a value of Company").fill("<script")
    expect(page.locator("[data-values=company] [type=checkbox]").first).to_have_attribute(
        "value", f"new {MARKUP}"
    )
    is_text(page)
    page.locator("[data-values=company] [type=checkbox]").first.check()
    expect(chips(page)).to_contain_text(["<script>ran(2)</script>"])
    expect(count(page)).to_have_text("1 of 8")
    is_text(page)

    page.locator(".person").click()
    expect(record_panel(page).get_by_role("heading", level=2)).to_contain_text("<script>ran(2)</script>")
    is_text(page)
    page.goto(f"/contacts/{hostile.pk}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("<script>ran(2)</script>")
    is_text(page)
    page.get_by_role("textbox", name="A note about").fill(f"www.x.example/{MARKUP} *{LINKS['website']}*")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("[data-previewed]")).to_contain_text("<script>ran(2)</script>")
    is_text(page)
    page.goto(f"/contacts/{hostile.pk}/history/")
    expect(page.get_by_text("<script>ran(2)</script>").first).to_be_visible()
    is_text(page)


@pytest.mark.parametrize(
    "query",
    [
        {"q": MARKUP},
        {"title": MARKUP, "company__not": MARKUP, "tags__contains": MARKUP},
        {MARKUP: "1", "employees__gte": MARKUP, "sort": MARKUP, "after": MARKUP, "page_size": MARKUP},
    ],
    ids=["text", "filters", "problems"],
)
def test_addresses_are_answered_with_text(page: Page, hostile: Contact, query: dict[str, str]) -> None:
    page.goto(f"/contacts/?{urlencode(query)}")
    is_text(page)
    page.goto(f"/contacts/{hostile.pk}/?{urlencode(query)}")
    is_text(page)
    page.goto(f"/industries/?{urlencode(query)}")
    assert page.evaluate(_INJECTED) == []
    page.goto(f"/login/?next={urlencode(query)}")


def test_forms_conflicts_and_duplicates_show_markup_as_text(
    page: Page, hostile: Contact, admin: AdminUser
) -> None:
    page.goto(f"/contacts/{hostile.pk}/edit/")
    is_text(page)
    page.get_by_label("Company", exact=True).press_sequentially("<")
    expect(page.get_by_label("Title")).to_have_value(f"new {MARKUP}")

    edit_contact(hostile.pk, access=Access.of(admin), values={"title": f"theirs {MARKUP}"}, seen_version=2)
    page.get_by_label("Title").fill(f"mine {MARKUP}")
    page.get_by_role("button", name="Save changes").click()
    # The other fields hold what no cleaning lets through: the form refuses them by name, with what was typed.
    expect(page.get_by_role("alert")).to_be_visible()
    is_text(page)
    for name in (*LINKS, "email"):
        page.locator(f"#id_{name}").fill("")
    page.get_by_role("button", name="Save changes").click()
    if page.get_by_role("alert").filter(has_text="need").count():
        pytest.fail(page.get_by_role("alert").inner_text())
    expect(page.get_by_text("theirs =cmd")).to_be_visible()
    is_text(page)
    page.get_by_role("button", name="Save what I chose").click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    assert Contact.objects.get(pk=hostile.pk).title == f"mine {MARKUP}"

    page.goto("/contacts/new/")
    page.get_by_label("Contact id", exact=True).fill(MARKUP)
    page.get_by_role("button", name="Create contact").click()
    expect(page.get_by_role("alert")).to_contain_text("Same contact id")
    is_text(page)


def test_the_trash_the_log_and_the_industries_show_markup_as_text(page: Page, hostile: Contact) -> None:
    page.goto(f"/contacts/{hostile.pk}/delete/")
    is_text(page)
    page.get_by_label("Why?").fill(MARKUP)
    page.get_by_role("button", name="Delete contact").click()
    expect(page.get_by_role("status").filter(has_text="is in the trash")).to_contain_text(
        "<script>ran(2)</script>"
    )
    is_text(page)
    for path in ("/contacts/trash/", "/contacts/operations/", "/industries/"):
        page.goto(path)
        is_text(page)
    page.goto(f"/contacts/operations/{Operation.objects.latest('id').pk}/")
    is_text(page)
    page.goto(f"/industries/{Industry.objects.get().pk}/edit/")
    is_text(page)
