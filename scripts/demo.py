"""Something to look at on the first visit: synthetic contacts and three people who can sign in."""

from django.core.management import call_command

from apps.accounts.demo_accounts import DemoAccountsRefused, credentials_file, prepare_demo_accounts
from apps.contacts.models import Contact, Operation

SEED = 360


def fill_for_a_visitor(*, url: str, contacts: int) -> list[str]:
    """Lines for the person at the terminal. People who have data or accounts of their own get none of ours."""
    try:
        prepare_demo_accounts(url=url)
        lines = [f"Demo sign-ins are in {credentials_file()}"]
    except DemoAccountsRefused as refusal:
        return [str(refusal)]
    # Somebody who deleted the demo contacts has operations, and wants them to stay away.
    if contacts and not Contact.objects.exists() and not Operation.objects.exists():
        print(f"Making {contacts:,} synthetic contacts …", flush=True)
        call_command("seed_contacts", str(contacts), seed=SEED)
    return lines
