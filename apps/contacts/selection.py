"""What is known of a search's matches before looking at them: how many, and a short list of who they may be.

The dictionary of facet values knows how many hold a value, the bitmaps how many hold any combination of common ones.
Either of them finds few candidates where the planner, which knows neither, would read a whole index.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, Count, Q, QuerySet
from django.db.models.expressions import RawSQL

from apps.contacts.conditions import Conditions, Fenced, holders
from apps.contacts.dashboard.summaries import LACKED, NO_PHONE, kept_summaries
from apps.contacts.dictionary import Held
from apps.contacts.facets.bitsets import EVERYBODY, BitSet, Bound, Pair, bitmaps_of, count_of, ids_of
from apps.contacts.facets.queries import total_contacts
from apps.contacts.fields import Operator
from apps.contacts.models import Contact, FacetStale
from apps.contacts.paging import COUNT_CAP, FEW, SOME, Matching
from apps.contacts.search import Search
from apps.core.days import start_of

SAMPLE = 2_000  # contacts
SHORTEST_TRIGRAM = 3  # letters


def matching_of(conditions: Conditions, contacts: "QuerySet[Contact]") -> Matching:
    """What is known of those of `contacts` (everybody this person may see) that the conditions are about."""
    if not conditions.search.is_narrowed:
        return Matching(Q(), count=total_contacts())
    where, count = conditions.where(), conditions.dictionary.exact_count()
    if count is not None:
        return Matching(where, count, candidates=where, candidate_count=count)
    if conditions.search.is_similar:
        return Matching(where)  # the names have been looked up, and are few
    by_rarest = _by_rarest(conditions, where)
    if by_rarest and by_rarest.candidate_count <= FEW:
        return by_rarest
    try:
        by_bitmaps = _by_bitmaps(conditions, contacts, where)
    except EmptyResultSet:  # no column that this person may read can hold what is asked for
        return Matching(where, count=0, candidates=where)
    if by_rarest and (by_bitmaps is None or by_bitmaps.candidate_count > SOME):
        return by_rarest
    found = by_bitmaps or Matching(where, at_least=conditions.dictionary.at_least())
    if found.count is None and not found.is_best_collected:
        summarised = summarised_count(conditions.search)
        if summarised is not None and summarised > COUNT_CAP:  # fewer are counted as they are sorted
            return replace(found, count=summarised, at_least=summarised)
    if found.count is None and not found.is_best_collected and _says_little(conditions.search):
        return replace(found, at_least=max(found.at_least, _at_least_by_sample(contacts, where)))
    return found


# When the span of a summary's buckets begins.
_BEGINS: dict[str, Callable[[date], bool]] = {
    "created_at": lambda day: day.weekday() == 0,
    "updated_at": lambda day: day.day == 1,
    "last_contacted_at": lambda day: day.day == 1,
}


def summarised_count(search: Search) -> int | None:
    """The number of matches where the dashboard's summaries know it, as they do for the lists behind its figures."""
    asked: dict[tuple[str, Operator], Any] = {
        (found.field, found.operator): found.values[0] for found in search.filters
    }
    if search.text or not asked:
        return None
    if all(operator is Operator.EMPTY for _, operator in asked):
        return _lacking({name: is_empty for (name, _), is_empty in asked.items()})
    return _within_weeks_or_months(asked)


def _lacking(asked: dict[str, bool]) -> int | None:
    is_no_phone = asked == {"work_direct_phone": True, "mobile_phone": True}
    figure = NO_PHONE if is_no_phone else "".join(asked)
    if figure not in LACKED or (len(asked) > 1 and not is_no_phone):
        return None
    kept = kept_summaries([figure, "created_at"], [])
    empty = kept[figure].empty
    return empty if all(asked.values()) else kept["created_at"].filled - empty


def _within_weeks_or_months(asked: dict[tuple[str, Operator], Any]) -> int | None:
    without_import = asked.pop(("import_id", Operator.EMPTY), None)
    name = next(iter(asked))[0]
    if name not in _BEGINS or (without_import is not None and name != "created_at"):
        return None
    first, last = (asked.pop((name, operator), None) for operator in (Operator.GTE, Operator.LTE))
    if asked or isinstance(first, datetime) or isinstance(last, datetime) or last == date.max:
        return None
    behind = last and last + timedelta(days=1)
    if not all(_BEGINS[name](day) for day in (first, behind) if day):
        return None
    start, end = first and start_of(first), behind and start_of(behind)
    kept = kept_summaries([name, "import_id"], filter(None, (start, end)))
    number, imported = (kept[each].between(start, end) for each in (name, "import_id"))
    return number if without_import is None else number - imported if without_import else imported


def _says_little(search: Search) -> bool:
    """Whether its text, as somebody begins to type it, is in very many contacts and all over the index on texts."""
    return bool(search.words) and all(len(word) < SHORTEST_TRIGRAM for word in search.words)


