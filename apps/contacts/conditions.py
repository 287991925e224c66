"""What each filter of a search means in the database. Field names come from the catalogue, never from a request."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    ExpressionWrapper,
    F,
    Func,
    Lookup,
    Q,
    TextField,
    Value,
)
from django.db.models.functions import Cast
from django.db.models.lookups import In

from apps.accounts.access import Access
from apps.contacts.dictionary import Dictionary
from apps.contacts.facets.queries import (
    like_patterns,
)
from apps.contacts.fields import EMPLOYEE_BANDS, FIELDS, Field, Kind, Operator
from apps.contacts.folding import Fold, LinkedinPath
from apps.contacts.joint_fields import LOCATION, NAME, PHONE, readable_columns
from apps.contacts.models import sort_key
from apps.contacts.phones import PHONES, is_number, looks_like_a_number, numbers_among, place_of
from apps.contacts.search import Filter, Search
from apps.contacts.search_text import words_of
from apps.core.days import start_of

NOTHING = Q(pk__in=[])
_EXCLUDING = frozenset({Operator.NONE_OF, Operator.NOT_CONTAINS})


class Like(Lookup):
    """A folded column LIKE a pattern that is folded in turn, so that PostgreSQL sees a constant."""

    lookup_name = "a360_like"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} LIKE a360_fold(%s)", [*parameters, self.rhs]


class Fenced(Func):
    """A condition that no index can serve, so that rows are found by the others and it is only looked at."""

    template = "(%(expressions)s) IS TRUE"
    output_field = BooleanField()

    def __init__(self, condition: Q) -> None:
        super().__init__(ExpressionWrapper(condition, output_field=BooleanField()))


class Conditions:
    """The conditions of one search."""

    def __init__(self, search: Search, access: Access) -> None:
        self.search = search
        self.access = access
        self.dictionary = Dictionary(search, access)

    def where(self) -> Q:
        """Everything the search asks for, as one condition on Contact."""
        everything = Q()
        for found in self.search.filters:
            everything &= self.condition(found)
        for words in numbers_among(self.search.words):
            everything &= self._words(words)
        return everything

    def _location(self, found: Filter) -> Q:
        if found.operator is Operator.EMPTY:
            nowhere = Q(**dict.fromkeys(self.dictionary.places(), ""))
            return nowhere if found.values[0] else ~nowhere
        somewhere = NOTHING
        for place in self.dictionary.places():
            somewhere |= (
                self._contains(FIELDS[place], found.raw)
                if found.operator in {Operator.CONTAINS, Operator.NOT_CONTAINS}
                else Q(In(F(place), self.dictionary.written(place, found.raw)))
            )
        return ~somewhere if found.operator in _EXCLUDING else somewhere

    def _name(self, found: Filter) -> Q:
        """All words of one of the values, each in the first or the last name."""
        columns = [FIELDS[name] for name in readable_columns(NAME, self.access)]
        named = NOTHING
        for raw in found.raw:
            one = Q()
            for word in words_of(raw):
                one &= self._or_similar(word, _or(self._contains(column, (word,)) for column in columns))
            named |= one
        return ~named if found.operator in _EXCLUDING else named

    def _phone(self, found: Filter) -> Q:
        """A whole number, in any spelling and any phone; or part of one, as written in those that are searched."""
        phones = readable_columns(PHONE, self.access)
        if found.operator in {Operator.CONTAINS, Operator.NOT_CONTAINS}:
            searched = [FIELDS[phone] for phone in phones if FIELDS[phone].searchable]
            has_it = _or(self._contains(phone, found.raw) for phone in searched)
        else:
            numbers = [raw for raw in found.raw if looks_like_a_number(raw)]
            has_it = _or(self._is_number(phone, number) for phone in phones for number in numbers)
        return ~has_it if found.operator in _EXCLUDING else has_it

    def condition(self, found: Filter) -> Q:
        """One filter as a condition on Contact."""
        joint = {LOCATION: self._location, NAME: self._name, PHONE: self._phone}
        return joint.get(found.field, self._filter)(found)

    def _filter(self, found: Filter) -> Q:
        known = FIELDS[found.field]
        match found.operator:
            case Operator.ANY_OF:
                return self._any_of(known, found)
            case Operator.NONE_OF:
                return ~self._any_of(known, found)
            case Operator.EMPTY:
                return _is_empty(known) if found.values[0] else ~_is_empty(known)
            case Operator.CONTAINS:
                return self._contains(known, found.raw)
            case Operator.NOT_CONTAINS:
                return ~self._contains(known, found.raw)
            case Operator.GTE:
                return Q((f"{known.name}__gte", _start(known, found.values[0])))
            case Operator.LTE:
                return Q(
                    (
                        f"{known.name}__lt" if known.kind is Kind.MOMENT else f"{known.name}__lte",
                        _end(known, found.values[0]),
                    )
                )

    def _any_of(self, known: Field, found: Filter) -> Q:
        if known.kind is Kind.LIST:
            return Q((f"{known.name}__overlap", self.dictionary.written(known.name, found.raw)))
        if known.kind is Kind.REFERENCE:
            return _refers_to(known.name, self.dictionary.referred(found))
        if known.kind in {Kind.INTEGER, Kind.MONEY, Kind.DATE, Kind.MOMENT, Kind.BOOLEAN}:
            return _one_of(known, found.values)
        if known.faceted:
            return self._one_spelling(known, found.raw)
        if known.kind is Kind.EMAIL:
            return Q((f"{known.name}__in", [raw.lower() for raw in found.raw]))
        if known.kind is Kind.PHONE:
            return self._one_phone(known, found.raw)
        if known.name == "person_linkedin_url":
            # Other addresses have no such path; asked for one of them, nobody is the answer, not everybody without.
            return Q(In(F("linkedin_path"), [LinkedinPath(Value(raw)) for raw in found.raw])) & ~Q(
                linkedin_path=""
            )
        if known.name == "contact_id":
            return Q(contact_id__in=found.raw)
        return _one_fold(known, found.raw)

    def _one_spelling(self, known: Field, raws: tuple[str, ...]) -> Q:
        one = Q((f"{known.name}__in", self.dictionary.written(known.name, raws)))
        if any(key.field == known.name for key in self.search.order[:1]):
            # Sorted by what it is filtered by: said once more in the sort's own terms, so that its index jumps there.
            # Without "is not empty", for which the other index would read all of its values.
            one &= Q(In(sort_key(known.name), [Fold(Value(raw, TextField())) for raw in raws]))
        return one

    def _contains(self, known: Field, raws: tuple[str, ...]) -> Q:
        if known.kind is Kind.LIST:
            values = list(self.dictionary.values_containing(known.name, raws))
            return Q((f"{known.name}__overlap", values)) if values else NOTHING
        any_of = NOTHING
        for raw in raws:
            for pattern in dict.fromkeys(like_patterns(raw)):
                any_of |= Q(Like(Fold(F(known.name)), pattern))
        return any_of

    def _one_phone(self, known: Field, raws: tuple[str, ...]) -> Q:
        numbers = [raw for raw in raws if looks_like_a_number(raw)]
        others = tuple(raw for raw in raws if raw not in numbers)
        one = _one_fold(known, others) if others else NOTHING
        for number in numbers:
            one |= self._is_number(known.name, number)
        return one

    def _is_number(self, phone: str, number: str) -> Q:
        return is_number(phone, number, knows_place=all(map(self.access.can_read, place_of(phone))))

    def _words(self, words: list[str]) -> Q:
        """All of the words, which are one or a phone number: then also that number in any spelling, in any phone."""
        everywhere = Q()
        for word in words:
            everywhere &= self._or_similar(word, self._word(word))
        text = " ".join(words)
        if looks_like_a_number(text):
            for phone in filter(self.access.can_read, PHONES):
                everywhere |= self._is_number(phone, text)
        return everywhere

    def _or_similar(self, word: str, condition: Q) -> Q:
        similar = self.dictionary.similar_names.condition(word)
        return condition if similar is None else condition | similar

    def _word(self, word: str) -> Q:
        """Some searchable column that this person may see holds the word."""
        somewhere = NOTHING
        for known in FIELDS.values():
            if known.searchable and self.access.can_read(known.name):
                somewhere |= self._contains(known, (word,))
        return somewhere


def holders(pairs: Iterable[tuple[str, str]]) -> Q:
    """Whoever holds any of some (field, value)s, as the dictionary writes them."""
    values: dict[str, list[str]] = {}
    for field, value in pairs:
        values.setdefault(field, []).append(value)
    anyone = NOTHING
    for field, held in values.items():
        known = FIELDS[field]
        if known.kind is Kind.INTEGER:
            anyone |= _one_of(known, [(low, high) for label, low, high in EMPLOYEE_BANDS if label in held])
        elif known.kind is Kind.REFERENCE:
            anyone |= _refers_to(field, [int(value) for value in held])
        else:
            anyone |= Q((f"{field}__{'overlap' if known.kind is Kind.LIST else 'in'}", held))
    return anyone


def _or(conditions: Iterable[Q]) -> Q:
    any_of = NOTHING
    for condition in conditions:
        any_of |= condition
    return any_of


def _refers_to(name: str, ids: Iterable[int]) -> Q:
    # As bigint, which the column is: of a plain number, an integer, the index on filters knows nothing.
    same = In(F(f"{name}_id"), [Cast(Value(pk), BigIntegerField()) for pk in ids])
    # Not NULL where there is none, so that NOT turns it round.
    return Q(same) & Q((f"{name}__isnull", False))


def _is_empty(known: Field) -> Q:
    if known.is_text:
        return Q((known.name, ""))
    if known.kind is Kind.LIST:
        return Q((known.name, []))
    return Q((f"{known.name}__isnull", True))


def _one_fold(known: Field, raws: tuple[str, ...]) -> Q:
    key = sort_key(known.name) if known.sortable else Fold(F(known.name))
    folds = [Fold(Value(raw, TextField())) for raw in raws]
    # Not NULL where the value is empty, so that NOT turns it round.
    return Q(In(key, folds)) & Q((f"{known.name}__gt", ""))


def _one_of(known: Field, values: Iterable[Any]) -> Q:
    one = NOTHING
    for value in values:
        if isinstance(value, tuple):
            low, high = value
            band = Q((f"{known.name}__gte", low))
            one |= band if high is None else band & Q((f"{known.name}__lte", high))
        elif known.kind is Kind.MOMENT:
            one |= Q((f"{known.name}__gte", _start(known, value))) & Q(
                (f"{known.name}__lt", _end(known, value))
            )
        else:
            one |= Q((known.name, value))
    return one


def _start(known: Field, value: Any) -> Any:
    return start_of(value) if _is_whole_day(known, value) else value


def _end(known: Field, value: Any) -> Any:
    """The upper bound: exclusive for moments (a day includes its last second), inclusive for all else."""
    if known.kind is not Kind.MOMENT:
        return value
    try:
        if _is_whole_day(known, value):
            return start_of(value + timedelta(days=1))
        return value + timedelta(microseconds=1)
    except OverflowError:  # the last day that Python knows
        return datetime.max.replace(tzinfo=UTC)


def _is_whole_day(known: Field, value: date | datetime) -> bool:
    return known.kind is Kind.MOMENT and not isinstance(value, datetime)
