"""The field catalogue: one entry per contact field, from which forms, columns, filters, search and rights come.

Adding a field is one model field, one entry here and one migration. The file is long because it is a table.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_noop as _

from apps.accounts.columns import Column, ColumnRight


def choices_noop(*values: str) -> tuple[str, ...]:
    """Marks choices to be translated; they are stored in English, and Field.shown says them."""
    return values


class Kind(StrEnum):
    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    INTEGER = "integer"
    MONEY = "money"  # whole units of US dollars
    DATE = "date"
    MOMENT = "moment"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    LIST = "list"
    REFERENCE = "reference"


TEXT_KINDS = frozenset({Kind.TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL, Kind.CHOICE})
NUMBER_KINDS = frozenset({Kind.INTEGER, Kind.MONEY})
RANGE_KINDS = NUMBER_KINDS | {Kind.DATE, Kind.MOMENT}


class Operator(StrEnum):
    """What may follow `<field>__` in a search; ANY_OF is the bare field name."""

    ANY_OF = ""
    NONE_OF = "not"
    EMPTY = "empty"
    GTE = "gte"
    LTE = "lte"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"


_VALUES = (Operator.ANY_OF, Operator.NONE_OF, Operator.EMPTY)
_OPERATORS: dict[Kind, tuple[Operator, ...]] = {
    **dict.fromkeys(
        (Kind.TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL, Kind.LIST),
        (*_VALUES, Operator.CONTAINS, Operator.NOT_CONTAINS),
    ),
    **dict.fromkeys(RANGE_KINDS, (*_VALUES, Operator.GTE, Operator.LTE)),
    Kind.CHOICE: _VALUES,
    Kind.REFERENCE: _VALUES,
    Kind.BOOLEAN: (Operator.ANY_OF, Operator.NONE_OF),
}


class Group(StrEnum):
    """The headings of the record page, in order."""

    PERSON = _("Person")
    EMAIL = _("E-mail")
    PHONES = _("Phones")
    COMPANY = _("Company")
    WHERE = _("Where")
    COMPANY_WHERE = _("Company address")
    MONEY = _("Revenue and funding")
    LINKS = _("Links")
    PIPELINE = _("Pipeline")
    EXTERNAL = _("External ids")
    PROVENANCE = _("Source and consent")
    RECORD = _("Record")

    @property
    def label(self) -> str:
        return gettext(self.value)


@dataclass(frozen=True, slots=True)
class Field:
    """One contact field as every other part of the product sees it."""

    name: str
    english: str  # what it is called; import headers know it too
    group: Group
    kind: Kind = Kind.TEXT
    aliases: tuple[
        str, ...
    ] = ()  # import headers, besides name and english, as normalise_header() leaves them
    choices: tuple[str, ...] = ()
    open_choices: bool = False  # other values than `choices` are welcome
    sortable: bool = False
    searchable: bool = False  # looked at by the text search `q`
    faceted: bool = False  # its values and their counts are kept in FacetValue
    is_writable: bool = True  # by people and imports; the rest is set by the product itself
    width: int = 160  # of its table column, in pixels
    max_length: int = 255
    staff_right: ColumnRight = ColumnRight.EDIT  # what a new manager or user may do with it
    help_english: str = ""

    @property
    def label(self) -> str:
        """What the field is called, in the language of the request."""
        return gettext(self.english)

    @property
    def help(self) -> str:
        return gettext(self.help_english) if self.help_english else ""

    def shown(self, value: str) -> str:
        """A value as people read it: the catalogue's own choices in their language, everything else as it is."""
        return pgettext("choice", value) if value in self.choices else value

    @property
    def operators(self) -> tuple[Operator, ...]:
        return _OPERATORS[self.kind]

    @property
    def is_text(self) -> bool:
        """Stored as text, where '' means empty."""
        return self.kind in TEXT_KINDS


