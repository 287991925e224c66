"""Sign-in, sign-out and passwords: allauth's views under our addresses. Nobody signs up by themself."""

from allauth.account import views
from django.urls import path, re_path

from apps.accounts.entrance import (
    change_password,
    reset_password,
    reset_password_from_key,
    set_password,
    sign_out,
    sign_up,
)
from apps.accounts.single_sign_on import PROVIDER_ID
from apps.accounts.views import (
    email,
    invitations,
    profile,
    second_step,
    sessions,
    single_sign_on,
    statement,
    two_factor,
)

urlpatterns = [
    path("login/", second_step.sign_in, name="account_login"),
    path("logout/", sign_out, name="account_logout"),
    path("signup/", sign_up, name="account_signup"),
    path("invitation/<str:key>/", invitations.invitation_accept, name="invitation_accept"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", second_step.reauthenticate, name="account_reauthenticate"),
    path(
        "profile/password/",
        change_password,
        name="account_change_password",
    ),
    path(
        "profile/password/set/",
        set_password,
        name="account_set_password",
    ),
    path("profile/sessions/", sessions.session_list, name="session_list"),
    path("profile/sessions/end-others/", sessions.session_end_others, name="session_end_others"),
    path("profile/sessions/<bigid:session_id>/end/", sessions.session_end, name="session_end"),
    path("profile/", profile.profile, name="profile"),
    path("profile/appearance/", profile.appearance_save, name="appearance_save"),
    path("profile/sign-ins/", profile.sign_in_history, name="sign_in_history"),
    path("profile/email/", email.email_change, name="account_email"),
    path("profile/email/<bigid:change_id>/<slug:token>/", email.email_confirm, name="email_confirm"),
    path("profile/downloads/", statement.own_statement, name="own_statement"),
    path(
        "password-reset/",
        reset_password,
        name="account_reset_password",
    ),
    path("password-reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password-reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        reset_password_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password-reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    # Second factors.
    path("login/two-factor/", second_step.second_step, name="mfa_authenticate"),
    path("login/passkey/", second_step.passkey_sign_in, name="mfa_login_webauthn"),
    path("reauthenticate/code/", second_step.reauthenticate_by_code, name="mfa_reauthenticate"),
    path(
        "reauthenticate/passkey/", second_step.reauthenticate_by_passkey, name="mfa_reauthenticate_webauthn"
    ),
    path("profile/security/", two_factor.security, name="security"),
    path("profile/two-factor/", two_factor.two_factor_setup, name="two_factor_setup"),
    path("profile/two-factor/app/", two_factor.app_add, name="app_add"),
    path("profile/two-factor/passkeys/new/", two_factor.passkey_add, name="passkey_add"),
    path("profile/two-factor/<bigid:factor_id>/name/", two_factor.passkey_rename, name="passkey_rename"),
    path("profile/two-factor/<bigid:factor_id>/remove/", two_factor.factor_remove, name="factor_remove"),
    path("profile/two-factor/codes/", two_factor.recovery_codes_make, name="recovery_codes_make"),
    # Single sign-on; 404 where it is off. allauth knows a provider by its id, of which there is one.
    path("login/sso/", single_sign_on.sso_sign_in, {"provider_id": PROVIDER_ID}, name="openid_connect_login"),
    path(
        "login/sso/back/",
        single_sign_on.sso_come_back,
        {"provider_id": PROVIDER_ID},
        name="openid_connect_callback",
    ),
]
