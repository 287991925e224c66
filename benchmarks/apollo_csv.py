"""A synthetic CSV as Apollo exports it, for measuring imports: 43 columns, about 630 bytes a row, all values made up.

python -m benchmarks.apollo_csv 100000 --seed 2 > people.csv
time .venv/bin/python manage.py import_contacts people.csv
"""

import argparse
import csv
import random
import sys
from collections.abc import Callable

FIRST = ("Ana", "Bob", "Cleo", "Dan", "Eva", "Finn", "Gia", "Hugo", "Iris", "José")
LAST = ("Díaz", "Ray", "Fox", "Elk", "Moor", "Stone", "Lake", "Hill", "Müller", "Ng")
RANKS = ("VP", "Head of", "Senior", "Director,", "Chief")
FUNCTIONS = ("Sales", "Engineering", "Marketing", "Finance", "People", "Operations", "Product", "Data")
CITIES = (
    ("Berlin", "", "Germany"),
    ("Paris", "", "France"),
    ("Austin", "TX", "United States"),
    ("Leeds", "", "UK"),
)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.apollo_csv", description=__doc__.split("\n")[0]
    )
    parser.add_argument("rows", type=int)
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other people")
    options = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    writer = csv.writer(sys.stdout)
    chance = random.Random(options.seed)
    for number in range(options.rows):
        key = options.seed * 10_000_000 + number
        firm = options.seed * 10_000_000 + chance.randrange(max(1, options.rows * 3 // 10))
        row = person(key, firm, chance) | company(firm, random.Random(firm))
        if number == 0:
            writer.writerow(row)
        writer.writerow(row.values())


def person(key: int, firm: int, chance: random.Random) -> dict[str, object]:
    sometimes = _sometimes(chance)
    city, state, country = chance.choice(CITIES)
    return {
        "First Name": chance.choice(FIRST) + str(chance.randrange(500)),
        "Last Name": chance.choice(LAST) + str(chance.randrange(3000)),
        "Title": f"{chance.choice(RANKS)} {chance.choice(FUNCTIONS)} {chance.randrange(150)}",
        "Email": sometimes(0.8, f"p{key}@company{firm}.example"),
        "Email Status": chance.choice(("Verified", "Guessed", "Unavailable")),
        "Primary Email Catch-all Status": chance.choice(("Catch-all", "Not Catch-all", "")),
        "Seniority": chance.choice(("Vp", "Head", "Director", "Manager", "Senior")),
        "Departments": chance.choice(("Sales", "Engineering", "Sales, Marketing")),
        "Work Direct Phone": sometimes(0.3, f"+1 202 555 {chance.randrange(10_000):04}"),
        "Home Phone": "",
        "Mobile Phone": sometimes(0.3, f"+1 303 555 {chance.randrange(10_000):04}"),
        "Other Phone": "",
        "Stage": chance.choice(("Cold", "Warm", "Hot", "")),
        "Lists": "",
        "Last Contacted": sometimes(0.2, "2026-05-31T12:00:00Z"),
        "Person Linkedin Url": sometimes(0.9, f"http://www.linkedin.com/in/p-{key}"),
        "City": city,
        "State": state,
        "Country": country,
        "Apollo Contact Id": f"5f{key:022x}",
        "Email Sent": "false",
    }


def company(firm: int, chance: random.Random) -> dict[str, object]:
    sometimes = _sometimes(chance)
    city, state, country = chance.choice(CITIES)
    return {
        "Company": f"Company {firm} Inc",
        "Company Name for Emails": f"Company {firm}",
        "Corporate Phone": f"+1 404 555 {firm % 10_000:04}",
        "# Employees": chance.randrange(1, 20_000),
        "Industry": f"industry {chance.randrange(150)}",
        "Keywords": ", ".join(f"keyword {n}" for n in chance.sample(range(5000), chance.randrange(12))),
        "Website": f"http://www.company{firm}.example",
        "Company Linkedin Url": f"http://www.linkedin.com/company/c{firm}",
        "Facebook Url": sometimes(0.5, f"https://facebook.com/c{firm}"),
        "Twitter Url": sometimes(0.5, f"https://twitter.com/c{firm % 100_000}"),
        "Company Address": f"{firm % 900} Main St., {city}, {country}",
        "Company City": city,
        "Company State": state,
        "Company Country": country,
        "Company Phone": f"+49 30 {firm % 1_000_000}",
        "Technologies": ", ".join(f"Tech{n}" for n in chance.sample(range(2000), chance.randrange(15))),
        "Annual Revenue": sometimes(0.6, chance.randrange(10**9)),
        "Total Funding": sometimes(0.3, chance.randrange(10**8)),
        "Latest Funding": chance.choice(("", "", "Seed", "Series A")),
        "Latest Funding Amount": sometimes(0.3, chance.randrange(10**7)),
        "Last Raised At": sometimes(0.3, "2021-05-01"),
        "Apollo Account Id": f"ac{firm:020x}",
    }


def _sometimes(chance: random.Random) -> Callable[[float, object], object]:
    return lambda share, value: value if chance.random() < share else ""


if __name__ == "__main__":
    main()
