"""What the dictionary of facet values knows of a search's filters: how values are written, how many contacts hold each.

It answers before anybody looks at a contact, and so tells which way to the matches is the cheapest.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.facets import queries
from apps.contacts.facets.pairs import BIT_FIELDS
from apps.contacts.facets.queries import MAX_SPELLINGS, Spellings, spellings, value_counts
from apps.contacts.fields import EMPLOYEE_BANDS, FIELDS, Kind, Operator
from apps.contacts.joint_fields import LOCATION, NAME, field_of, readable_columns
from apps.contacts.models import Industry
from apps.contacts.search import Filter, Search
from apps.contacts.similar_names import SimilarNames
from apps.core.converters import id_or_none

_UNIQUE = frozenset({"email", "contact_id", "person_linkedin_url"})
_BAND_LABELS = {(low, high): label for label, low, high in EMPLOYEE_BANDS}


@dataclass(frozen=True, slots=True)
class Held:
    """What a filter asks for in the dictionary's words: whoever holds any of some (field, value)s; or everybody else.

    `numbers` are how many contacts hold each, None where the dictionary does not say.
    """

    numbers: dict[tuple[str, str], int | None]
    is_negated: bool = False


class Dictionary:
    """The look-ups that one search needs, each made once."""

    def __init__(self, search: Search, access: Access) -> None:
        self.search = search
        self.access = access
        self._held: dict[Filter, list[Held] | None] = {}
        self._ids: dict[Filter, list[int]] = {}
        self._containing: dict[tuple[str, tuple[str, ...]], dict[str, int]] = {}
        self.spellings = spellings(self._values_named())
        names = search.name_words if search.is_similar else ()
        self.similar_names = SimilarNames(names, readable_columns(NAME, access))

    def exact_count(self) -> int | None:
        """The number of matches where the dictionary knows it: for values of one field that holds one at a time."""
        found = self._only_choice()
        if found is None or FIELDS[found.field].kind is Kind.LIST:
            return None
        held = self.held_by(found)
        return None if held is None else sum(number or 0 for number in held[0].numbers.values())

    def at_least(self) -> int:
        """A number of matches that is surely reached: of any of some list values, as many as hold the commonest."""
        found = self._only_choice()
        if found is None or FIELDS[found.field].kind is not Kind.LIST:
            return 0
        held = self.held_by(found)
        return max((number or 0 for one in held or () for number in one.numbers.values()), default=0)

    def at_most(self, found: Filter) -> int | None:
        """How many contacts the filter can match at the most; None where nothing says so."""
        if found.operator is Operator.ANY_OF and found.field in _UNIQUE:
            return len(found.raw)
        if found.operator not in {Operator.ANY_OF, Operator.CONTAINS}:
            return None
        held = self.held_by(found)
        if held is None:
            return None
        numbers = [number for one in held for number in one.numbers.values()]
        known = [number for number in numbers if number is not None]
        return sum(known) if len(known) == len(numbers) else None

    def held_by(self, found: Filter) -> list[Held] | None:
        """The filter in the dictionary's words, all of which must be true; None where it has no such words."""
        if found not in self._held:
            self._held[found] = self._in_the_dictionarys_words(found)
        return self._held[found]

    def _in_the_dictionarys_words(self, found: Filter) -> list[Held] | None:
        if found.operator is Operator.EMPTY:
            return self._held_nothing(found)
        if found.operator in {Operator.CONTAINS, Operator.NOT_CONTAINS}:
            return self._held_containing(found)
        if found.operator not in {Operator.ANY_OF, Operator.NONE_OF} or (
            found.field != LOCATION and found.field not in BIT_FIELDS
        ):
            return None
        numbers = self._numbers(found)
        return None if numbers is None else [Held(numbers, found.operator is Operator.NONE_OF)]

    def _held_containing(self, found: Filter) -> list[Held] | None:
        if not field_of(found.field).faceted:
            return None
        numbers: dict[tuple[str, str], int | None] = {}
        for name in self.places() if found.field == LOCATION else [found.field]:
            values = self.values_containing(name, found.raw)
            if len(values) >= MAX_SPELLINGS:
                return None  # there may be others
            numbers |= {(name, value): number for value, number in values.items()}
        return [Held(numbers, found.operator is Operator.NOT_CONTAINS)]

    def _held_nothing(self, found: Filter) -> list[Held] | None:
        is_empty = bool(found.values[0])
        if found.field == LOCATION:
            # Somewhere is "city or state or country", which no conjunction says.
            return [Held({(place, ""): None}) for place in self.places()] if is_empty else None
        return [Held({(found.field, ""): None}, not is_empty)] if found.field in BIT_FIELDS else None

    def _numbers(self, found: Filter) -> dict[tuple[str, str], int | None] | None:
        """The held values that the filter names, and how many contacts hold each."""
        if found.field == LOCATION:
            return self._spelled((place, raw) for place in self.places() for raw in found.raw)
        match FIELDS[found.field].kind:
            case Kind.REFERENCE:
                ids = [str(pk) for pk in self.referred(found)]
                counts = value_counts(found.field, ids) if ids else {}
                return {(found.field, value): number for value, number in counts.items() if number}
            case Kind.BOOLEAN:
                return {(found.field, "true"): None} if found.values == (True,) else None
            case Kind.INTEGER:
                bands = [_BAND_LABELS.get(value) for value in found.values if isinstance(value, tuple)]
                if len(bands) < len(found.values):
                    return None  # a number of employees; only bands of them are counted
                return self._spelled((found.field, str(band)) for band in bands)
        return self._spelled((found.field, raw) for raw in found.raw) if FIELDS[found.field].faceted else None

    def values_containing(self, name: str, raws: tuple[str, ...]) -> dict[str, int]:
        """The field's values that hold any of the texts, and how many contacts hold each."""
        held = self._containing.get((name, raws))
        if held is None:
            held = {
                value: number
                for raw in raws
                for value, number in queries.values_containing(name, raw).items()
            }
            self._containing[name, raws] = held
        return held

    def _spelled(self, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int | None]:
        nobody = Spellings({})
        return {
            (field, way): number
            for field, raw in wanted
            for way, number in self.spellings.get((field, raw), nobody).numbers.items()
        }

    def _only_choice(self) -> Filter | None:
        """The filter, if it is the only one and lets in whoever holds any of some values of a faceted field."""
        if self.search.text or len(self.search.filters) != 1:
            return None
        found = self.search.filters[0]
        if (
            found.operator not in {Operator.ANY_OF, Operator.CONTAINS}
            or found.field == LOCATION
            or not field_of(found.field).faceted
        ):
            return None
        return found

    def _values_named(self) -> Iterable[tuple[str, str]]:
        for found in self.search.filters:
            if found.operator not in {Operator.ANY_OF, Operator.NONE_OF}:
                continue
            if found.field == LOCATION:
                yield from ((place, raw) for place in self.places() for raw in found.raw)
            elif field_of(found.field).faceted and field_of(found.field).kind in {
                Kind.TEXT,
                Kind.CHOICE,
                Kind.LIST,
                Kind.INTEGER,  # bands of employees
            }:
                yield from ((found.field, raw) for raw in found.raw)
                bands = [_BAND_LABELS.get(value) for value in found.values if isinstance(value, tuple)]
                yield from ((found.field, label) for label in bands if label)

    def places(self) -> list[str]:
        return readable_columns(LOCATION, self.access)

    def written(self, name: str, raws: Iterable[str]) -> list[str]:
        """Every spelling of the values; a value nobody holds stays as it is, and matches nobody."""
        nobody = Spellings({})
        return [way for raw in raws for way in (self.spellings.get((name, raw), nobody).numbers or (raw,))]

    def referred(self, found: Filter) -> list[int]:
        """The ids of the industries or people that the filter names."""
        ids = self._ids.get(found)
        if ids is None:
            ids = self._ids[found] = _referred(found.field, found.raw)
        return ids


def _referred(name: str, raws: tuple[str, ...]) -> list[int]:
    """The ids of industries by name or id, of people by e-mail or id."""
    ids = [each for each in map(id_or_none, raws) if each is not None]
    if name == "industry":
        named = Q()
        for raw in raws:
            named |= Q(name__iexact=raw)
        return [*ids, *Industry.objects.filter(named).values_list("pk", flat=True)]
    emails = [raw.lower() for raw in raws]
    return [*ids, *AdminUser.objects.filter(email__in=emails).values_list("pk", flat=True)]
