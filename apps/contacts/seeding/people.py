"""The contacts themselves, a block at a time, as COPY text."""

from dataclasses import dataclass
from itertools import islice
from random import Random

from apps.contacts.seeding import companies, copy_text
from apps.contacts.seeding.calendar import CLOCK, CLOCK_BITS, DAYS, DAYS_COVERED
from apps.contacts.seeding.companies import Company, CompanyMaker
from apps.contacts.seeding.names import FIRST_NAME_BITS, LAST_NAME_BITS, Name, cultures
from apps.contacts.seeding.places import CITY_BITS, COUNTRY_BITS, CULTURE_BITS, PHONE_BITS
from apps.contacts.seeding.plan import Block, Plan
from apps.contacts.seeding.tally import Facets, Tally
from apps.contacts.seeding.titles import TITLE_BITS, all_titles, title_slots
from apps.contacts.seeding.weighted import slots, zipf_slots

COLUMNS = (
    *companies.COLUMNS,
    "first_name",
    "last_name",
    "title",
    "seniority",
    "departments",
    "email",
    "email_status",
    "work_direct_phone",
    "mobile_phone",
    "home_phone",
    "other_phone",
    "corporate_phone",
    "city",
    "state",
    "country",
    "person_linkedin_url",
    "stage",
    "tags",
    "owner_id",
    "lawful_basis",
    "do_not_contact",
    "last_contacted_at",
    "contact_id",
    "collected_at",
    "created_at",
    "updated_at",
)

_EMAIL_STATUSES = ("Verified", "Guessed", "Unverified", "User Managed", "New Data Available")
_STAGES = ("Cold", "Warm", "", "Hot", "Customer", "Nurture", "Replied", "Not interested", "Changed job")
_TAGS = (
    "Newsletter",
    "Trade fair 2026",
    "Key account",
    "Webinar spring",
    "Decision maker",
    "Trade fair 2025",
    "Partner",
    "Champion",
    "Pilot",
    "Reference customer",
    "Renewal 2027",
    "Competitor's customer",
    "Speaker",
    "Press",
    "Investor",
    "Alumni",
    "Influencer",
    "Do not quote",
    "Beta tester",
    "Budget holder",
    "Student project",
    "Wish list",
    "Met in person",
    "Call back",
    "VIP",
)
_TAG_BITS = 12
_LAWFUL_BASES = ("Legitimate interests", "", "Consent", "Contract")
_NO_PLACE = "\t\t"


def _mask(bits: int) -> int:
    return (1 << bits) - 1


_FIRST_NAME_MASK = _mask(FIRST_NAME_BITS)
_LAST_NAME_MASK = _mask(LAST_NAME_BITS)
_CULTURE_MASK = _mask(CULTURE_BITS)
_TITLE_MASK = _mask(TITLE_BITS)
_CITY_MASK = _mask(CITY_BITS)
_COUNTRY_MASK = _mask(COUNTRY_BITS)
_PHONE_MASK = _mask(PHONE_BITS)
_CLOCK_MASK = _mask(CLOCK_BITS)
_TAG_MASK = _mask(_TAG_BITS)


@dataclass(frozen=True, slots=True)
class Written:
    count: int
    copy_text: bytes
    facets: Facets


