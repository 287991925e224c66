"""Made-up companies: one description each, so that colleagues agree about their employer."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import gcd
from random import Random

from apps.contacts.fields import employee_band
from apps.contacts.seeding import copy_text, words
from apps.contacts.seeding.calendar import DAYS, DAYS_COVERED
from apps.contacts.seeding.industries import industry_names, trades
from apps.contacts.seeding.market import keywords, technologies
from apps.contacts.seeding.places import CITY_BITS, COUNTRY_BITS, PHONE_BITS, City, Country, countries
from apps.contacts.seeding.plan import DEFAULT_SEED, Plan
from apps.contacts.seeding.weighted import slots, zipf_slots

# The order of Company.columns.
COLUMNS = (
    "company",
    "company_name_for_emails",
    "industry_id",
    "employees",
    "keywords",
    "technologies",
    "website",
    "annual_revenue",
    "total_funding",
    "latest_funding",
    "latest_funding_amount",
    "last_raised_at",
    "company_address",
    "company_city",
    "company_state",
    "company_country",
    "company_phone",
    "company_linkedin_url",
    "facebook_url",
    "twitter_url",
    "account_id",
    "primary_email_catch_all_status",
    "source",
    "import_id",
)

_SOURCE = "Demo"
_LATEST_FUNDING = 2  # its place in what _money() gives
_TECHNOLOGY_BITS = 14
_KEYWORD_BITS = 15
# Head counts of companies with few contacts: share, lowest, highest.
_HEAD_COUNTS: tuple[tuple[float, int, int], ...] = (
    (44, 1, 10),
    (16, 11, 20),
    (17, 21, 50),
    (10, 51, 100),
    (6, 101, 200),
    (4, 201, 500),
    (1.5, 501, 1000),
    (0.8, 1001, 2000),
    (0.5, 2001, 5000),
    (0.2, 5001, 20000),
)
# Rounds of funding: name, share, smallest and largest amount in thousands of US dollars.
_ROUNDS: tuple[tuple[str, float, int, int], ...] = (
    ("Seed", 34, 200, 4_000),
    ("Series A", 20, 4_000, 16_000),
    ("Series B", 12, 14_000, 45_000),
    ("Series C", 6, 35_000, 95_000),
    ("Series D", 3, 80_000, 250_000),
    ("Private Equity", 8, 10_000, 400_000),
    ("Debt Financing", 8, 500, 60_000),
    ("Grant", 6, 50, 2_000),
    ("Other", 3, 100, 20_000),
)
_CATCH_ALL = ("Not Catch-all", "Catch-all", "")


@dataclass(frozen=True, slots=True)
class Company:
    columns: str  # COPY text of COLUMNS
    domain: str
    country: Country
    city: City
    phone: str
    facets: tuple[tuple[str, Iterable[str]], ...]  # faceted field and the values that all its people have


class CompanyMaker:
    def __init__(self, plan: Plan) -> None:
        self.seed = plan.seed
        self.operation = str(plan.operation_id)
        self.zone = "example" if plan.seed == DEFAULT_SEED else f"s{plan.seed}.example"
        ids = dict(zip(industry_names(), map(str, plan.industry_ids), strict=True))
        self.any_industry = zipf_slots(list(ids.values()), bits=10, flatness=4)
        self.trades = [(trade, [ids[name] for name in names]) for trade, names in trades().items()]
        lists = words.read("companies")
        beginnings, endings = lists["beginnings"].split(), lists["endings"].split()
        self.words = list(dict.fromkeys(start + end for end in endings for start in beginnings))
        self.regions: list[str] = lists["regions"]
        self.streets: list[str] = lists["streets"]
        self.legal_forms: dict[str, str] = lists["legal_forms"]
        self.names = len(self.words) * len(self.trades)
        self.stride = _coprime_to(self.names, 514_229)
        self.countries = countries()
        self.technologies = zipf_slots(technologies(), bits=_TECHNOLOGY_BITS, flatness=6)
        self.keywords = zipf_slots(keywords(), bits=_KEYWORD_BITS, flatness=20)
        self.head_counts = slots(
            [(low, high) for _, low, high in _HEAD_COUNTS], [entry[0] for entry in _HEAD_COUNTS], bits=8
        )
        self.rounds = slots(
            [(name, low, high) for name, _, low, high in _ROUNDS], [entry[1] for entry in _ROUNDS], bits=7
        )
        self.catch_all = slots(_CATCH_ALL, (60, 25, 15), bits=5)

    def make(self, number: int, contacts: int, random: Random) -> Company:
        bits = random.getrandbits(64)
        name, slug, industries = self._name(number)
        country = self.countries[bits & ((1 << COUNTRY_BITS) - 1)]
        city = country.cities[(bits >> 12) & ((1 << CITY_BITS) - 1)]
        domain = f"{slug}.{self.zone}"
        phone = city.landlines[(bits >> 20) & ((1 << PHONE_BITS) - 1)]
        employees = self._employees(contacts, random)
        full_name = name + self.legal_forms.get(country.name, "") if (bits >> 27) & 3 == 0 else name
        industry = self._industry(industries, bits >> 29)
        keywords = self._some(self.keywords, _KEYWORD_BITS, random)
        technologies = self._some(self.technologies, _TECHNOLOGY_BITS, random)
        money = self._money(employees, random)
        facets = (
            ("company", (full_name,)),
            ("industry", (industry,)),
            ("employees", () if employees is None else (employee_band(employees),)),
            ("keywords", keywords),
            ("technologies", technologies),
            ("latest_funding", (money[_LATEST_FUNDING],)),
            ("source", (_SOURCE,)),
        )
        columns = (
            full_name,
            name,
            industry or copy_text.NULL,
            copy_text.number(employees),
            copy_text.plain_array(keywords),
            copy_text.plain_array(technologies),
            f"https://www.{domain}" if (bits >> 45) & 31 else "",
            *money,
            f"{1 + (bits >> 20) % 480} {self.streets[(bits >> 33) % len(self.streets)]}" if bits & 7 else "",
            city.copy_text,
            phone,
            f"https://www.linkedin.com/company/demo-{slug}-{self.seed:x}" if (bits >> 48) & 15 else "",
            f"https://www.facebook.com/demo-{slug}-{self.seed:x}" if (bits >> 52) & 3 == 0 else "",
            # Longer than a handle may be, so it is nobody's.
            f"https://x.com/demo_{slug.replace('-', '_')}_example" if (bits >> 54) & 3 == 0 else "",
            f"acc0{self.seed:08x}{number:012x}",
            self.catch_all[(bits >> 56) & 31],
            _SOURCE,
            self.operation,
        )
        return Company("\t".join(columns), domain, country, city, phone, facets)

    def _industry(self, fitting: list[str], bits: int) -> str:
        """Its id; '' for one company in 64."""
        if (bits >> 10) & 63 == 0:
            return ""
        return fitting[bits % len(fitting)] if fitting else self.any_industry[bits & 1023]

    def _name(self, number: int) -> tuple[str, str, list[str]]:
        """Name, address label and fitting industries; another number never gives the same name."""
        place = (number * self.stride + self.seed * 7919) % self.names
        word, (trade, industries) = (
            self.words[place // len(self.trades)],
            self.trades[place % len(self.trades)],
        )
        name = f"{word} {trade} {self.regions[number // self.names]}".strip()
        return name, name.lower().replace(" ", "-"), industries

    def _employees(self, contacts: int, random: Random) -> int | None:
        bits = random.getrandbits(48)
        if bits % 13 == 0:
            return None
        low, high = self.head_counts[(bits >> 8) & 255]
        if contacts < 5:
            return max(contacts, low + (bits >> 16) % (high - low + 1))
        return contacts * (2 + (bits >> 16) % 40) + (bits >> 24) % 10

    def _some(self, table: list[str], size_bits: int, random: Random) -> list[str]:
        """0 to 15 of the values, none of them twice."""
        count = min(random.getrandbits(4), random.getrandbits(4) + 2)
        bits, mask = random.getrandbits(size_bits * count + 1), (1 << size_bits) - 1
        return list({table[(bits >> size_bits * place) & mask]: None for place in range(count)})

    def _money(self, employees: int | None, random: Random) -> tuple[str, ...]:
        """annual_revenue, total_funding, latest_funding, latest_funding_amount, last_raised_at."""
        bits = random.getrandbits(64)
        revenue = copy_text.NULL
        if employees and bits & 3:
            revenue = str(_two_digits(employees * (60_000 + (bits >> 2) % 240_000)))
        if (bits >> 20) % 9 > 1:
            return (revenue, copy_text.NULL, "", copy_text.NULL, copy_text.NULL)
        name, low, high = self.rounds[(bits >> 24) & 127]
        amount = _two_digits((low + (bits >> 31) % (high - low)) * 1000)
        total = amount + _two_digits(amount * ((bits >> 50) % 160) // 100)
        raised_on = DAYS[(bits >> 40) % DAYS_COVERED]
        return (revenue, str(total), name, str(amount), raised_on)


def _two_digits(amount: int) -> int:
    """Cut to two significant digits, as such figures are published."""
    unit = 10 ** max(0, len(str(amount)) - 2)
    return int(amount // unit * unit)


def _coprime_to(size: int, start: int) -> int:
    """The first number from `start` that, multiplied up, meets every remainder of `size`."""
    while gcd(start, size) != 1:
        start += 1
    return start
