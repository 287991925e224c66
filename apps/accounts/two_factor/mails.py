"""Mails about second factors."""

from django.utils import timezone

from apps.accounts.mails.jobs import send_mail_to
from apps.accounts.models import AdminUser
from apps.accounts.security_log.models import SecurityEvent
from apps.core.jobs import Run, job

_KINDS = SecurityEvent.Kind
_FACTORS = {"totp": "authenticator app", "webauthn": "passkey"}


@job("accounts.two_factor_mail", label="Mail about a second factor", timeout=60)
def send_two_factor_mail(run: Run, *, user_id: int, kind: str, factor: str = "", name: str = "") -> None:
    """Tell somebody that a way to sign in to their account came, went or was made anew."""
    person = AdminUser.objects.filter(pk=user_id).first()
    if person is None:
        return
    what_it_is = _FACTORS.get(factor, "")
    named = f'{what_it_is} "{name}"' if name else what_it_is
    article = "An" if what_it_is.startswith("a") else "A"
    what = {
        _KINDS.TWO_FACTOR_ADDED: (
            f"{article} {what_it_is} was added",
            f"The {named} was added to your account.",
        ),
        _KINDS.TWO_FACTOR_REMOVED: (
            f"{article} {what_it_is} was removed",
            f"The {named} was removed from your account.",
        ),
        _KINDS.TWO_FACTOR_RESET: (
            "Your second factors were reset",
            "An administrator removed all second factors and recovery codes from your account.",
        ),
        _KINDS.RECOVERY_CODES_MADE: (
            "New recovery codes were made",
            "New recovery codes were made for your account. The old ones do not work any more.",
        ),
    }
    headline, sentence = what[_KINDS(kind)]
    now = timezone.now()
    send_mail_to(person, "two_factor_changed", origin="", headline=headline, sentence=sentence, at=now)
