"""manage.py quota: what somebody may still download, another limit, a credit; and whether the ledger adds up."""

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_date

from apps.accounts.models import AdminUser
from apps.accounts.quota.ledger import in_words
from apps.accounts.quota.months import end_of
from apps.accounts.quota.operations import grant_credit, set_download_limit
from apps.accounts.quota.queries import usage_of
from apps.accounts.quota.reconciliation import reconcile_quota
from apps.accounts.quota.references import new_reference

EXIT_DIFFERENCES, EXIT_UNKNOWN = 1, 2


class Command(BaseCommand):
    help = (
        "Show or change how many contacts a person may download in a month, or give them credit besides. "
        "--reconcile adds the whole ledger up, as the nightly job does, and raises the alarm for what is wrong. "
        f"Exit codes: 0 done, {EXIT_DIFFERENCES} the ledger does not add up, {EXIT_UNKNOWN} no such person, or a "
        "limit, number or date that makes no sense (nothing changed)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", nargs="?", help="Whose downloads.")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--show", action="store_true", help="Print this month's figures.")
        what.add_argument("--limit", type=int, metavar="N", help="Contacts a month; -1 for unlimited.")
        what.add_argument("--grant", type=int, metavar="N", help="Give a credit of so many contacts.")
        what.add_argument("--reconcile", action="store_true", help="Add the whole ledger up.")
        parser.add_argument("--reason", metavar="TEXT", default="", help="Why; --grant wants one.")
        parser.add_argument(
            "--expires", metavar="DATE", help="The credit's last day, YYYY-MM-DD, in the person's time zone."
        )
        parser.add_argument("--json", action="store_true", help="Print the figures as JSON.")

    def handle(self, *, email: str | None, **options: Any) -> None:
        if options["reconcile"]:
            self._reconcile(is_json=options["json"])
            return
        person = AdminUser.objects.filter(email__iexact=email or "").first()
        if person is None:
            raise CommandError(
                f"Nobody signs in as {email}." if email else "Say whose downloads, by e-mail address.",
                returncode=EXIT_UNKNOWN,
            )
        try:
            if options["limit"] is not None:
                set_download_limit(user_ids=[person.pk], limit=options["limit"], actor_id=None)
            if options["grant"] is not None:
                self._grant(person, options["grant"], options["reason"].strip(), options["expires"])
        except ValueError as error:
            raise CommandError(str(error), returncode=EXIT_UNKNOWN) from error
        self._show(person, is_json=options["json"])

    def _grant(self, person: AdminUser, amount: int, reason: str, expires: str | None) -> None:
        if not reason:
            raise ValueError("A credit needs a --reason: the person sees it on their statement.")
        grant_credit(
            user=person.pk,
            amount=amount,
            reason=reason[:200],
            reference=new_reference("command"),
            expires_at=_end_of(expires, person.time_zone) if expires else None,
        )

    def _show(self, person: AdminUser, *, is_json: bool) -> None:
        usage = usage_of([person.pk])[person.pk]
        figures = {
            "email": person.email,
            "limit": usage.limit,
            "used": usage.used,
            "reserved": usage.reserved,
            "credits": usage.credits,
            "remaining": usage.remaining,
        }
        if is_json:
            self.stdout.write(json.dumps(figures, indent=2))
            return
        left = "unlimited" if usage.remaining is None else f"{usage.remaining:,}"
        self.stdout.write(
            f"{person.email}\n"
            f"  this month  {usage.used:,} used of {in_words(usage.limit)}, {usage.reserved:,} of them reserved\n"
            f"  credits     {usage.credits:,}\n"
            f"  left        {left}"
        )

    def _reconcile(self, *, is_json: bool) -> None:
        findings = reconcile_quota()
        if is_json:
            rows = [{"user_id": finding.user_id, **finding.as_details()} for finding in findings]
            self.stdout.write(json.dumps(rows, indent=2))
        else:
            self.stdout.write(
                "\n".join(map(str, findings))
                or "The download ledger adds up: every balance is what its entries say."
            )
        if findings:
            raise CommandError(
                f"{len(findings):,} difference{'' if len(findings) == 1 else 's'}.",
                returncode=EXIT_DIFFERENCES,
            )


def _end_of(text: str, zone: str) -> datetime:
    """The moment at which that day is over in that zone. Raises ValueError for what is no date."""
    day = parse_date(text)
    if day is None:
        raise ValueError(f"{text} is no date: write it as 2027-01-31.")
    return end_of(day, zone)
