"""What people type or paste into the search box, read as words to look for and as filters.

`company:"Acme Inc" -title:intern ada` is the word ada and the two filters that a panel would have made, so that counts,
chips and addresses know nothing of prefixes. Which prefixes there are comes from the catalogue and from what the person
may read: that of a hidden column is as unknown as one that nobody thought of, and stays a word like any other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote

from apps.accounts.access import Access
from apps.contacts.fields import FIELDS, RANGE_KINDS, Field, Kind, Operator
from apps.contacts.joint_fields import COLUMNS_OF, JOINT_FIELDS, field_of, operators_of
from apps.contacts.phones import is_part_of_a_number, looks_like_a_number

_TOKEN = re.compile(
    r'(?P<minus>-?)(?P<prefix>[^\W\d_][\w-]*):(?!//)(?P<value>"[^"]*"|\S*)|"(?P<phrase>[^"]+)"|(?P<word>\S+)'
)
_AROUND_A_WORD = re.compile(r"(?<!\S)[,;<>]+|[,;<>]+(?!\S)")
_CURLY = str.maketrans("“”„«»", '"""""')
_EMAIL = re.compile(r"[^\s<>@,;:\"]+@[^\s<>@,;:\"]+")
_ADDRESSED = re.compile(rf"<\s*(?:mailto:)?({_EMAIL.pattern})\s*>", re.IGNORECASE)
_MAILTO = re.compile(r"(?<!\S)mailto:([^\s?<>]+)(?:\?\S*)?", re.IGNORECASE)
_TEL = re.compile(r"(?<!\S)(?:tel|callto|sms):(?://)?(\S*)", re.IGNORECASE)
_LINKEDIN = re.compile(r"(?:https?://)?(?:[a-z0-9-]+\.)*linkedin\.com/+(?:in|pub)/[^\s/]\S*", re.IGNORECASE)
_COMPARED = re.compile(r"(>=?|<=?)(.+)")
_FROM_TO = re.compile(r"(.+?)\.\.(.+)")
_BY_PARTS = frozenset({Kind.TEXT, Kind.EMAIL, Kind.URL, Kind.PHONE, Kind.LIST})


@dataclass(slots=True)
class TextParts:
    """A text, taken apart: the words that are left, and the parameters of a search with their values as written."""

    text: str = ""
    parameters: dict[str, list[str]] = field(default_factory=dict)

    def ask(self, parameter: str, value: str) -> None:
        self.parameters.setdefault(parameter, []).append(value)


def take_apart(text: str, access: Access) -> TextParts:
    """Read a text as this person may mean it. What is left of it reads as itself: take_apart() finds no more in it."""
    parts = TextParts(text=_plain(text, access))
    while True:
        left = _plain(" ".join(_Reader(parts.text, access, parts).words()), access)
        if left == parts.text:
            return parts
        parts.text = left


def words_of(text: str) -> list[str]:
    """The words to look for; those between quotation marks are one."""
    return [found["phrase"] or found[0] for found in _TOKEN.finditer(text)]


def unknown_prefixes(text: str) -> list[str]:
    """What looks like prefixes in the words that are left of a text."""
    return [f"{found['prefix']}:" for found in _TOKEN.finditer(text) if found["prefix"]]


def prefixes(access: Access) -> dict[str, str]:
    """The field that each prefix stands for, among those this person may read. Written as normal() leaves them."""
    return _prefixes(access.readable)


def normal(prefix: str) -> str:
    """A prefix as it is looked up: `E-mail`, `e_mail` and `email` are one."""
    return re.sub(r"[\W_]+", "", prefix.lower())


@lru_cache(maxsize=64)
def _prefixes(readable: frozenset[str]) -> dict[str, str]:
    fields = [known for name, known in JOINT_FIELDS.items() if not readable.isdisjoint(COLUMNS_OF[name])]
    fields += [known for name, known in FIELDS.items() if name in readable]
    known_as: dict[str, str] = {}
    # A field's own name before what others are called as well.
    for spelled in (_own_names, _other_names):
        for known in fields:
            for name in spelled(known):
                known_as.setdefault(normal(name), known.name)
    return known_as


def _own_names(known: Field) -> Iterator[str]:
    yield from (known.name, known.label)
    if known.kind is Kind.LIST:  # "tag:" for one of the tags
        yield known.name.removesuffix("s")


