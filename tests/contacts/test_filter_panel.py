"""The panel of filters: a box to find a value only where there are more, and every filter in a group."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import AdminUser
from apps.contacts.facets.counts import fold_deltas
from apps.contacts.fields import EMAIL_STATUSES, SENIORITIES
from apps.contacts.models import Contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def group_of(sign_in: Callable[[AdminUser], Client], admin: AdminUser) -> Callable[..., str]:
    def read(key: str, address: str = "/contacts/") -> str:
        fold_deltas()
        page = sign_in(admin).get(address).content.decode()
        found = re.search(f'<details class="filter" data-group="{key}".*?</details>', page, re.DOTALL)
        assert found is not None
        return found[0]

    return read


def make_many(make_contact: Callable[..., Contact], **values: tuple[object, ...]) -> None:
    for name, each in values.items():
        for value in each:
            make_contact(**{name: value})


@pytest.mark.parametrize(("number", "has_box"), [(0, False), (6, False), (7, True)])
def test_a_box_finds_values_only_where_there_are_more_than_are_shown(
    make_contact: Callable[..., Contact], group_of: Callable[..., str], number: int, *, has_box: bool
) -> None:
    make_many(make_contact, departments=tuple([f"Department {n}"] for n in range(number)))
    group = group_of("departments")
    assert group.count('name="departments" value=') == min(number, 6)
    assert ("data-find" in group) is has_box


def test_known_choices_are_all_shown_and_only_others_need_a_box(
    make_contact: Callable[..., Contact], group_of: Callable[..., str]
) -> None:
    make_many(make_contact, seniority=SENIORITIES, email_status=EMAIL_STATUSES)
    assert group_of("seniority").count('name="seniority" value=') == len(SENIORITIES)
    assert "data-find" not in group_of("seniority")
    assert group_of("email").count('name="email_status" value=') == len(EMAIL_STATUSES)
    assert "data-find" not in group_of("email")
    make_contact(seniority="Emeritus")
    assert "data-find" in group_of("seniority")


def test_filters_on_one_kind_of_place_belong_to_the_location(group_of: Callable[..., str]) -> None:
    address = "/contacts/?country=India&country=<b>&state__not=Goa&city__contains=pu&stage=Hot"
    group = group_of("location", address)
    assert ">4</span></summary>" in group
    for name, value in (("country", "India"), ("country", "&lt;b&gt;"), ("state__not", "Goa")):
        assert re.search(f'name="{name}" value="{value}"[^>]* checked>', group)
    assert "Country: India</span>" in group
    assert '<input type="hidden" name="city__contains" value="pu" data-carried>' in group
    assert "data-carried" not in group_of("location")


def test_each_box_says_what_it_is_for(group_of: Callable[..., str]) -> None:
    assert 'placeholder="Location contains…"' in group_of("location")
    group = group_of("name")
    assert 'placeholder="First name contains…"' in group
    assert 'placeholder="Last name contains…"' in group
