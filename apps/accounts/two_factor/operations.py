"""Adding and removing second factors. Each act ends the person's other sessions, is logged and told by mail."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import AdminUser
from apps.accounts.second_factors import REAL_FACTORS
from apps.accounts.security_log.log import Kind, record_event
from apps.accounts.sessions.operations import end_sessions
from apps.accounts.two_factor.authenticator_app import app_data
from apps.accounts.two_factor.mails import send_two_factor_mail
from apps.accounts.two_factor.recovery_codes import new_codes
from apps.accounts.two_factor.requirement import is_required_of

Type = Authenticator.Type


class FactorRefused(Exception):
    """It cannot be done; the message says why, to the person."""


def add_authenticator_app(person: AdminUser, *, secret: str, used_step: int, session_key: str) -> list[str]:
    """Add an app whose code was just shown. Gives new recovery codes, to be shown now, when there were none yet.

    Raises FactorRefused when there is one already. All sessions but `session_key` end.
    """
    with _change(person, Kind.TWO_FACTOR_ADDED, session_key, factor=Type.TOTP):
        if Authenticator.objects.filter(user=person, type=Type.TOTP).exists():
            raise FactorRefused(
                _("An authenticator app is set up already. Remove it first to use another one.")
            )
        data = app_data(secret, used_step=used_step)
        Authenticator.objects.create(user=person, type=Type.TOTP, data=data)
        return _first_recovery_codes(person)


def add_passkey(person: AdminUser, *, name: str, credential: dict[str, Any], session_key: str) -> list[str]:
    """Add a passkey whose credential was checked; otherwise as add_authenticator_app."""
    with _change(person, Kind.TWO_FACTOR_ADDED, session_key, factor=Type.WEBAUTHN, name=name):
        if Authenticator.objects.filter(type=Type.WEBAUTHN, data__credential__id=credential["id"]).exists():
            raise FactorRefused(_("This passkey is on the list already."))
        Authenticator.objects.create(
            user=person, type=Type.WEBAUTHN, data={"name": name, "credential": credential}
        )
        return _first_recovery_codes(person)


def rename_passkey(person: AdminUser, factor_id: int, *, name: str) -> bool:
    """Give a passkey another name; False when the person has no such passkey."""
    with transaction.atomic():
        passkeys = Authenticator.objects.select_for_update().filter(user=person, type=Type.WEBAUTHN)
        factor = passkeys.filter(pk=factor_id).first()
        if factor is None:
            return False
        factor.data["name"] = name
        factor.save(update_fields=["data"])
    return True


def remove_factor(person: AdminUser, factor_id: int, *, session_key: str) -> bool:
    """Remove an app or a passkey, with the last one the recovery codes too; False when the person has no such factor.

    Raises FactorRefused for the last one of somebody whose role requires one.
    """
    factors = Authenticator.objects.filter(user=person, type__in=REAL_FACTORS)
    factor = factors.filter(pk=factor_id).first()
    if factor is None:
        return False
    name = {"name": factor.data["name"]} if factor.type == Type.WEBAUTHN else {}
    with _change(person, Kind.TWO_FACTOR_REMOVED, session_key, factor=factor.type, **name) as fresh:
        if not factors.filter(pk=factor_id).exists():
            raise FactorRefused(_("It is removed already."))
        is_last = not factors.exclude(pk=factor_id).exists()
        if is_last and is_required_of(fresh.role):
            raise FactorRefused(
                _("Your role requires a second factor. Add another one before you remove this one.")
            )
        factor.delete()
        if is_last:
            Authenticator.objects.filter(user=person, type=Type.RECOVERY_CODES).delete()
    return True


def make_recovery_codes(person: AdminUser, *, session_key: str) -> list[str]:
    """New codes in place of the old ones, to be shown now. Raises FactorRefused for who has no factor to recover."""
    with _change(person, Kind.RECOVERY_CODES_MADE, session_key):
        if not Authenticator.objects.filter(user=person, type__in=REAL_FACTORS).exists():
            raise FactorRefused(
                _("Recovery codes come with an authenticator app or a passkey. Add one first.")
            )
        Authenticator.objects.filter(user=person, type=Type.RECOVERY_CODES).delete()
        return _first_recovery_codes(person)


@contextmanager
def _change(person: AdminUser, kind: Kind, session_key: str, **details: str) -> Iterator[AdminUser]:
    """A transaction that has the person's row, so that no two changes of their factors mix; gives it as it is now."""
    with transaction.atomic():
        fresh = AdminUser.objects.select_for_update().get(pk=person.pk)
        yield fresh
        end_sessions(person, keep=session_key)
        send_two_factor_mail.enqueue({"user_id": person.pk, "kind": str(kind), **details}, actor_id=person.pk)
        record_event(kind, actor_id=person.pk, subject_id=person.pk, details=details)


def _first_recovery_codes(person: AdminUser) -> list[str]:
    if Authenticator.objects.filter(user=person, type=Type.RECOVERY_CODES).exists():
        return []
    made = new_codes()
    Authenticator.objects.create(user=person, type=Type.RECOVERY_CODES, data=made.data)
    return made.codes
