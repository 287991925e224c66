"""Every address: who may come in, what strangers and the wrong role get, and that no view is without a permission."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from apps.accounts.access import Capability
from apps.accounts.models import AdminUser
from apps.contacts.models import Contact, Industry, Note, SavedView
from apps.core.errors.models import ErrorGroup
from apps.core.jobs.models import JobRun

type SignIn = Callable[[AdminUser], Client]

# Views that need no capability: sign-in and what belongs to it.
OPEN = {
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "invitation_accept",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    # A second factor at sign-in, a passkey instead of a password, and single sign-on, which is off here.
    "mfa_authenticate",
    "mfa_login_webauthn",
    "openid_connect_login",
    "openid_connect_callback",
    # Behind a link that only the new mail box has: see tests/accounts/test_email_change.py.
    "email_confirm",
    # Mails that a machine without a mail server keeps, for who sits at it: see tests/core/test_mails.py.
    "kept_mail_list",
    "kept_mail",
    "kept_mail_html",
    # For probes and monitoring; the last two answer 404 to everybody else: see tests/ops/test_health_pages.py.
    "alive",
    "ready",
    "health",
    "health_detailed",
    "metrics",
}

# Gated, but for everybody who is signed in.
FOR_EVERYBODY = {
    "see_as_stop",
    "home",
    "session_list",
    "session_end",
    "session_end_others",
    "account_change_password",
    "account_set_password",
    "account_email",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "security",
    "two_factor_setup",
    "app_add",
    "passkey_add",
    "passkey_rename",
    "factor_remove",
    "recovery_codes_make",
    "profile",
    "appearance_save",
    "sign_in_history",
    "own_statement",
    "palette",
}

# All that somebody can do whose role requires a second factor and who has none.
OPEN_WITHOUT_FACTOR = {
    "two_factor_setup",
    "app_add",
    "passkey_add",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
}

# What each signed-in role gets on GET; 405 is a view that only takes POST.
GET_STATUS = {
    "home": {"user": 302, "manager": 302, "admin": 302},
    "profile": {"user": 200, "manager": 200, "admin": 200},
    "appearance_save": {"user": 405, "manager": 405, "admin": 405},
    "sign_in_history": {"user": 200, "manager": 200, "admin": 200},
    "session_list": {"user": 200, "manager": 200, "admin": 200},
    "session_end": {"user": 405, "manager": 405, "admin": 405},
    "session_end_others": {"user": 405, "manager": 405, "admin": 405},
    "account_change_password": {"user": 302, "manager": 302, "admin": 302},
    "account_set_password": {"user": 200, "manager": 200, "admin": 200},
    "account_email": {"user": 200, "manager": 200, "admin": 200},
    "account_reauthenticate": {"user": 200, "manager": 200, "admin": 200},
    "mfa_reauthenticate": {"user": 200, "manager": 200, "admin": 200},
    "mfa_reauthenticate_webauthn": {"user": 200, "manager": 200, "admin": 200},
    "security": {"user": 200, "manager": 200, "admin": 200},
    "two_factor_setup": {"user": 302, "manager": 302, "admin": 302},
    "app_add": {"user": 200, "manager": 200, "admin": 200},
    "passkey_add": {"user": 200, "manager": 200, "admin": 200},
    "passkey_rename": {"user": 404, "manager": 404, "admin": 404},
    "factor_remove": {"user": 405, "manager": 405, "admin": 405},
    "recovery_codes_make": {"user": 405, "manager": 405, "admin": 405},
    "role_policies": {"user": 403, "manager": 403, "admin": 200},
    "own_statement": {"user": 200, "manager": 200, "admin": 200},
    "user_statement": {"user": 403, "manager": 403, "admin": 200},
    "user_credit": {"user": 403, "manager": 403, "admin": 200},
    "user_correction": {"user": 403, "manager": 403, "admin": 200},
    "dashboard": {"user": 200, "manager": 200, "admin": 200},
    "contact_list": {"user": 200, "manager": 200, "admin": 200},
    "contact_options": {"user": 200, "manager": 200, "admin": 200},
    "contact_facets": {"user": 200, "manager": 200, "admin": 200},
    "contact_pasted": {"user": 200, "manager": 200, "admin": 200},
    "filter_pin": {"user": 405, "manager": 405, "admin": 405},
    "filter_note": {"user": 405, "manager": 405, "admin": 405},
    "filter_forget": {"user": 405, "manager": 405, "admin": 405},
    "contact_detail": {"user": 200, "manager": 200, "admin": 200},
    "contact_history": {"user": 200, "manager": 200, "admin": 200},
    "contact_edit": {"user": 200, "manager": 200, "admin": 200},
    "contact_create": {"user": 403, "manager": 200, "admin": 200},
    "contact_delete": {"user": 403, "manager": 200, "admin": 200},
    "cell_edit": {"user": 200, "manager": 200, "admin": 200},
    "bulk_edit": {"user": 405, "manager": 405, "admin": 405},
    "bulk_confirm": {"user": 405, "manager": 405, "admin": 405},
    "bulk_status": {"user": 403, "manager": 404, "admin": 404},  # somebody else's
    "bulk_cancel": {"user": 405, "manager": 405, "admin": 405},
    "contact_note": {"user": 405, "manager": 405, "admin": 405},
    "contact_company": {"user": 200, "manager": 200, "admin": 200},
    "record_quick_edit": {"user": 405, "manager": 405, "admin": 405},
    "note_detail": {"user": 200, "manager": 200, "admin": 200},
    "note_preview": {"user": 405, "manager": 405, "admin": 405},
    "note_delete": {"user": 405, "manager": 405, "admin": 405},
    "note_restore": {"user": 405, "manager": 405, "admin": 405},
    "contact_undo": {"user": 405, "manager": 405, "admin": 405},
    "view_list": {"user": 200, "manager": 200, "admin": 200},
    "view_counts": {"user": 200, "manager": 200, "admin": 200},
    "view_new_counts": {"user": 200, "manager": 200, "admin": 200},
    "view_order": {"user": 405, "manager": 405, "admin": 405},
    "view_save": {"user": 405, "manager": 405, "admin": 405},
    "view_save_as": {"user": 405, "manager": 405, "admin": 405},
    "view_rename": {"user": 405, "manager": 405, "admin": 405},
    "view_share": {"user": 405, "manager": 405, "admin": 405},
    "view_delete": {"user": 405, "manager": 405, "admin": 405},
    "view_restore": {"user": 405, "manager": 405, "admin": 405},
    "view_default": {"user": 405, "manager": 405, "admin": 405},
    "columns_edit": {"user": 200, "manager": 200, "admin": 200},
    "columns_save": {"user": 405, "manager": 405, "admin": 405},
    "trash": {"user": 403, "manager": 200, "admin": 200},
    "trash_restore": {"user": 405, "manager": 405, "admin": 405},
    "operation_list": {"user": 200, "manager": 200, "admin": 200},
    "operation_detail": {"user": 200, "manager": 200, "admin": 200},
    "operation_undo": {"user": 405, "manager": 405, "admin": 405},
    "undo_status": {"user": 403, "manager": 404, "admin": 404},  # somebody else's
    "undo_cancel": {"user": 405, "manager": 405, "admin": 405},
    "industry_list": {"user": 200, "manager": 200, "admin": 200},
    "industry_create": {"user": 403, "manager": 200, "admin": 200},
    "industry_edit": {"user": 403, "manager": 200, "admin": 200},
    "security_log": {"user": 403, "manager": 403, "admin": 200},
    "user_log": {"user": 403, "manager": 403, "admin": 200},
    "user_list": {"user": 403, "manager": 403, "admin": 200},
    "user_invite": {"user": 403, "manager": 403, "admin": 200},
    "user_limits": {"user": 403, "manager": 403, "admin": 302},  # nobody was ticked
    "user_detail": {"user": 403, "manager": 403, "admin": 200},
    "user_edit": {"user": 403, "manager": 403, "admin": 200},
    "user_deactivate": {"user": 405, "manager": 405, "admin": 405},
    "user_reactivate": {"user": 405, "manager": 405, "admin": 405},
    "user_invitation_send": {"user": 405, "manager": 405, "admin": 405},
    "user_sessions_end": {"user": 405, "manager": 405, "admin": 405},
    "user_session_end": {"user": 405, "manager": 405, "admin": 405},
    "user_second_factors_reset": {"user": 405, "manager": 405, "admin": 405},
    "ops_overview": {"user": 403, "manager": 403, "admin": 200},
    "ops_jobs": {"user": 403, "manager": 403, "admin": 200},
    "ops_job_runs": {"user": 403, "manager": 403, "admin": 200},
    "ops_job": {"user": 403, "manager": 403, "admin": 200},
    "ops_job_retry": {"user": 405, "manager": 405, "admin": 405},
    "ops_job_drop": {"user": 405, "manager": 405, "admin": 405},
    "ops_job_stop": {"user": 405, "manager": 405, "admin": 405},
    "ops_limits": {"user": 403, "manager": 403, "admin": 200},
    "ops_sessions": {"user": 403, "manager": 403, "admin": 200},
    "ops_sessions_end": {"user": 405, "manager": 405, "admin": 405},
    "ops_limit_lift": {"user": 405, "manager": 405, "admin": 405},
    "ops_errors": {"user": 403, "manager": 403, "admin": 200},
    "ops_error": {"user": 403, "manager": 403, "admin": 200},
    "ops_error_resolve": {"user": 405, "manager": 405, "admin": 405},
    "user_columns": {"user": 403, "manager": 403, "admin": 200},
    "role_columns": {"user": 403, "manager": 403, "admin": 200},
    "role_columns_apply": {"user": 403, "manager": 403, "admin": 200},
    "user_access": {"user": 403, "manager": 403, "admin": 200},
    "see_as_start": {"user": 405, "manager": 405, "admin": 405},
    "see_as_stop": {"user": 405, "manager": 405, "admin": 405},
    "palette": {"user": 200, "manager": 200, "admin": 200},
}

# What a user (no manager) may not do by POST.
POST_FORBIDDEN_TO_USERS = {
    "contact_create",
    "contact_delete",
    "contact_undo",
    "view_save",  # a shared one
    "view_rename",
    "view_share",
    "view_delete",
    "view_restore",
    "bulk_edit",
    "bulk_confirm",
    "bulk_cancel",
    "trash_restore",
    "operation_undo",
    "undo_cancel",
    "industry_create",
    "industry_edit",
    "user_invite",
    "user_limits",
    "user_edit",
    "user_deactivate",
    "user_reactivate",
    "user_invitation_send",
    "user_sessions_end",
    "user_session_end",
    "user_second_factors_reset",
    "ops_job_retry",
    "ops_job_drop",
    "ops_job_stop",
    "ops_limit_lift",
    "ops_sessions_end",
    "ops_error_resolve",
    "user_columns",
    "role_columns",
    "role_columns_apply",
    "see_as_start",
    "role_policies",
    "user_credit",
    "user_correction",
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
        "note_id": Note.objects.create(contact=contact, text="Likes tea").pk,
        "field": "title",
        "job_id": JobRun.objects.create(job_id=1, attempt=1, task="t", queue="q").job_id,
        "session_id": 1,
        "user_id": AdminUser.objects.create_user("per@staff.example", name="Per Person").pk,
        "role": "user",
        "factor_id": 1,
        "act_id": 1,
        "group_id": an_error_group(),
        "view_id": a_shared_view(),
    }

    def of(name: str) -> str:
        pattern = next(each for each in patterns() if each.name == name)
        wanted = pattern.pattern.regex.groupindex
        return reverse(name, kwargs={key: arguments[key] for key in wanted})

    return of


def contact_operation(contact: Contact) -> int:
    from apps.contacts.history.models import Change

    return Change.objects.get(contact_id=contact.pk).operation_id


def a_shared_view() -> int:
    owner = AdminUser.objects.create_user("vic@staff.example", name="Vic Viewer")
    return SavedView.objects.create(owner=owner, name="Shared", is_shared=True).pk


def an_error_group() -> int:
    now = timezone.now()
    group = ErrorGroup.objects.create(fingerprint="f" * 32, line=1, first_seen=now, last_seen=now)
    return group.pk


def test_every_view_declares_its_permission() -> None:
    without = [
        pattern.name
        for pattern in patterns()
        if pattern.name not in OPEN | FOR_EVERYBODY
        and not isinstance(getattr(pattern.callback, "capability", None), Capability)
    ]
    assert without == []


def test_what_everybody_may_do_is_gated_all_the_same() -> None:
    gated = {each.name for each in patterns() if getattr(each.callback, "capability", False) is None}
    assert gated == FOR_EVERYBODY


def test_what_is_open_without_a_second_factor_is_what_leads_to_one() -> None:
    open_ones = {each.name for each in patterns() if getattr(each.callback, "is_open_without_factor", False)}
    assert open_ones == OPEN_WITHOUT_FACTOR


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
