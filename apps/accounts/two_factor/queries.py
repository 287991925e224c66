"""What the page "Security" shows of somebody."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator

from apps.accounts.models import AdminUser
from apps.accounts.security_log.log import Kind
from apps.accounts.security_log.models import SecurityEvent
from apps.accounts.two_factor.recovery_codes import NUMBER, codes_left
from apps.accounts.two_factor.requirement import is_required_of


@dataclass(frozen=True, slots=True)
class Factor:
    id: int
    name: str
    added_at: datetime
    last_used_at: datetime | None

    @property
    def id_text(self) -> str:
        return str(self.id)


@dataclass(frozen=True, slots=True)
class Security:
    has_password: bool
    password_changed_at: datetime | None  # as far as the security log knows
    app: Factor | None
    passkeys: list[Factor]
    recovery_codes_left: int | None  # None: there are none, and were none
    recovery_codes_made: int
    is_required: bool

    @property
    def has_second_factor(self) -> bool:
        return self.app is not None or bool(self.passkeys)

    @property
    def only_factor_id(self) -> int | None:
        """The factor that cannot be removed, because the role requires one and there is no other."""
        factors = [*self.passkeys, *([self.app] if self.app else [])]
        return factors[0].id if self.is_required and len(factors) == 1 else None


def security_of(person: AdminUser) -> Security:
    rows = list(Authenticator.objects.filter(user=person).order_by("created_at", "pk"))
    codes = next((row for row in rows if row.type == Authenticator.Type.RECOVERY_CODES), None)
    return Security(
        has_password=person.has_usable_password(),
        password_changed_at=_password_changed_at(person),
        app=next((_factor(row) for row in rows if row.type == Authenticator.Type.TOTP), None),
        passkeys=[_factor(row) for row in rows if row.type == Authenticator.Type.WEBAUTHN],
        recovery_codes_left=codes_left(codes.data) if codes else None,
        recovery_codes_made=NUMBER,
        is_required=is_required_of(person.role),
    )


def types_of(person: AdminUser) -> set[str]:
    """The kinds of factors somebody has: totp, webauthn, recovery_codes."""
    return set(Authenticator.objects.filter(user=person).values_list("type", flat=True))


def passkey_of(person: AdminUser, factor_id: int) -> Factor | None:
    row = Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN, pk=factor_id).first()
    return _factor(row) if row else None


def _factor(row: Authenticator) -> Factor:
    return Factor(row.pk, row.data.get("name", ""), row.created_at, row.last_used_at)


def _password_changed_at(person: AdminUser) -> datetime | None:
    kinds = [Kind.PASSWORD_CHANGED, Kind.PASSWORD_RESET, Kind.INVITATION_ACCEPTED]
    events = SecurityEvent.objects.filter(subject_id=person.pk, kind__in=kinds).order_by("-pk")
    return events.values_list("at", flat=True).first()
