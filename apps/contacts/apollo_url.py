"""The address of a people search at Apollo.io, read as a search here; and what of it cannot be read, with reasons.

The parameters are those that addresses of app.apollo.io carried in 2024 to 2026. Apollo documents its API, not these;
what is not known here is named as such and never guessed.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.utils.translation import gettext as _

from apps.contacts.apollo_values import (
    COUNTRIES,
    DEPARTMENTS,
    EMAIL_STATUSES,
    FILLED_FIELDS,
    FUNDING_STAGES,
    SENIORITIES,
    SORT_FIELDS,
    UNREADABLE,
    US_STATES,
    WITHOUT_MEANING,
)
from apps.contacts.fields import EMPLOYEE_BANDS

LONGEST_ADDRESS = 20_000
MOST_PARAMETERS = 2_000
_LIKE_APOLLO = re.compile(r"(?:https?(?::|%(?:25)*3A))?[/%\w.-]*?\bapollo\.io\b", re.IGNORECASE)
_STILL_ENCODED = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
_INDEX = re.compile(r"\[\d*\]$")
_BETWEEN = re.compile(r"(?P<name>\w+)\[(?P<end>min|max)\]")
_ENCODINGS = 3  # as often as an address is taken to be encoded as a whole


@dataclass(frozen=True, slots=True)
class Untranslated:
    """A part of an address that has no counterpart here, and why, in words for people."""

    part: str
    reason: str


@dataclass(slots=True)
class Translation:
    """The parameters of a search here, in order, and what is missing from it."""

    parameters: list[tuple[str, str]] = field(default_factory=list)
    untranslated: list[Untranslated] = field(default_factory=list)

    def ask(self, parameter: str, *values: str) -> None:
        self.parameters += [(parameter, value) for value in dict.fromkeys(values)]

    def leave_out(self, part: str, reason: str) -> None:
        missing = Untranslated(_short(part), reason)
        if missing not in self.untranslated:
            self.untranslated.append(missing)


def is_apollo_address(text: str) -> bool:
    """Whether somebody pasted an address of Apollo's, however encoded. Words that mention it are not one."""
    text = text.strip()
    first_word = text.partition(" ")[0]
    if not _LIKE_APOLLO.match(text) or (first_word != text and "?" not in first_word):
        return False
    address = _split(text)
    return address is not None and bool(address.fragment or address.path.strip("/"))


def translate(text: str) -> Translation:
    """What an address of Apollo's asks for. Whatever the text is, this answers: see `untranslated`."""
    translation = Translation()
    address = _split(text.strip())
    if len(text) > LONGEST_ADDRESS or address is None:
        translation.leave_out(_("The address"), _("it is too long, or no address of a search at Apollo."))
        return translation
    route, _mark, query = address.fragment.lstrip("!").partition("?")
    route, query = (route, query) if address.fragment else (address.path, address.query)
    if route.strip("/").split("/")[0] != "people":
        translation.leave_out(_("The page"), _("only a search for people can be read here."))
        return translation
    try:
        pairs = parse_qsl(query, errors="replace", max_num_fields=MOST_PARAMETERS)
    except ValueError:
        translation.leave_out(_("The address"), _("it has too many parts."))
        return translation
    _Translator(translation, _by_name(pairs)).translate()
    return translation


def _split(text: str) -> SplitResult | None:
    """The parts of an address, which may have been encoded as a whole; None for what is none of Apollo's."""
    for _time in range(_ENCODINGS):
        written = text if "://" in text else f"https://{text}"
        try:
            address = urlsplit(written)
            host = address.hostname or ""
            if address.scheme in {"http", "https"} and (host == "apollo.io" or host.endswith(".apollo.io")):
                is_whole = address.fragment or address.query or "%23" not in written
                return address if is_whole else urlsplit(unquote(written))
        except ValueError:
            return None
        text = unquote(text)
    return None


