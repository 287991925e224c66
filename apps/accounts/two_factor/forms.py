"""The forms in which somebody shows a second factor, and those in which they add one."""

from typing import TYPE_CHECKING, Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as code_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as passkey_forms
from allauth.mfa.webauthn.internal import auth as passkeys
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import AdminUser
from apps.accounts.security_log.log import Kind, record_event
from apps.accounts.two_factor.authenticator_app import matching_step, use_app_code
from apps.accounts.two_factor.recovery_codes import use_recovery_code
from apps.core.limits.gate import refuse_over_limit
from apps.core.limits.keys import keys_of
from apps.core.limits.operations import give_back_try
from apps.core.metrics import AUTH_FAILURES

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

LIMIT = "second_factor"
# What fido2 raises for a credential that no browser would send.
_NO_CREDENTIAL = (AttributeError, IndexError, KeyError, TypeError, ValueError)


def code_field(label: "str | StrPromise", *, help_text: str = "") -> forms.CharField:
    attributes = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
    return forms.CharField(
        label=label, max_length=40, help_text=help_text, widget=forms.TextInput(attrs=attributes)
    )


class _CredentialField(forms.JSONField):
    def __init__(self) -> None:
        super().__init__(widget=forms.HiddenInput)

    def to_python(self, value: Any) -> Any:
        """JSON that Python gives up on, for the digits of a number or the depth of a list, is none either."""
        try:
            return super().to_python(value)
        except (ValueError, RecursionError):
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class _CodeIsCounted(forms.Form):
    """A try is counted before the code is looked at, and given back when it was right. Raises LimitReached."""

    code = code_field(_("Code"))
    user: AdminUser

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        keys = keys_of(context.request, account=self.user.pk)
        refuse_over_limit(LIMIT, keys)
        factor = _use_code(self.user, code)
        if factor is None:
            _note_failure(self.user)
            raise get_adapter().validation_error("incorrect_code")
        give_back_try(LIMIT, keys)
        factor.user = self.user
        self.authenticator = factor
        return code


class SignInCodeForm(_CodeIsCounted, code_forms.AuthenticateForm):
    pass


class ReauthenticateCodeForm(_CodeIsCounted, code_forms.ReauthenticateForm):
    pass


class _PasskeyIsCounted(forms.Form):
    """As _CodeIsCounted. For a sign-in without a name only the address counts: an id that came along proves nothing."""

    user: AdminUser | None
    credential: Any = _CredentialField()  # in place of allauth's

    def clean_credential(self) -> Authenticator:
        keys = keys_of(context.request, account=self.user.pk if self.user else None)
        refuse_over_limit(LIMIT, keys)
        try:
            factor: Authenticator = super().clean_credential()  # type: ignore[misc]  # of the other parent
        except (ValidationError, *_NO_CREDENTIAL):
            _note_failure(self.user)
            raise ValidationError(
                _("This passkey was not accepted. Try again, or use another way.")
            ) from None
        give_back_try(LIMIT, keys)
        return factor


class SignInPasskeyForm(_PasskeyIsCounted, passkey_forms.AuthenticateWebAuthnForm):
    pass


class ReauthenticatePasskeyForm(_PasskeyIsCounted, passkey_forms.ReauthenticateWebAuthnForm):
    pass


class PasskeyAloneForm(_PasskeyIsCounted, passkey_forms.LoginWebAuthnForm):
    """Signing in with nothing but a passkey, which the device has unlocked for its owner."""

    remember = forms.BooleanField(required=False)


class AddAppForm(forms.Form):
    """`used_step` is the step of the code, for add_authenticator_app."""

    code = code_field(_("Code that the app shows now"))
    used_step: int

    def __init__(self, *args: Any, secret: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.secret = secret

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        step = matching_step(self.secret, code)
        if step is None:
            raise ValidationError(
                _("This is not the code the app shows now. Is the clock of your device right?")
            )
        self.used_step = step
        return code


class PasskeyNameForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("So that you know it again, such as “Work laptop”.")
    )


class AddPasskeyForm(PasskeyNameForm):
    credential = _CredentialField()

    def clean_credential(self) -> dict[str, Any]:
        credential: dict[str, Any] = self.cleaned_data["credential"]
        try:
            passkeys.parse_registration_response(credential)
            passkeys.complete_registration(credential)
        except (ValidationError, *_NO_CREDENTIAL):
            raise ValidationError(_("This passkey could not be added. Try once more.")) from None
        return credential


def _use_code(person: AdminUser, code: str) -> Authenticator | None:
    """The app or list of recovery codes that the code is of, used up now; None when it is of none."""
    ways = {Authenticator.Type.TOTP: use_app_code, Authenticator.Type.RECOVERY_CODES: use_recovery_code}
    for factor in Authenticator.objects.filter(user=person, type__in=ways).order_by("-type"):
        if ways[Authenticator.Type(factor.type)](factor, code):
            return factor
    return None


def _note_failure(person: AdminUser | None) -> None:
    AUTH_FAILURES.labels("second_factor").inc()
    if person is not None:
        record_event(
            Kind.SIGN_IN_FAILED, actor_id=None, subject_id=person.pk, details={"step": "second factor"}
        )
