"""Every form of the pages about people: who may post it, what it takes, and what it never takes (C13)."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import AdminUser
from apps.accounts.reauthentication import CONFIRMED_AT
from apps.accounts.sessions.lifetimes import SIGNED_IN_AT
from apps.users.forms import data_of, values_of
from apps.users.urls import urlpatterns

pytestmark = pytest.mark.django_db

# Every address of these pages that takes a form, with what it takes.
FORMS = {
    "user_invite": lambda person: {"email": "new@staff.example", "role": "user", "limit": "5"},
    "user_edit": lambda person: data_of({**values_of(person), "name": "Una"}, person),
    "user_deactivate": lambda person: {},
    "user_reactivate": lambda person: {},
    "user_invitation_send": lambda person: {},
    "user_sessions_end": lambda person: {},
    "user_session_end": lambda person: {},
    "user_second_factors_reset": lambda person: {},
    "user_limits": lambda person: {"limit": "5", "shown": f"{person.pk}:100"},
    # The grids and the roles name what they are about in full, and refuse anything less: see test_columns, test_roles.
    "user_columns": lambda person: {},
    "role_columns": lambda person: {},
    "role_columns_apply": lambda person: {},
    "role_policies": lambda person: {},
    "see_as_start": lambda person: {},
    # Credit and corrections: see test_statement.
    "user_credit": lambda person: {},
    "user_correction": lambda person: {},
}
ONLY_SHOWN = {
    "user_statement",
    "user_list",
    "user_detail",
    "user_access",
    "user_log",
    "security_log",
    "see_as_stop",
}
ABOUT_NO_PERSON = {"user_invite", "user_limits", "role_columns", "role_columns_apply", "role_policies"}
SENSITIVE = {
    "user_invite",
    "user_edit",
    "user_limits",
    "user_deactivate",
    "user_reactivate",
    "user_invitation_send",
    "user_second_factors_reset",
    "user_columns",
    "role_columns",
    "role_columns_apply",
    "role_policies",
    "see_as_start",
    "user_credit",
    "user_correction",
}
# What a form never takes, and what it takes only in its own words.
SMUGGLED = {
    "role": "admin",
    "is_active": "false",
    "is_staff": "true",
    "is_superuser": "true",
    "download_limit": "-1",
    "limit": "999999",
    "is_unlimited": "on",
    "capability_overrides": '{"manage_users": true}',
    "can_manage_users": "granted",
    "column_rights": '{"email": "edit"}',
    "created_by": "1",
    "created_by_id": "1",
    "password": "x",
    "invited_at": "2020-01-01",
    "deactivated_at": "2020-01-01",
    "id": "1",
    "pk": "1",
}


FIELDS = [
    "email", "name", "role", "is_active", "download_limit", "capability_overrides", "column_rights", "created_by_id",
    "password", "invited_at", "deactivated_at",
]  # fmt: skip


def address(name: str, person: AdminUser) -> str:
    pattern = next(each for each in urlpatterns if each.name == name)
    given = {"user_id": person.pk, "session_id": 1, "role": "user"}
    return reverse(name, kwargs={key: given[key] for key in pattern.pattern.regex.groupindex})


def test_every_form_of_these_pages_is_tested_here():
    assert {each.name for each in urlpatterns} == set(FORMS) | ONLY_SHOWN
    sensitive = {str(each.name) for each in urlpatterns if getattr(each.callback, "is_sensitive", False)}
    assert sensitive == SENSITIVE


@pytest.mark.parametrize("name", sorted(FORMS))
@pytest.mark.parametrize("role", ["user", "manager"])
def test_who_may_not_changes_nothing_whatever_they_post(sign_in, request, admin, clerk, name, role):
    actor = request.getfixturevalue(role)
    before = list(AdminUser.objects.order_by("pk").values("pk", *FIELDS))
    for target in (clerk, actor):
        answer = sign_in(actor).post(address(name, target), {**FORMS[name](target), **SMUGGLED})
        assert answer.status_code == 403
    assert list(AdminUser.objects.order_by("pk").values("pk", *FIELDS)) == before
    assert Client().post(address(name, clerk), SMUGGLED)["Location"].startswith("/login/")


@pytest.mark.parametrize("name", sorted(FORMS))
def test_an_admin_too_sets_only_what_the_form_is_about(sign_in, admin, other_admin, user, name):
    """Names of columns as parameters do nothing; what the form itself offers is not smuggled."""
    columns = {
        key: value
        for key, value in SMUGGLED.items()
        if key not in {"role", "limit", "is_unlimited", "can_manage_users"}
    }
    about = {
        "user_edit": {"name"},
        "user_limits": {"download_limit"},
        "user_deactivate": {"is_active", "deactivated_at"},
    }
    before = AdminUser.objects.values(*FIELDS).get(pk=user.pk)
    answer = sign_in(admin).post(address(name, user), {**columns, **FORMS[name](user)})
    assert answer.status_code in {302, 400, 404, 422}
    after = AdminUser.objects.values(*FIELDS).get(pk=user.pk)
    assert {key for key in FIELDS if before[key] != after[key]} == about.get(name, set())
    made = AdminUser.objects.filter(email="new@staff.example").first()
    if made is not None:
        assert (made.role, made.is_active, made.download_limit) == ("user", True, 5)
        assert (made.capability_overrides, made.created_by_id) == ({}, admin.pk)


@pytest.mark.parametrize(
    "path",
    [
        "/profile/password/",
        "/profile/email/",
        "/profile/sessions/end-others/",
        "/invitation/welcome/",
        "/password-reset/",
    ],
)
def test_ones_own_forms_change_no_rights(sign_in, user, path):
    before = AdminUser.objects.values(*FIELDS).get(pk=user.pk)
    sign_in(user).post(path, SMUGGLED)
    assert AdminUser.objects.values(*FIELDS).get(pk=user.pk) == before


@pytest.mark.parametrize("name", sorted({*FORMS, "user_detail"} - ABOUT_NO_PERSON))
@pytest.mark.parametrize("number", [0, 999_999, 10**17])
def test_who_does_not_exist_is_not_found(sign_in, admin, name, number):
    path = address(name, AdminUser(pk=number))
    client = sign_in(admin)
    assert client.post(path).status_code == (405 if name == "user_detail" else 404)
    assert client.get(path).status_code in {404, 405}


@pytest.fixture
def long_ago(sign_in, admin) -> Client:
    """An admin who signed in more than half an hour ago."""
    client = sign_in(admin)
    session = client.session
    session[SIGNED_IN_AT] -= 31 * 60
    session.pop(CONFIRMED_AT, None)
    session.save()
    return client


@pytest.mark.parametrize("name", sorted(FORMS))
def test_sensitive_acts_ask_once_more_who_is_there(long_ago, user, name):
    before = AdminUser.objects.values(*FIELDS).get(pk=user.pk)
    answer = long_ago.post(address(name, user), FORMS[name](user))
    asks = answer.status_code == 302 and answer["Location"].startswith("/reauthenticate/")
    assert asks == (name in SENSITIVE)
    if asks:
        assert AdminUser.objects.values(*FIELDS).get(pk=user.pk) == before
