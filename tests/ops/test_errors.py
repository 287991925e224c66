"""The page of errors: for operators, in pages, marked as resolved by them and opened again by the next one."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import AdminUser
from apps.core.errors.models import ErrorGroup
from apps.core.errors.queries import PAGE_SIZE
from apps.core.errors.record import record_error

type SignIn = Callable[[AdminUser], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_errors_yet(db: None) -> None:
    """Of other tests, whose transaction was broken when the error was kept."""
    ErrorGroup.objects.all().delete()


def one_error(where: str = "/contacts/") -> ErrorGroup:
    try:
        raise RuntimeError("Zeisiggunde")
    except RuntimeError as error:
        record_error(error, where=where)
    return ErrorGroup.objects.order_by("-last_seen")[0]


def test_an_operator_sees_what_happened_where_and_in_which_request(sign_in: SignIn, admin: AdminUser) -> None:
    group = one_error("/contacts/<bigid:contact_id>/")
    ErrorGroup.objects.update(count=1234, last_request_id="abcdef0123456789")
    client = sign_in(admin)
    page = client.get("/ops/errors/").content.decode()
    for expected in ("RuntimeError", "/contacts/&lt;bigid:contact_id&gt;/", "1,234×", "abcdef0123456789"):
        assert expected in page
    page = client.get(f"/ops/errors/{group.pk}/").content.decode()
    assert "tests/ops/test_errors.py:" in page
    assert "Zeisiggunde" not in page


def test_marked_as_resolved_it_leaves_the_list_until_it_comes_back(sign_in: SignIn, admin: AdminUser) -> None:
    group = one_error()
    client = sign_in(admin)
    answer = client.post(f"/ops/errors/{group.pk}/resolve/", follow=True)
    assert "Marked as resolved." in answer.content.decode()
    assert "No open errors" in answer.content.decode()
    assert "RuntimeError" in client.get("/ops/errors/?show=resolved").content.decode()
    one_error()
    assert "RuntimeError" in client.get("/ops/errors/").content.decode()


def test_pages_lead_on_to_the_last(sign_in: SignIn, admin: AdminUser, django_assert_num_queries) -> None:
    group = one_error()
    ErrorGroup.objects.bulk_create(
        ErrorGroup(
            fingerprint=f"{n:032}",
            exception_type=f"Kind{n}x",
            line=1,
            first_seen=group.first_seen,
            last_seen=group.last_seen,
        )
        for n in range(PAGE_SIZE + 9)
    )
    client = sign_in(admin)
    first = client.get("/ops/errors/")
    assert len(first.context["groups"]) == PAGE_SIZE
    with django_assert_num_queries(3):  # session, person, groups
        second = client.get(first.context["next_href"])
    assert len(second.context["groups"]) == 10
    assert second.context["next_href"] is None


def test_what_does_not_exist_is_not_found(sign_in: SignIn, admin: AdminUser) -> None:
    client = sign_in(admin)
    assert client.get("/ops/errors/999999/").status_code == 404
    assert client.post("/ops/errors/999999/resolve/").status_code == 404
    assert client.get("/ops/errors/?after=nonsense").status_code == 200