EMAIL_STATUSES = choices_noop(
    "Verified", "Unverified", "Guessed", "User Managed", "New Data Available", "Unavailable"
)
STAGES = choices_noop("Cold", "Warm", "Hot")
SENIORITIES = choices_noop(
    "Owner",
    "Founder",
    "C-Suite",
    "Partner",
    "VP",
    "Head",
    "Director",
    "Manager",
    "Senior",
    "Entry",
    "Intern",
)
LAWFUL_BASES = choices_noop(
    "Consent",
    "Contract",
    "Legal obligation",
    "Vital interests",
    "Public task",
    "Legitimate interests",
)

# Bands of Contact.employees as (label, lowest, highest); the last has no upper end.
EMPLOYEE_BANDS: tuple[tuple[str, int, int | None], ...] = (
    ("0-10", 0, 10),
    ("11-20", 11, 20),
    ("21-50", 21, 50),
    ("51-100", 51, 100),
    ("101-200", 101, 200),
    ("201-500", 201, 500),
    ("501-1000", 501, 1000),
    ("1001-2000", 1001, 2000),
    ("2001-5000", 2001, 5000),
    ("5001-10000", 5001, 10000),
    ("10001+", 10001, None),
)

_ENTRIES: tuple[Field, ...] = (
    Field(
        "first_name",
        _("First name"),
        Group.PERSON,
        aliases=("firstname", "given name", "forename", "first"),
        sortable=True,
        searchable=True,
    ),
    Field(
        "last_name",
        _("Last name"),
        Group.PERSON,
        aliases=("lastname", "surname", "family name", "last"),
        sortable=True,
        searchable=True,
    ),
    Field(
        "title",
        _("Title"),
        Group.PERSON,
        aliases=("job title", "position", "role", "occupation", "headline"),
        sortable=True,
        searchable=True,
        faceted=True,
        width=200,
    ),
    Field(
        "seniority",
        _("Seniority"),
        Group.PERSON,
        Kind.CHOICE,
        aliases=("seniority level", "management level"),
        choices=SENIORITIES,
        open_choices=True,
        sortable=True,
        faceted=True,
        width=110,
    ),
    Field(
        "departments",
        _("Departments"),
        Group.PERSON,
        Kind.LIST,
        aliases=("department", "functions"),
        faceted=True,
        width=180,
    ),
    Field(
        "email",
        _("E-mail"),
        Group.EMAIL,
        Kind.EMAIL,
        aliases=(
            "e mail",
            "email address",
            "e mail address",
            "mail",
            "work email",
            "primary email",
            "email id",
        ),
        sortable=True,
        searchable=True,
        width=220,
        max_length=254,
    ),
    Field(
        "email_status",
        _("E-mail status"),
        Group.EMAIL,
        Kind.CHOICE,
        aliases=("email verification status",),
        choices=EMAIL_STATUSES,
        faceted=True,
        width=130,
    ),
    Field(
        "primary_email_catch_all_status",
        _("Catch-all status"),
        Group.EMAIL,
        Kind.CHOICE,
        aliases=("primary email catch all status", "email catch all status", "catch all"),
        choices=choices_noop("Catch-all", "Not Catch-all", "Unknown"),
        open_choices=True,
        width=130,
    ),
    Field(
        "work_direct_phone",
        _("Work direct phone"),
        Group.PHONES,
        Kind.PHONE,
        aliases=("phone", "direct phone", "work phone", "telephone", "phone number", "business phone"),
        searchable=True,
        width=150,
    ),
    Field(
        "mobile_phone",
        _("Mobile phone"),
        Group.PHONES,
        Kind.PHONE,
        aliases=("mobile", "mobile phone number", "cell", "cell phone", "mobile number"),
        searchable=True,
        width=150,
    ),
    Field("home_phone", _("Home phone"), Group.PHONES, Kind.PHONE, width=150),
    Field("corporate_phone", _("Corporate phone"), Group.PHONES, Kind.PHONE, width=150),
    Field("other_phone", _("Other phone"), Group.PHONES, Kind.PHONE, aliases=("fax",), width=150),
    Field(
        "company",
        _("Company"),
        Group.COMPANY,
        aliases=(
            "company name",
            "organization",
            "organisation",
            "organization name",
            "account",
            "employer",
            "account name",
            "current company",
        ),
        sortable=True,
        searchable=True,
        faceted=True,
        width=190,
    ),
    Field(
        "company_name_for_emails",
        _("Company name for e-mails"),
        Group.COMPANY,
        aliases=("company name for emails",),
        width=190,
    ),
    Field(
        "industry",
        _("Industry"),
        Group.COMPANY,
        Kind.REFERENCE,
        aliases=("sector",),
        faceted=True,
        width=150,
    ),
    Field(
        "employees",
        _("Employees"),
        Group.COMPANY,
        Kind.INTEGER,
        aliases=(
            "# employees",
            "number of employees",
            "num employees",
            "employee count",
            "company size",
            "headcount",
        ),
        sortable=True,
        faceted=True,
        width=100,
    ),
    Field("keywords", _("Keywords"), Group.COMPANY, Kind.LIST, faceted=True, width=220),
    Field(
        "technologies",
        _("Technologies"),
        Group.COMPANY,
        Kind.LIST,
        aliases=("technology", "tech stack"),
        faceted=True,
        width=220,
    ),
    Field(
        "website",
        _("Website"),
        Group.COMPANY,
        Kind.URL,
        aliases=("company website", "website url", "url", "web site", "homepage", "company domain", "domain"),
        width=180,
        max_length=1000,
    ),
    Field(
        "city",
        _("City"),
        Group.WHERE,
        aliases=("town", "person city"),
        sortable=True,
        searchable=True,
        faceted=True,
        width=130,
    ),
    Field(
        "state",
        _("State"),
        Group.WHERE,
        aliases=("region", "province", "person state"),
        faceted=True,
        width=120,
    ),
    Field(
        "country",
        _("Country"),
        Group.WHERE,
        aliases=("person country",),
        sortable=True,
        faceted=True,
        width=130,
    ),
    Field(
        "company_address",
        _("Company address"),
        Group.COMPANY_WHERE,
        aliases=("address", "street address"),
        width=240,
        max_length=500,
    ),
    Field("company_city", _("Company city"), Group.COMPANY_WHERE, width=130),
    Field("company_state", _("Company state"), Group.COMPANY_WHERE, width=120),
    Field("company_country", _("Company country"), Group.COMPANY_WHERE, width=130),
    Field("company_phone", _("Company phone"), Group.COMPANY_WHERE, Kind.PHONE, width=150),
    Field(
        "annual_revenue",
        _("Annual revenue"),
        Group.MONEY,
        Kind.MONEY,
        aliases=("revenue", "company revenue"),
        sortable=True,
        width=120,
    ),
    Field("total_funding", _("Total funding"), Group.MONEY, Kind.MONEY, width=120),
    Field(
        "latest_funding",
        _("Latest funding"),
        Group.MONEY,
        aliases=("latest funding stage", "funding stage"),
        faceted=True,
        width=130,
    ),
    Field("latest_funding_amount", _("Latest funding amount"), Group.MONEY, Kind.MONEY, width=140),
    Field(
        "last_raised_at",
        _("Last raised"),
        Group.MONEY,
        Kind.DATE,
        aliases=("last raised at",),
        width=110,
    ),
    Field(
        "person_linkedin_url",
        _("LinkedIn"),
        Group.LINKS,
        Kind.URL,
        aliases=(
            "person linkedin url",
            "linkedin",
            "linkedin url",
            "linkedin profile",
            "linkedin profile url",
        ),
        width=180,
        max_length=1000,
    ),
    Field(
        "company_linkedin_url",
        _("Company LinkedIn"),
        Group.LINKS,
        Kind.URL,
        aliases=("company linkedin url",),
        width=180,
        max_length=1000,
    ),
    Field(
        "facebook_url",
        _("Facebook"),
        Group.LINKS,
        Kind.URL,
        aliases=("facebook url",),
        width=160,
        max_length=1000,
    ),
    Field(
        "twitter_url",
        _("X (Twitter)"),
        Group.LINKS,
        Kind.URL,
        aliases=("twitter", "twitter url", "x", "x url"),
        width=160,
        max_length=1000,
    ),
    Field(
        "stage",
        _("Stage"),
        Group.PIPELINE,
        Kind.CHOICE,
        aliases=("lead stage", "contact stage"),
        choices=STAGES,
        open_choices=True,
        sortable=True,
        faceted=True,
        width=90,
    ),
    Field(
        "owner",
        _("Owner"),
        Group.PIPELINE,
        Kind.REFERENCE,
        aliases=("contact owner", "account owner"),
        faceted=True,
        width=140,
        help_english=_("The colleague who looks after this contact, by e-mail."),
    ),
    Field("tags", _("Tags"), Group.PIPELINE, Kind.LIST, aliases=("labels", "lists"), faceted=True, width=160),
    Field(
        "last_contacted_at",
        _("Last contacted"),
        Group.PIPELINE,
        Kind.MOMENT,
        aliases=("last contacted", "last contacted at"),
        sortable=True,
        width=130,
    ),
    Field(
        "contact_id",
        _("Contact id"),
        Group.EXTERNAL,
        aliases=("apollo contact id", "external id", "bioguide id", "record id"),
        width=140,
        help_english=_("The contact's id in the system it came from."),
    ),
    Field("account_id", _("Account id"), Group.EXTERNAL, aliases=("apollo account id",), width=140),
    Field("source", _("Source"), Group.PROVENANCE, aliases=("lead source",), faceted=True, width=140),
    Field("lawful_basis", _("Lawful basis"), Group.PROVENANCE, Kind.CHOICE, choices=LAWFUL_BASES, width=140),
    Field(
        "collected_at", _("Collected on"), Group.PROVENANCE, Kind.DATE, aliases=("collected at",), width=110
    ),
    Field("do_not_contact", _("Do not contact"), Group.PROVENANCE, Kind.BOOLEAN, width=110),
    Field(
        "import_id",
        _("Import"),
        Group.PROVENANCE,
        Kind.INTEGER,
        is_writable=False,
        width=90,
        staff_right=ColumnRight.READ,
        help_english=_("The operation that first brought this contact in."),
    ),
    Field(
        "created_at",
        _("Created"),
        Group.RECORD,
        Kind.MOMENT,
        sortable=True,
        is_writable=False,
        width=120,
        staff_right=ColumnRight.READ,
    ),
    Field(
        "updated_at",
        _("Updated"),
        Group.RECORD,
        Kind.MOMENT,
        sortable=True,
        is_writable=False,
        width=120,
        staff_right=ColumnRight.READ,
    ),
)

