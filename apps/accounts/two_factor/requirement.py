"""Which roles must have a second factor, and who of them has none."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.http import HttpRequest

from apps.accounts.models import AdminUser, RolePolicy
from apps.accounts.second_factors import REAL_FACTORS, people_with_second_factor
from apps.accounts.security_log.log import Kind, record_event

# In the session: whose second factor the single sign-on's provider has checked (apps/accounts/single_sign_on).
CHECKED_BY_PROVIDER = "second_factor_checked_by_provider"


_LACKS = Q(
    Exists(RolePolicy.objects.filter(role=OuterRef("role"), requires_two_factor=True)),
    ~Exists(Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=REAL_FACTORS)),
)


class OwnFactorMissing(Exception):
    """An admin wants something of all admins that they have not done themself."""


@dataclass(frozen=True, slots=True)
class RoleRequirement:
    role: str
    label: str
    people_count: int  # active ones
    with_factor_count: int
    is_required: bool

    @property
    def without_factor_count(self) -> int:
        return self.people_count - self.with_factor_count


def with_requirement(people: QuerySet[AdminUser]) -> QuerySet[AdminUser]:
    """People who know `lacks_second_factor`: their role requires one now, and they have none now.

    Read with the person in the statement that every request makes anyhow, so it is never older than the request.
    """
    return people.annotate(lacks_second_factor=ExpressionWrapper(_LACKS, output_field=BooleanField()))


def must_set_up_second_factor(request: HttpRequest) -> bool:
    """Whether the person of this request may do nothing but set up a second factor."""
    person = request.user
    assert isinstance(person, AdminUser)
    lacks = getattr(person, "lacks_second_factor", None)
    if lacks is None:  # signed in by this very request, so not read by our backend
        lacks = AdminUser.objects.filter(_LACKS, pk=person.pk).exists()
    return bool(lacks) and request.session.get(CHECKED_BY_PROVIDER) != person.pk


def is_required_of(role: str) -> bool:
    return RolePolicy.objects.filter(role=role, requires_two_factor=True).exists()


def role_requirements() -> list[RoleRequirement]:
    """Every role, the mightiest first."""
    active = AdminUser.objects.filter(is_active=True).order_by()
    counts = dict(active.values_list("role").annotate(Count("pk")))
    with_factor = active.filter(
        Exists(Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=REAL_FACTORS))
    )
    with_counts = dict(with_factor.values_list("role").annotate(Count("pk")))
    required = set(RolePolicy.objects.filter(requires_two_factor=True).values_list("role", flat=True))
    return [
        RoleRequirement(
            role, str(role.label), counts.get(role, 0), with_counts.get(role, 0), role in required
        )
        for role in AdminUser.Role
    ]


def set_role_requirement(role: AdminUser.Role, *, is_required: bool, actor: AdminUser) -> bool:
    """Require a second factor of a role, or no longer; whether that changed anything.

    Holds from the commit on, for whoever is signed in too. Raises OwnFactorMissing: an admin who has none would be the
    first to be stopped.
    """
    with transaction.atomic():
        if is_required and role == actor.role and not people_with_second_factor([actor.pk]):
            raise OwnFactorMissing
        RolePolicy.objects.get_or_create(role=role)
        changed = RolePolicy.objects.filter(role=role, requires_two_factor=not is_required).update(
            requires_two_factor=is_required
        )
        if changed:
            details = {"role": str(role), "requires_two_factor": is_required}
            record_event(Kind.ROLE_POLICY_CHANGED, actor_id=actor.pk, details=details)
    return bool(changed)