class BlockWriter:
    """Turns blocks into COPY text. Costly to make, so one for each process."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.companies = CompanyMaker(plan)
        self.cultures = cultures()
        self.titles = title_slots()
        self.departments_of = {title.copy_text(): title.departments for title, _ in all_titles()}
        self.email_statuses = slots(_EMAIL_STATUSES, (62, 16, 11, 6, 5), bits=6)
        self.stages = slots(_STAGES, (56, 13, 12, 6, 5, 4, 2, 1, 1), bits=7)
        self.tags, self.values_of_tags = _tag_slots()
        self.owners = _owner_slots(plan.owner_ids)
        self.lawful_bases = slots(_LAWFUL_BASES, (60, 28, 9, 3), bits=5)

    def write(self, block: Block) -> Written:
        """The block's rows in the order of COLUMNS, the people of its companies mixed."""
        random = Random(f"{self.plan.seed} {self.plan.count} {block.first_index}")
        count = block.count
        keys = [random.random() for _ in range(count)]
        places = iter(sorted(range(count), key=keys.__getitem__))
        lines, tally = [""] * count, Tally()
        picks: list[tuple[str, ...]] = [()] * count
        for number, contacts in block.companies:
            company = self.companies.make(number, contacts, random)
            tally.add(company.facets, contacts)
            addresses: dict[str, int] = {}  # how often a name stands before the @
            for place in islice(places, contacts):
                index = block.first_index + place
                lines[place], picks[place] = self._person(company, index, addresses, random.getrandbits(192))
        tally.add_people(picks, self.departments_of, self.values_of_tags)
        # Line by line: one letter beyond Latin-1 would make a single text of them all twice as wide, and slow.
        text = b"".join([line.encode() for line in lines])
        return Written(count, text, dict(tally.by_field))

    def _person(
        self, company: Company, index: int, addresses: dict[str, int], bits: int
    ) -> tuple[str, tuple[str, ...]]:
        """The person's line and, for the tally, what was picked for the faceted columns."""
        first, last = self._name(company, bits)
        title = self.titles[(bits >> 26) & _TITLE_MASK]
        email = status = linkedin = ""
        if (bits >> 42) & 1023 > 204:
            email = self._email(company, f"{first.slug}.{last.slug}", addresses)
            status = self.email_statuses[(bits >> 52) & 63]
        elif bits >> 52 & 1:
            status = "Unavailable"
        if (bits >> 58) & 7 > 1:
            linkedin = (
                f"https://www.linkedin.com/in/demo-{first.slug}-{last.slug}-{self.plan.seed:x}-{index:x}"
            )
        place, phones = self._place_and_phones(company, bits >> 61)
        stage = self.stages[(bits >> 101) & 127]
        tags = self.tags[(bits >> 108) & _TAG_MASK]
        owner = self.owners[(bits >> 120) & 127]
        consent = f"{self.lawful_bases[(bits >> 127) & 31]}\t{'f' if (bits >> 132) & 127 else 't'}"
        line = (
            f"{company.columns}\t{first.display}\t{last.display}\t{title}\t{email}\t{status}\t{phones}\t{place}\t"
            f"{linkedin}\t{stage}\t{tags}\t{owner}\t{consent}\t{self._dates(index, bits >> 139)}\n"
        )
        return line, (title, place, status, stage, tags, owner)

    def _name(self, company: Company, bits: int) -> tuple[Name, Name]:
        """First and last name. 26 bits."""
        culture = self.cultures[company.country.cultures[bits & _CULTURE_MASK]]
        first = culture.first_names[(bits >> CULTURE_BITS) & _FIRST_NAME_MASK]
        last = culture.last_names[(bits >> (CULTURE_BITS + FIRST_NAME_BITS)) & _LAST_NAME_MASK]
        return first, last

    def _email(self, company: Company, label: str, addresses: dict[str, int]) -> str:
        """Namesakes in a company are numbered: anna.lee, anna.lee2."""
        earlier = addresses.get(label, 0)
        addresses[label] = earlier + 1
        return f"{label}{earlier + 1 if earlier else ''}@{company.domain}"

    def _place_and_phones(self, company: Company, bits: int) -> tuple[str, str]:
        """city, state, country; and the five phones of a person. 40 bits."""
        city, kind = company.city, bits & 31
        bits >>= 5
        if kind < 7:  # a colleague elsewhere in the country
            city = company.country.cities[bits & _CITY_MASK]
        elif kind < 9:  # or abroad
            country = self.companies.countries[bits & _COUNTRY_MASK]
            city = country.cities[(bits >> 4) & _CITY_MASK]
        bits >>= COUNTRY_BITS
        direct = city.landlines[bits & _PHONE_MASK] if bits & 0x180 == 0 else ""
        mobile = city.mobiles[(bits >> 5) & _PHONE_MASK] if bits & 0x3000 == 0 else ""
        home = city.landlines[(bits >> 3) & _PHONE_MASK] if bits & 0x7C000 == 0 else ""
        other = city.mobiles[(bits >> 8) & _PHONE_MASK] if bits & 0xF80000 == 0 else ""
        corporate = company.phone if bits & 3 else ""
        place = city.copy_text if kind < 30 else _NO_PLACE
        return place, f"{direct}\t{mobile}\t{home}\t{other}\t{corporate}"

    def _dates(self, index: int, bits: int) -> str:
        """last_contacted_at, contact_id, collected_at, created_at, updated_at: people came in day by day. 53 bits."""
        day = index * DAYS_COVERED // self.plan.count
        created = DAYS[day] + CLOCK[bits & _CLOCK_MASK]
        left = DAYS_COVERED - 1 - day
        updated, contacted = created, copy_text.NULL
        if bits & 0x1000:
            updated = DAYS[day + (left * ((bits >> 13) & 1023) >> 10)] + CLOCK[_CLOCK_MASK]
        if (bits >> 23) & 7 < 3:
            contacted = DAYS[day + (left * ((bits >> 26) & 1023) >> 10)] + CLOCK[(bits >> 11) & _CLOCK_MASK]
        return f"{contacted}\tc0de{self.plan.seed:08x}{index:012x}\t{DAYS[day]}\t{created}\t{updated}"


def _tag_slots() -> tuple[list[str], dict[str, list[str]]]:
    """COPY text of tags: mostly none, else one, two or three; slots for _TAG_BITS. And the values in each text."""
    popular = zipf_slots(_TAGS, bits=6)
    none = copy_text.plain_array(())
    table, values = [none] * (1 << _TAG_BITS), {none: list[str]()}
    for place in range(0, 1 << _TAG_BITS, 3):
        picks = (place * 29, place * 31 + 7, place * 37 + 11)[: 1 + (place % 11 < 4) + (place % 11 < 1)]
        tags = list({popular[pick & 63]: None for pick in picks})
        table[place] = copy_text.plain_array(tags)
        values[table[place]] = tags
    return table, values


def _owner_slots(owner_ids: tuple[int, ...]) -> list[str]:
    """128 of them: half the contacts are nobody's."""
    if not owner_ids:
        return [copy_text.NULL] * 128
    return [copy_text.NULL] * 64 + zipf_slots([str(owner) for owner in owner_ids[:64]], bits=6)