FIELDS: dict[str, Field] = {field.name: field for field in _ENTRIES}

# One of these must be given for anybody to recognise the contact.
RECOGNISABLE = ("first_name", "last_name", "email", "company", "person_linkedin_url", "contact_id")

# The columns of the list behind the name, for everybody who has not chosen their own.
DEFAULT_COLUMNS = (
    "title",
    "company",
    "email",
    "work_direct_phone",
    "city",
    "country",
    "employees",
    "industry",
    "stage",
    "updated_at",
)

# `custom` holds what an import could not place: not one field but any number, keyed by the file's header.
CUSTOM = "custom"
CUSTOM_LABEL = _("Other columns")

LOCATION_FIELDS = ("city", "state", "country")


# Who a contact is and where they work; and what reaches them in person.
_NAMES = frozenset({"first_name", "last_name", "company"})
_PERSONAL_GROUPS = frozenset({Group.EMAIL, Group.PHONES, Group.LINKS})


def columns() -> list[Column]:
    """Everything a column right may be given for, in the order of the record page."""
    fields = [
        Column(
            name=field.name,
            english=field.english,
            group_english=str(field.group),
            default=field.staff_right,
            is_editable=field.is_writable,
            is_name=field.name in _NAMES,
            is_personal=field.group in _PERSONAL_GROUPS,
        )
        for field in _ENTRIES
    ]
    return [*fields, Column(CUSTOM, CUSTOM_LABEL, CUSTOM_LABEL, ColumnRight.EDIT, is_personal=True)]


def fields_in(names: Iterable[str]) -> list[Field]:
    """The catalogue's entries among `names`, in the catalogue's order."""
    wanted = frozenset(names)
    return [field for field in _ENTRIES if field.name in wanted]


def employee_band(number: int) -> str:
    """The band's label for a head count of 0 or more."""
    return next(label for label, low, high in EMPLOYEE_BANDS if high is None or number <= high)
