"""What an import kept beside the fields: several values of one header stand apart, and are text whatever they hold."""

from html import escape

import pytest

from apps.accounts.access import Access
from apps.contacts.history.log import operation
from apps.contacts.models import Contact, Operation

pytestmark = pytest.mark.django_db

ADDRESSES = ["12 Main St, Springfield", "4 Oak Ave", ""]
MARKUP = "<img src=x onerror=alert(1)>, {{ 7 }}"


@pytest.fixture
def page_of(sign_in, admin):
    def read(path: str) -> str:
        return " ".join(sign_in(admin).get(path).content.decode().split())

    return read


@pytest.mark.parametrize("path", ["/contacts/{}/", "/contacts/?record={}"])
def test_several_values_are_a_list_in_which_each_keeps_its_place(make_contact, page_of, path):
    contact = make_contact(custom={"Address": ADDRESSES, "Rank": "1, 2", "Alone": ["one, two"], "None": []})
    page = page_of(path.format(contact.pk))
    assert "<dd><ol><li>12 Main St, Springfield</li><li>4 Oak Ave</li><li>–</li></ol></dd>" in page
    for one in ("Rank</dt><dd>1, 2</dd>", "Alone</dt><dd>one, two</dd>", "None</dt><dd></dd>"):
        assert one in page


def test_the_history_tells_them_apart_too(make_contact, page_of):
    contact = make_contact(custom={"Address": ADDRESSES[:1], "Rank": "1, 2"})
    with operation(Operation.Kind.EDIT, access=Access.of_operator()):
        Contact.objects.update(custom={"Address": ADDRESSES, "Rank": "1, 2"})
    page = page_of(f"/contacts/{contact.pk}/history/")
    assert '<span class="was">Address: “12 Main St, Springfield”</span>' in page
    assert "Address: “12 Main St, Springfield”, “4 Oak Ave”, “”" in page
    assert "Rank" not in page


def test_markup_in_them_stays_text(make_contact, page_of):
    contact = make_contact(custom={})
    with operation(Operation.Kind.EDIT, access=Access.of_operator()):
        Contact.objects.update(custom={MARKUP: [MARKUP, "<b>second</b>"], "plain": MARKUP})
    for path in (
        f"/contacts/{contact.pk}/",
        f"/contacts/?record={contact.pk}",
        f"/contacts/{contact.pk}/history/",
    ):
        page = page_of(path)
        assert "<img src=x" not in page
        assert "<b>second" not in page
        assert escape(MARKUP) in page


@pytest.mark.parametrize("path", ["/contacts/{}/", "/contacts/?record={}"])
def test_web_addresses_among_them_are_links_and_nothing_else_is(make_contact, page_of, path):
    feed = "http://www.hill.example/rss?a=1&b=2"
    texts = ["javascript:alert(1)", "ftp://hill.example/a", "https://hill.example is down", "http://[broken"]
    page = page_of(path.format(make_contact(custom={"feed": feed, "texts": texts}).pk))
    link = f'<a href="{escape(feed)}" rel="noopener noreferrer external" target="_blank">hill.example/rss</a>'
    assert f"<dd>{link}</dd>" in page
    assert "".join(f"<li>{text}</li>" for text in texts) in page


@pytest.mark.parametrize(("number", "folds"), [(8, False), (9, True)])
def test_many_of_them_are_folded_and_counted(make_contact, page_of, number, folds):
    contact = make_contact(first_name="Ann", custom={f"Column {n}": "Ann" for n in range(number)})
    page = page_of(f"/contacts/{contact.pk}/")
    assert (f"<h2>{number} other columns</h2></summary>" in page) is folds
    assert ("<h2>Other columns</h2>" in page) is not folds
    assert all(f"Column {n}</dt><dd>Ann</dd>" in page for n in range(number))