def _by_name(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Values by the name of their parameter, without the brackets of an array or the numbers in them."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        plain = _INDEX.sub("", unquote(name).strip())
        # Encoded twice; or a percent sign of the text itself, which is followed by two such digits hardly ever.
        meant = unquote(value, errors="replace") if _STILL_ENCODED.search(value) else value
        meant = " ".join(meant.split())
        if plain and meant:
            found.setdefault(plain, []).append(meant)
    return found


def _short(text: str) -> str:
    return (text if len(text) <= 60 else text[:59] + "…").replace("\0", "\N{REPLACEMENT CHARACTER}")


class _Translator:
    def __init__(self, translation: Translation, found: dict[str, list[str]]) -> None:
        self.into = translation
        self.found = found

    def translate(self) -> None:
        for name, values in self.found.items():
            between = _BETWEEN.fullmatch(name)
            if name in _TRANSLATIONS:
                _TRANSLATIONS[name](self, name, values)
            elif between and between["name"] in _RANGES:
                self._end_of_range(name, between["name"], between["end"], values)
            elif name in UNREADABLE:
                self.into.leave_out(name, str(UNREADABLE[name]))
            elif name not in WITHOUT_MEANING:
                self.into.leave_out(name, _("nothing here is known by this name."))

    # --- what several parameters have in common

    def _known(self, parameter: str, name: str, values: list[str], known: dict[str, str]) -> None:
        for value in values:
            if value.lower() in known:
                self.into.ask(parameter, known[value.lower()])
            else:
                self.into.leave_out(f"{name}: {value}", _("there is no such value here."))

    def _all_of(self, parameter: str, name: str, values: list[str]) -> None:
        if len(values) == 1 and parameter not in dict(self.into.parameters):
            self.into.ask(parameter, *values)
        else:
            self.into.leave_out(name, _("a filter here finds any of its values, not those with all of them."))

    def _end_of_range(self, name: str, of: str, end: str, values: list[str]) -> None:
        column, is_good = _RANGES[of]
        if is_good(values[-1]):
            self.into.ask(f"{column}__{'gte' if end == 'min' else 'lte'}", values[-1])
        else:
            self.into.leave_out(f"{name}: {values[-1]}", _("it is no number or date that can be read here."))

    # --- one parameter each

    def titles(self, name: str, values: list[str]) -> None:
        self.into.ask("title__contains", *_unquoted(values))

    def no_titles(self, name: str, values: list[str]) -> None:
        self.into.ask("title__not_contains", *_unquoted(values))

    def similar_titles(self, name: str, values: list[str]) -> None:
        if values[-1] != "false":
            self.into.leave_out(name, _("which titles are similar is Apollo's own knowledge."))

    def seniorities(self, name: str, values: list[str]) -> None:
        self._known("seniority", name, values, SENIORITIES)

    def departments(self, name: str, values: list[str]) -> None:
        self.into.ask("departments", *(DEPARTMENTS.get(value, _in_words(value)) for value in values))

    def places(self, name: str, values: list[str]) -> None:
        for value in values:
            place = self._narrowest_place(name, value)
            self.into.ask("location__not" if "Not" in name else "location", place)

    def _narrowest_place(self, name: str, value: str) -> str:
        place, *wider = [part.strip() for part in value.split(",")]
        if wider and place:
            self.into.leave_out(
                f"{name}: {value}",
                _("taken as “%(place)s”, wherever that is.") % {"place": _short(place)},
            )
        return COUNTRIES.get(place.lower(), place) or value

    def company_places(self, name: str, values: list[str]) -> None:
        """All of them in one column, since two filters are both to be true."""
        suffix = "__not" if "Not" in name else ""
        columns: dict[str, list[str]] = {}
        for value in values:
            place, *wider = [part.strip() for part in value.split(",")]
            if not wider and place.lower() in COUNTRIES:
                columns.setdefault("company_country", []).append(COUNTRIES[place.lower()])
            elif place.lower() in US_STATES:
                columns.setdefault("company_state", []).append(place)
            else:
                columns.setdefault("company_city", []).append(place)
        if len(columns) > 1 and not suffix:
            self.into.leave_out(name, _("a filter here is on a company's city, or state, or country."))
            return
        for column, places in columns.items():
            self.into.ask(column + suffix, *places)

    def employees(self, name: str, values: list[str]) -> None:
        ranges = [limits for value in values if (limits := self._limits(name, value))]
        bands = [_bands_within(low, high) for low, high in ranges]
        if all(bands):
            self.into.ask("employees", *(band for each in bands for band in each))
        elif len(merged := _merged(ranges)) == 1:
            [(low, high)] = merged
            self.into.ask("employees__gte", str(low))
            if high is not None:
                self.into.ask("employees__lte", str(high))
        else:
            self.into.ask("employees", *(band for each in bands for band in each))
            for (low, high), each in zip(ranges, bands, strict=True):
                if not each:
                    self.into.leave_out(
                        f"{name}: {low},{high or ''}", _("it ends within the bands of employees here.")
                    )

    def _limits(self, name: str, value: str) -> tuple[int, int | None] | None:
        numbers = re.fullmatch(r"(\d{0,9})(?:,(\d{0,12}))?", value, re.ASCII)
        if not numbers or not any(numbers.groups()):
            self.into.leave_out(f"{name}: {value}", _("it is no number or date that can be read here."))
            return None
        low, high = int(numbers[1] or 0), int(numbers[2] or 0)
        return low, high if 0 < high < _NOBODY_HAS_MORE else None

    def revenue(self, name: str, values: list[str]) -> None:
        low, _comma, high = values[-1].partition(",")
        for end, value in (("min", low), ("max", high)):
            if value:
                self._end_of_range(name, name, end, [value])

    def email_statuses(self, name: str, values: list[str]) -> None:
        self._known("email_status", name, values, EMAIL_STATUSES)

    def no_catch_all(self, name: str, values: list[str]) -> None:
        if values[-1] == "true":
            self.into.ask("primary_email_catch_all_status__not", "Catch-all")

    def words(self, name: str, values: list[str]) -> None:
        self.into.ask("q", values[-1].replace(":", " ").strip())

    def person_name(self, name: str, values: list[str]) -> None:
        self.into.ask("name__contains", values[-1])

    def company_name(self, name: str, values: list[str]) -> None:
        self.into.ask("company__contains", *values)

    def domains(self, name: str, values: list[str]) -> None:
        self.into.ask("website__contains", *values)

    def keywords(self, name: str, values: list[str]) -> None:
        self.into.ask("keywords", *values)

    def no_keywords(self, name: str, values: list[str]) -> None:
        self.into.ask("keywords__not", *values)

    def all_keywords(self, name: str, values: list[str]) -> None:
        self._all_of("keywords", name, values)

    def keyword_fields(self, name: str, values: list[str]) -> None:
        if set(values) - {"tags"}:
            self.into.leave_out(name, _("keywords are looked for among a company's keywords alone."))

    def technologies(self, name: str, values: list[str]) -> None:
        self.into.ask("technologies", *map(_in_words, values))

    def no_technologies(self, name: str, values: list[str]) -> None:
        self.into.ask("technologies__not", *map(_in_words, values))

    def all_technologies(self, name: str, values: list[str]) -> None:
        self._all_of("technologies", name, [_in_words(value) for value in values])

    def funding_stages(self, name: str, values: list[str]) -> None:
        self._known("latest_funding", name, values, FUNDING_STAGES)

    def filled_fields(self, name: str, values: list[str]) -> None:
        for value in values:
            if value in FILLED_FIELDS:
                self.into.ask(f"{FILLED_FIELDS[value]}__empty", "false")
            else:
                self.into.leave_out(f"{name}: {value}", _("there is no such value here."))

    def order(self, name: str, values: list[str]) -> None:
        if values[-1] in {"[none]", "none"}:
            return
        column = SORT_FIELDS.get(values[-1])
        if column is None:
            self.into.leave_out(f"{name}: {values[-1]}", _("it cannot be sorted by that here."))
        else:
            is_descending = self.found.get("sortAscending", ["true"])[-1] == "false"
            self.into.ask("sort", f"-{column}" if is_descending else column)


def _unquoted(values: list[str]) -> Iterator[str]:
    yield from (plain for value in values if (plain := value.strip('"“” ')))


def _in_words(code: str) -> str:
    """`Sales Operations` for `sales_operations`; case does not count where it is compared."""
    return " ".join(word.capitalize() for word in code.removeprefix("master_").split("_") if word) or code


def _bands_within(low: int, high: int | None) -> list[str]:
    """The bands that make up a range exactly; none where it ends within one."""
    low = 0 if low == 1 else low
    within = [
        (label, first, last)
        for label, first, last in EMPLOYEE_BANDS
        if first >= low and (high is None or (last is not None and last <= high))
    ]
    fits = within and within[0][1] == low and within[-1][2] == high
    return [label for label, _first, _last in within] if fits else []


def _merged(ranges: list[tuple[int, int | None]]) -> list[tuple[int, int | None]]:
    merged: list[tuple[int, int | None]] = []
    for low, high in sorted(ranges, key=lambda limits: limits[0]):
        if merged and (merged[-1][1] is None or low <= merged[-1][1] + 1):
            ends = (merged[-1][1], high)
            merged[-1] = (
                merged[-1][0],
                None if None in ends else max(end for end in ends if end is not None),
            )
        else:
            merged.append((low, high))
    return merged


def _is_amount(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


_NOBODY_HAS_MORE = 1_000_000  # employees: how Apollo writes "and more"
_RANGES: dict[str, tuple[str, Callable[[str], bool]]] = {
    "revenueRange": ("annual_revenue", _is_amount),
    "totalFundingRange": ("total_funding", _is_amount),
    "latestFundingAmountRange": ("latest_funding_amount", _is_amount),
    "latestFundingDateRange": ("last_raised_at", _is_date),
}
_TRANSLATIONS: dict[str, Callable[[_Translator, str, list[str]], None]] = {
    "personTitles": _Translator.titles,
    "personNotTitles": _Translator.no_titles,
    "includeSimilarTitles": _Translator.similar_titles,
    "personSeniorities": _Translator.seniorities,
    "personDepartmentOrSubdepartments": _Translator.departments,
    "personLocations": _Translator.places,
    "personNotLocations": _Translator.places,
    "personName": _Translator.person_name,
    "qPersonName": _Translator.person_name,
    "organizationLocations": _Translator.company_places,
    "organizationNotLocations": _Translator.company_places,
    "organizationNumEmployeesRanges": _Translator.employees,
    "revenueRange": _Translator.revenue,
    "contactEmailStatus": _Translator.email_statuses,
    "contactEmailStatusV2": _Translator.email_statuses,
    "contactEmailExcludeCatchAll": _Translator.no_catch_all,
    "qKeywords": _Translator.words,
    "qOrganizationName": _Translator.company_name,
    "organizationName": _Translator.company_name,
    "qOrganizationDomains": _Translator.domains,
    "qOrganizationDomainsList": _Translator.domains,
    "qOrganizationKeywordTags": _Translator.keywords,
    "organizationKeywordTags": _Translator.keywords,
    "qNotOrganizationKeywordTags": _Translator.no_keywords,
    "qAndedOrganizationKeywordTags": _Translator.all_keywords,
    "includedOrganizationKeywordFields": _Translator.keyword_fields,
    "includedAndedOrganizationKeywordFields": _Translator.keyword_fields,
    "excludedOrganizationKeywordFields": _Translator.keyword_fields,
    "currentlyUsingAnyOfTechnologyUids": _Translator.technologies,
    "currentlyUsingAllOfTechnologyUids": _Translator.all_technologies,
    "currentlyNotUsingAnyOfTechnologyUids": _Translator.no_technologies,
    "organizationLatestFundingStageCd": _Translator.funding_stages,
    "existFields": _Translator.filled_fields,
    "sortByField": _Translator.order,
}
