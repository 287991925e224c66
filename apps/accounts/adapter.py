"""How sign-in differs from allauth's defaults: nobody signs up, and nobody gets around a second factor."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import AdminUser
from apps.accounts.reauthentication import is_recently_authenticated
from apps.accounts.second_factors import REAL_FACTORS
from apps.accounts.sessions.known_devices import key_of_account, remember_device
from apps.accounts.sign_in_history import record_failed_sign_in
from apps.accounts.two_factor.queries import types_of
from apps.core.client_address import client_address
from apps.core.limits.gate import LimitReached, refuse_over_limit
from apps.core.limits.keys import Keys, keys_of
from apps.core.limits.operations import count_try, give_back_try


def reauthentication_methods(person: AdminUser) -> list[dict[str, str]]:
    """How somebody confirms that it is them, the usual way first: with a second factor if they have one.

    The password is no way then: who has stolen it, and found an open session, must not get past the second factor.
    """
    types = types_of(person)
    methods = []
    if Authenticator.Type.TOTP in types:
        methods.append(("mfa_reauthenticate", _("Use a code of your app or a recovery code")))
    if Authenticator.Type.WEBAUTHN in types:
        methods.append(("mfa_reauthenticate_webauthn", _("Use a passkey")))
        if Authenticator.Type.TOTP not in types and Authenticator.Type.RECOVERY_CODES in types:
            methods.append(("mfa_reauthenticate", _("Use a recovery code")))
    if not types.intersection(REAL_FACTORS) and person.has_usable_password():
        methods.append(("account_reauthenticate", _("Use your password")))
    return [{"id": name, "description": str(words), "url": reverse(name)} for name, words in methods]


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or the password is not correct."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """No "successfully signed in": the page that follows says it better."""

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Checks a password, at sign-in and before sensitive acts. Who failed too often is not even asked.

        The try is counted before the password is looked at, so that a hundred at once are no more than the limit; one
        that succeeds is given back. An address that nobody has is counted like any other. Raises LimitReached.
        """
        email = credentials.get("email", "")
        keys = _keys_of_sign_in(request, email)
        is_last = _count_sign_in(keys)
        user = super().authenticate(request, **credentials)
        if user is not None:
            give_back_try("sign_in", keys)
            return user
        with transaction.atomic():
            record_failed_sign_in(request, email=email, is_last=is_last)
        return None

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing of allauth's own: its limits count in the cache, where two at once are one."""

    def get_login_stages(self) -> list[str]:
        own = {"allauth.mfa.stages.AuthenticateStage": "apps.accounts.two_factor.stages.AuthenticateStage"}
        return [own.get(stage, stage) for stage in super().get_login_stages()]

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, str]]:
        return reauthentication_methods(user) if user.is_authenticated else []

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """The house's rule instead of allauth's, for which a fresh sign-in does not count."""
        return not is_recently_authenticated(self.request)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """None of allauth's: ours are sent by jobs."""

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        remember_device(request, response, getattr(user, "email", ""))
        return response

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Writes the password alone: a whole row read earlier would bring back rights that were taken away since."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Ours are jobs (apps/accounts/mails), so none of allauth's own leaves from a request. Raises LookupError."""
        raise LookupError(f"{template_prefix} is no mail of ours: send one from a job.")


def _keys_of_sign_in(request: HttpRequest, email: str) -> Keys:
    return keys_of(request, account=key_of_account(request, email))


def _count_sign_in(keys: Keys) -> bool:
    """Count a try; whether it is the last one of its account, after which it is blocked. Raises LimitReached.

    The account by itself first, so that exactly one of many at once is told to be the last.
    """
    account = {"account": keys["account"]}
    verdict = count_try("sign_in", account)
    if not verdict.is_allowed:
        raise LimitReached(verdict)
    try:
        refuse_over_limit("sign_in", {"address": keys["address"]})
    except LimitReached:
        give_back_try("sign_in", account)
        raise
    return verdict.remaining == 0
