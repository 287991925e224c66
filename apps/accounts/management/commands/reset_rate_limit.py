"""manage.py reset_rate_limit: who is over a limit now, and letting them in again."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.limited_accounts import LimitedParty, keys_of_account, limited_parties
from apps.core.client_address import address_key_of
from apps.core.limits.operations import lift_limits

EXIT_NO_ADDRESS = 2
EXIT_NOTHING = 3


class Command(BaseCommand):
    help = (
        "Show who is over a rate limit, or begin the limits of an address, a person or everybody anew. "
        f"Exit codes: 0 done, {EXIT_NO_ADDRESS} that is no IP address, "
        f"{EXIT_NOTHING} nothing was counted for them, so nothing was changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--show", action="store_true", help="Print who is limited now, and until when.")
        what.add_argument("--ip", metavar="ADDRESS", help="Of IPv6 the whole /64, as it is counted.")
        what.add_argument("--username", metavar="EMAIL", help="What somebody signs in with.")
        what.add_argument("--all", action="store_true", help="Begin every limit anew.")
        parser.add_argument("--json", action="store_true", help="Print the result as JSON.")

    def handle(self, *, ip: str | None, username: str | None, **options: Any) -> None:
        if options["show"]:
            self._show(as_json=options["json"])
            return
        if ip is not None:
            key = address_key_of(ip)
            if key is None:
                raise CommandError(f"{ip} is no IP address.", returncode=EXIT_NO_ADDRESS)
            lifted = lift_limits(kind="address", keys=[key])
        elif username is not None:
            lifted = lift_limits(kind="account", keys=keys_of_account(username))
        else:
            lifted = lift_limits()
        self.stdout.write(
            json.dumps({"lifted": lifted}) if options["json"] else f"Limits begun anew: {lifted}."
        )
        if not lifted:
            raise CommandError("Nothing was counted for them.", returncode=EXIT_NOTHING)

    def _show(self, *, as_json: bool) -> None:
        parties = limited_parties()
        if as_json:
            self.stdout.write(json.dumps([_as_json(party) for party in parties], indent=2))
        elif not parties:
            self.stdout.write("Nobody is limited now.")
        for party in [] if as_json else parties:
            limit = party.limit
            self.stdout.write(
                f"{party.what:10} {party.name:45} until {limit.until:%H:%M:%S} UTC, {limit.refused_count} refused"
            )


def _as_json(party: LimitedParty) -> dict[str, Any]:
    limit = party.limit
    return {
        "class": limit.route_class,
        "kind": limit.kind,
        "who": party.name,
        "since": limit.since.isoformat(),
        "until": limit.until.isoformat(),
        "refused": limit.refused_count,
    }