def _at_least_by_sample(contacts: "QuerySet[Contact]", where: Q) -> int:
    """A number of matches that is surely reached: five standard deviations below what a sample says."""
    ids = "SELECT generate_series(1, max(id), greatest(max(id) / %s, 1)) FROM contacts_contact"
    evenly = contacts.filter(has_id_of((ids, [SAMPLE])))
    sample = evenly.aggregate(looked_at=Count("pk"), matching=Count("pk", filter=where))
    surely = sample["matching"] - 5 * math.sqrt(sample["matching"])
    return int(surely / max(sample["looked_at"], 1) * total_contacts())


def _by_rarest(conditions: Conditions, where: Q) -> Matching | None:
    """Through the filter that fewest contacts can pass, if they are not too many."""
    numbers = [(conditions.dictionary.at_most(found), found) for found in conditions.search.filters]
    some = [(number, found) for number, found in numbers if number is not None and number <= SOME]
    if not some:
        return None
    number, rarest = min(some, key=lambda one: one[0])
    return Matching(where, candidates=conditions.condition(rarest), candidate_count=number)


def _by_bitmaps(conditions: Conditions, contacts: "QuerySet[Contact]", where: Q) -> Matching | None:
    """None when no filter can be answered by bitmaps."""
    held = {found: conditions.dictionary.held_by(found) for found in conditions.search.filters}
    pairs = [pair for ones in held.values() for one in ones or () for pair in one.numbers]
    bitmaps = bitmaps_of(pairs) if pairs else {}
    if not bitmaps:
        return None
    rare = _Rare()
    answered = [ones for ones in held.values() if ones and rare.takes(ones, bitmaps)]
    if not answered:
        return None
    sets = [_bit_set(one, bitmaps) for ones in answered for one in ones]
    if all(each.is_negated for each in sets):
        sets.append(BitSet((bitmaps[EVERYBODY],)))
    number = count_of(sets, live(contacts, where))
    says_all = len(answered) == len(held) and not conditions.search.text
    return Matching(
        where,
        count=number if says_all and not rare.included and not rare.excluded else None,
        at_least=number - sum(rare.excluded.values()) if says_all else 0,
        candidates=_among(ids_of(sets), rare.included),
        candidate_count=number + sum(rare.included.values()),
        bitmaps=frozenset(bitmap for each in sets for bitmap in each.bitmaps),
    )


def whole_bit_sets(conditions: Conditions) -> list[BitSet] | None:
    """The combination of bitmaps that is exactly the search; None when it says anything that they do not know."""
    held = [conditions.dictionary.held_by(found) for found in conditions.search.filters]
    if conditions.search.text or None in held:
        return None
    ones = [one for each in held for one in each or ()]
    pairs = [pair for one in ones for pair in one.numbers]
    bitmaps = bitmaps_of(pairs)
    if not bitmaps or any(pair not in bitmaps for pair in pairs):
        return None
    return [BitSet((bitmaps[EVERYBODY],)), *(_bit_set(one, bitmaps) for one in ones)]


class _Rare:
    """The values of filters that have no bitmap, because too few contacts hold them; each filter may have some."""

    def __init__(self) -> None:
        self.included: dict[Pair, int] = {}  # by how many contacts
        self.excluded: dict[Pair, int] = {}

    def takes(self, ones: Iterable[Held], bitmaps: Mapping[Pair, int]) -> bool:
        """Remember what the bitmaps do not know of a filter; False when that is too much."""
        included: dict[Pair, int] = {}
        excluded: dict[Pair, int] = {}
        for one in ones:
            for pair, number in one.numbers.items():
                if pair not in bitmaps:
                    (excluded if one.is_negated else included)[pair] = SOME + 1 if number is None else number
        if sum(included.values()) + sum(excluded.values()) > SOME:
            return False
        self.included |= included
        self.excluded |= excluded
        return True


def _bit_set(one: Held, bitmaps: Mapping[Pair, int]) -> BitSet:
    return BitSet(tuple(bitmaps[pair] for pair in one.numbers if pair in bitmaps), one.is_negated)


def live(contacts: "QuerySet[Contact]", where: Q) -> Bound:
    """Those contacts whose bits may be out of date, as they are."""
    stale = FacetStale.objects.values("contact_id")
    return compiled(contacts.filter(Fenced(where), pk__in=stale).values("pk"))


def _among(ids: Bound, rare: Iterable[Pair]) -> RawSQL:
    """Who belongs to the bitmaps' combination, or holds a value that they do not know."""
    sql, parameters = ids
    pairs = list(rare)
    if pairs:
        others, more = compiled(Contact.objects.filter(holders(pairs)).values("pk"))
        sql, parameters = f"{sql} UNION ALL ({others})", [*parameters, *more]
    return has_id_of((sql, parameters))


def has_id_of(ids: Bound) -> RawSQL:
    """Is the contact one of these ids?"""
    sql, parameters = ids
    # An array, and not a subquery to join with: PostgreSQL goes through it by the index on the id.
    # The text is of our own blocks and the ORM; what people asked for is in the parameters.
    return RawSQL(f"contacts_contact.id = ANY (ARRAY({sql}))", parameters, BooleanField())  # noqa: S611


def compiled(contacts: "QuerySet[Contact, Any]") -> Bound:
    """A query's SQL and parameters. Raises EmptyResultSet when nobody can match."""
    sql, parameters = contacts.query.sql_with_params()
    return sql, list(parameters)