def _other_names(known: Field) -> Iterator[str]:
    yield from known.aliases


def _plain(text: str, access: Access) -> str:
    """The text without what mail programs, links and commas put around it."""
    text = _MAILTO.sub(lambda found: _decoded(found[1]).replace(",", " "), text.translate(_CURLY))
    text = _TEL.sub(lambda found: _decoded(found[1]).partition(";")[0], text)
    addresses = _ADDRESSED.findall(text)
    if addresses and access.can_read("email"):
        return " ".join(addresses)  # which say who is meant, whatever name stands beside them
    text = _AROUND_A_WORD.sub(" ", _ADDRESSED.sub(" ", text))
    return " ".join(text.split())


def _decoded(text: str) -> str:
    """Without NUL, for which nobody looks any more once the text as it came had none."""
    return unquote(text).replace("\0", " ")


class _Reader:
    """One pass over a text: filters go to `parts`, words come out."""

    def __init__(self, text: str, access: Access, parts: TextParts) -> None:
        self.tokens = list(_TOKEN.finditer(text))
        self.access = access
        self.known_as = prefixes(access)
        self.parts = parts
        self.at = 0

    def words(self) -> Iterator[str]:
        if self._all_are_emails():
            for token in self.tokens:
                self.parts.ask("email", token[0])
            return
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            name = self._field_named(token)
            if name:
                self._ask(name, self._value(name, token), is_excluded=bool(token["minus"]))
            elif _LINKEDIN.fullmatch(token[0]) and self.access.can_read("person_linkedin_url"):
                self.parts.ask("person_linkedin_url", token[0])
            elif token["phrase"]:
                yield from _phrase(token["phrase"])
            else:
                yield from _AROUND_A_WORD.sub("", token[0].replace('"', "")).split()

    def _all_are_emails(self) -> bool:
        return (
            len(self.tokens) > 1
            and self.access.can_read("email")
            and all(_EMAIL.fullmatch(token[0]) for token in self.tokens)
        )

    def _field_named(self, token: re.Match[str]) -> str | None:
        return self.known_as.get(normal(token["prefix"])) if token["prefix"] else None

    def _value(self, name: str, token: re.Match[str]) -> str | None:
        """What stands behind a prefix, or the next word if parted from it; '""' for nothing; None at the end."""
        value: str = token["value"]
        if not value:
            if self.at == len(self.tokens) or self._field_named(self.tokens[self.at]):
                return None
            value = self.tokens[self.at][0]
            self.at += 1
        if field_of(name).kind is Kind.PHONE:
            value = self._rest_of_a_number(value)
        return value if value == '""' else " ".join(value.replace('"', " ").split()) or None

    def _rest_of_a_number(self, value: str) -> str:
        word = value
        while is_part_of_a_number(word) and self.at < len(self.tokens):
            word = self.tokens[self.at][0]
            if is_part_of_a_number(word):
                value += f" {word}"
                self.at += 1
        return value

    def _ask(self, name: str, value: str | None, *, is_excluded: bool) -> None:
        if value is None:
            return
        for operator, raw in _conditions(name, value, is_excluded=is_excluded):
            if operator in operators_of(name):
                self.parts.ask(f"{name}__{operator}" if operator else name, raw)


def _phrase(text: str) -> Iterator[str]:
    words = text.split()
    if len(words) > 1:
        yield f'"{" ".join(words)}"'
    else:
        yield from words


def _conditions(name: str, value: str, *, is_excluded: bool) -> Iterator[tuple[Operator, str]]:
    """What `name:value` asks for, in the operators of a search."""
    kind = field_of(name).kind
    if value == '""':
        yield Operator.EMPTY, "false" if is_excluded else "true"
    elif kind in RANGE_KINDS and (compared := _COMPARED.fullmatch(value)):
        yield Operator.GTE if compared[1].startswith(">") else Operator.LTE, compared[2]
    elif kind in RANGE_KINDS and (limits := _FROM_TO.fullmatch(value)):
        yield Operator.GTE, limits[1]
        yield Operator.LTE, limits[2]
    elif kind in _BY_PARTS and not (kind is Kind.PHONE and looks_like_a_number(value)):
        yield Operator.NOT_CONTAINS if is_excluded else Operator.CONTAINS, value
    else:
        yield Operator.NONE_OF if is_excluded else Operator.ANY_OF, value
