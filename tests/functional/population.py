"""The contacts of the browser tests: three who are well known, and any number of others."""

from datetime import UTC, date, datetime
from typing import Any

from apps.accounts.access import Access
from apps.contacts.facets.counts import fold_deltas
from apps.contacts.history.log import operation
from apps.contacts.history.models import Operation
from apps.contacts.models import Contact, Industry
from apps.contacts.notes.operations import add_note
from apps.contacts.operations import create_contact

GRACE: dict[str, Any] = {
    "first_name": "Grace",
    "last_name": "Hopper",
    "title": "Rear Admiral",
    "seniority": "C-Suite",
    "departments": ["Engineering", "Operations"],
    "email": "grace@navy.example",
    "email_status": "Verified",
    "work_direct_phone": "+1 202 555 0136",
    "company": "Navy Yard",
    "employees": 1200,
    "technologies": ["COBOL", "UNIVAC", "FLOW-MATIC", "Mark I", "A-0"],
    "website": "https://www.navy.example/yard",
    "city": "Arlington",
    "state": "Virginia",
    "country": "United States",
    "annual_revenue": 18_400_000,
    "latest_funding": "Series B",
    "last_raised_at": date(2024, 5, 17),
    "person_linkedin_url": "https://www.linkedin.com/in/grace-hopper",
    "stage": "Hot",
    "tags": ["Pioneer", "Speaker"],
    "last_contacted_at": datetime(2026, 11, 12, 14, 3, tzinfo=UTC),
    "custom": {"Rank": "Rear admiral (lower half)", "Languages": ["English", "COBOL"]},
}
ALAN: dict[str, Any] = {
    "first_name": "Alan",
    "last_name": "Turing",
    "title": "Mathematician",
    "seniority": "Senior",
    "email": "alan@bletchley.example",
    "email_status": "Guessed",
    "company": "Bletchley Park",
    "employees": 9000,
    "country": "United Kingdom",
    "stage": "Cold",
}
HEDY: dict[str, Any] = {
    "first_name": "Hedy",
    "last_name": "Lamarr",
    "title": "Inventor",
    "seniority": "Founder",
    "country": "Austria",
    "stage": "Warm",
}


def settle(access: Access) -> dict[str, Contact]:
    """Grace, Alan and Hedy by their first names, made one by one as people do; Grace in an industry, with a note."""
    computing = Industry.objects.create(
        name="Computing", description="Machines and the people who program them"
    )
    made = {
        values["first_name"]: create_contact(access=access, values=values) for values in (GRACE, ALAN, HEDY)
    }
    with operation(Operation.Kind.EDIT, access=access, reason="Sorted into industries"):
        Contact.objects.filter(pk=made["Grace"].pk).update(industry=computing)
    add_note(made["Grace"].pk, access=access, text="Found the first bug.\nIt was a moth.")
    return {name: Contact.objects.get(pk=contact.pk) for name, contact in made.items()}


def crowd(count: int) -> None:
    """`count` people called Person 001 and so on, of two countries and three seniorities in turn."""
    Contact.objects.bulk_create(
        Contact(
            first_name="Person",
            last_name=f"{number:03}",
            email=f"person{number:03}@crowd.example",
            company=f"Company {number % 7}",
            seniority=("VP", "Director", "Manager")[number % 3],
            country=("France", "Japan")[number % 2],
            title="" if number % 7 == 0 else "Engineer",
        )
        for number in range(1, count + 1)
    )
    fold_deltas()
