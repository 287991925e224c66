"""The people behind the keys of rate limits, for those who may see them."""

from dataclasses import dataclass

from apps.accounts.models import AdminUser
from apps.core.limits.keys import hashed_email
from apps.core.limits.queries import Limited, limited_now


@dataclass(frozen=True, slots=True)
class LimitedParty:
    """Who is over a limit, in words."""

    limit: Limited
    name: str

    @property
    def what(self) -> str:
        return self.limit.route_class.replace("_", " ").capitalize().replace("Api", "API")


def keys_of_account(email: str) -> list[str]:
    """Every key that tries of this account are counted under, known here or not."""
    ids = AdminUser.objects.filter(email__iexact=email.strip()).values_list("pk", flat=True)
    return [hashed_email(email), *map(str, ids)]


def limited_parties() -> list[LimitedParty]:
    """Who is limited now, by name where somebody here is meant."""
    limits = limited_now()
    names = _names_by_key() if any(limit.kind == "account" for limit in limits) else {}
    return [LimitedParty(limit, _name(limit, names)) for limit in limits]


def _name(limit: Limited, names: dict[str, str]) -> str:
    if limit.kind == "account":
        # What follows the slash is one browser of the account: see AccountAdapter.
        return names.get(limit.key.partition("/")[0], "An account that does not exist here")
    return f"API token {limit.key}" if limit.kind == "token" else limit.key


def _names_by_key() -> dict[str, str]:
    people = AdminUser.objects.values_list("pk", "name", "email")
    by_id = {str(pk): f"{name} ({email})" if name else email for pk, name, email in people}
    return by_id | {hashed_email(email): by_id[str(pk)] for pk, _, email in people}
