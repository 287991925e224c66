"""Every address: who may come in, what strangers and the wrong role get, and that no view is without a permission."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from apps.accounts.access import Capability
from apps.accounts.models import AdminUser
from apps.contacts.models import Contact, Industry

type SignIn = Callable[[AdminUser], Client]

# Views that need no capability: sign-in and what belongs to it, and the way to the first page.
OPEN = {
    "home",
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_reauthenticate",
    "account_change_password",
    "account_set_password",
    "account_email",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}

# What each signed-in role gets on GET; 405 is a view that only takes POST.
GET_STATUS = {
    "contact_list": {"user": 200, "manager": 200, "admin": 200},
    "contact_options": {"user": 200, "manager": 200, "admin": 200},
    "contact_detail": {"user": 200, "manager": 200, "admin": 200},
    "contact_history": {"user": 200, "manager": 200, "admin": 200},
    "contact_edit": {"user": 200, "manager": 200, "admin": 200},
    "contact_create": {"user": 403, "manager": 200, "admin": 200},
    "contact_delete": {"user": 403, "manager": 200, "admin": 200},
    "contact_note": {"user": 405, "manager": 405, "admin": 405},
    "contact_undo": {"user": 405, "manager": 405, "admin": 405},
    "trash": {"user": 403, "manager": 200, "admin": 200},
    "trash_restore": {"user": 405, "manager": 405, "admin": 405},
    "operation_list": {"user": 200, "manager": 200, "admin": 200},
    "operation_detail": {"user": 200, "manager": 200, "admin": 200},
    "operation_undo": {"user": 405, "manager": 405, "admin": 405},
    "industry_list": {"user": 200, "manager": 200, "admin": 200},
    "industry_create": {"user": 403, "manager": 200, "admin": 200},
    "industry_edit": {"user": 403, "manager": 200, "admin": 200},
}

# What a user (no manager) may not do by POST.
POST_FORBIDDEN_TO_USERS = {
    "contact_create",
    "contact_delete",
    "contact_undo",
    "trash_restore",
    "operation_undo",
    "industry_create",
    "industry_edit",
}


def patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


@pytest.fixture
def address(make_contact: Callable[..., Contact]) -> Callable[[str], str]:
    contact = make_contact(first_name="Ann", email="ann@x.example")
    industry = Industry.objects.create(name="Software")
    operation_id = contact_operation(contact)
    arguments = {
        "contact_id": contact.pk,
        "industry_id": industry.pk,
        "operation_id": operation_id,
        "field": "title",
    }

    def of(name: str) -> str:
        pattern = next(each for each in patterns() if each.name == name)
        wanted = pattern.pattern.regex.groupindex
        return reverse(name, kwargs={key: arguments[key] for key in wanted})

    return of


def contact_operation(contact: Contact) -> int:
    from apps.contacts.history.models import Change

    return Change.objects.get(contact_id=contact.pk).operation_id


def test_every_view_declares_its_permission() -> None:
    without = [
        pattern.name
        for pattern in patterns()
        if pattern.name not in OPEN
        and not isinstance(getattr(pattern.callback, "capability", None), Capability)
    ]
    assert without == []


def test_every_view_is_in_the_table() -> None:
    assert {str(pattern.name) for pattern in patterns()} == OPEN | set(GET_STATUS)


@pytest.mark.parametrize("name", sorted(GET_STATUS))
def test_strangers_sign_in_first(address: Callable[[str], str], client: Client, name: str) -> None:
    for answer in (client.get(address(name)), client.post(address(name))):
        if answer.status_code != 405:
            assert answer.status_code == 302
            assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("role", ["user", "manager", "admin"])
@pytest.mark.parametrize("name", sorted(GET_STATUS))
def test_each_role_gets_what_the_table_says(
    address: Callable[[str], str], sign_in: SignIn, request: pytest.FixtureRequest, name: str, role: str
) -> None:
    answer = sign_in(request.getfixturevalue(role)).get(address(name))
    assert answer.status_code == GET_STATUS[name][role]
    if answer.status_code == 200:
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", sorted(POST_FORBIDDEN_TO_USERS))
def test_users_cannot_post_what_managers_can(
    address: Callable[[str], str], sign_in: SignIn, user: AdminUser, name: str
) -> None:
    before = list(Contact.objects.values())
    answer = sign_in(user).post(address(name), {"first_name": "X", "name": "X", "contact": "1"})
    assert answer.status_code == 403
    assert "Your role does not include the right to" in answer.content.decode()
    assert list(Contact.objects.values()) == before


@pytest.mark.parametrize("name", sorted(GET_STATUS))
def test_a_disabled_person_is_out_at_once(
    address: Callable[[str], str], sign_in: SignIn, user: AdminUser, name: str
) -> None:
    client = sign_in(user)
    AdminUser.objects.filter(pk=user.pk).update(is_active=False)
    answer = client.get(address(name))
    assert answer.status_code in {302, 405}


@pytest.mark.parametrize(
    "name", ["contact_detail", "contact_edit", "contact_delete", "contact_history", "industry_edit"]
)
@pytest.mark.parametrize("number", [0, 999_999, 10**17])
def test_what_does_not_exist_is_not_found(
    sign_in: SignIn, manager: AdminUser, name: str, number: int
) -> None:
    assert sign_in(manager).get(reverse(name, args=[number])).status_code == 404


def test_an_id_beyond_bigint_is_not_found(sign_in: SignIn, manager: AdminUser) -> None:
    client = sign_in(manager)
    for path in ("/contacts/99999999999999999999/", "/contacts/-1/", "/contacts/1e3/", "/contacts/٣/"):
        assert client.get(path).status_code == 404
