"""Names that are nearly what somebody typed: Jonh for John, Smiht for Smith, Lovelase for Lovelace.

Every spelling one slip away from a word (a letter too many, too few, another, or two in the wrong order: Damerau, 1964)
is looked up in the indexes that the columns are sorted by. A slip is what typing makes, the look-ups cost the same at
any size, and writes cost nothing more. Trigrams find such names badly, "smiht" and "smith" share a third of theirs;
they stand in only for a longer word that no name is one slip away from. docs/decisions/0016-search-text.md has figures.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import F, Lookup, Q
from django.db.models.lookups import In

from apps.contacts.folding import Fold
from apps.contacts.models import sort_key
from apps.core.sql import load_sql

_SQL = load_sql(Path(__file__).parent / "sql" / "similar_names.sql")
MOST_WORDS = 4
SHORTEST = 3  # letters; of two, half would be another
LONGEST = 16
SHORTEST_BY_TRIGRAMS = 5
_LATIN = "abcdefghijklmnopqrstuvwxyz'- "
_SCRIPT = 128  # code points that hold the letters of most other scripts


class NamedLike(Lookup):
    """A folded column in which some word is like a text, by the trigrams of both."""

    lookup_name = "a360_named_like"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} %%> %s", [*parameters, self.rhs]


class SimilarNames:
    """The names near some words, among those in columns that a person may read. They are looked up once, together."""

    def __init__(self, words: Iterable[str], columns: Sequence[str]) -> None:
        self.columns = columns
        self.folded = _folded([word for word in dict.fromkeys(words) if _may_be_a_name(word)][:MOST_WORDS])
        self.held = _held(self.folded.values(), columns)

    def condition(self, word: str) -> Q | None:
        """Whoever has such a name; None for a word that no name is like."""
        folded = self.folded.get(word)
        if folded is None:
            return None
        conditions = [
            Q(In(sort_key(column), spelled))
            for column in self.columns
            if (spelled := self.held.get((column, folded)))
        ]
        if not conditions and len(folded) >= SHORTEST_BY_TRIGRAMS:
            conditions = [Q(NamedLike(Fold(F(column)), folded)) for column in self.columns]
        if not conditions:
            return None
        anyone = conditions[0]
        for condition in conditions[1:]:
            anyone |= condition
        return anyone


def slips(word: str) -> Iterator[str]:
    """Every spelling that one slip makes of a word, and the word itself."""
    letters = _alphabet(word)
    yield word
    for at in range(len(word) + 1):
        before, behind = word[:at], word[at:]
        yield from (before + letter + behind for letter in letters)
        if behind:
            yield before + behind[1:]
            yield from (before + letter + behind[1:] for letter in letters)
        if len(behind) > 1:
            yield before + behind[1] + behind[0] + behind[2:]


def _alphabet(word: str) -> str:
    """The letters that a slip may bring in: those of the word's script."""
    other = next((ord(letter) for letter in word if not letter.isascii()), None)
    if other is None:
        return _LATIN
    start = other - other % _SCRIPT
    return "".join(filter(str.isprintable, map(chr, range(start, start + _SCRIPT))))


def _may_be_a_name(word: str) -> bool:
    letters = sum(map(str.isalpha, word))
    return SHORTEST <= len(word) <= LONGEST and letters >= len(word) - 2 and "@" not in word


def _folded(words: list[str]) -> dict[str, str]:
    if not words:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SQL["folded"], [words])
        return dict(cursor.fetchall())


def _held(words: Iterable[str], columns: Sequence[str]) -> dict[tuple[str, str], list[str]]:
    """For each (column, word) the names one slip away that contacts have."""
    pairs = list(dict.fromkeys((word, spelled) for word in words for spelled in slips(word)))
    found: dict[tuple[str, str], list[str]] = {}
    if not pairs or not columns:
        return found
    asked = {"words": [word for word, _ in pairs], "spellings": [spelled for _, spelled in pairs]}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"({_SQL[f'held_{column}']})" for column in columns), asked)
        for column, word, spelled in cursor.fetchall():
            found.setdefault((column, word), []).append(spelled)
    return found
