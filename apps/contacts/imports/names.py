"""A guess at first and last name from one full name. The full name itself is kept, so a wrong guess loses nothing."""

import re

_QUOTED = re.compile(r"""\s*(?:"[^"]*"|“[^”]*”|\([^)]*\))""")
_HONORIFICS = frozenset({
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "rev", "hon", "sen",
    "senator", "rep", "representative",
})  # fmt: skip
_SUFFIXES = frozenset({
    "jr", "sr", "ii", "iii", "iv", "v", "phd", "md", "esq", "mba", "cpa", "dds", "dvm", "jd", "rn",
})  # fmt: skip
# Particles that begin a last name: Ludwig van Beethoven, Oscar de la Hoya.
_PARTICLES = frozenset({
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "das", "du", "la", "le", "ter",
    "ten", "zu", "zum", "bin", "ibn", "al", "el", "st",
})  # fmt: skip


def split_full_name(full_name: str) -> tuple[str, str]:
    """First and last name of `Ana B. Díaz`, `Díaz, Ana B.` or `Dr. Ana B. Díaz, Jr.`; a single word is a first name."""
    parts = [part.split() for part in _QUOTED.sub("", full_name).split(",")]
    words, *after_comma = [part for part in parts if part] or [[]]
    given = [word for part in after_comma for word in part if not _is(word, _SUFFIXES)]
    while len(words) > 1 and _is(words[0], _HONORIFICS):
        words = words[1:]
    while len(words) > 1 and _is(words[-1], _SUFFIXES):
        words = words[:-1]
    if given:  # Díaz, Ana B.
        return " ".join(given), " ".join(words)
    cut = _start_of_last_name(words)
    return " ".join(words[:cut]), " ".join(words[cut:])


def _start_of_last_name(words: list[str]) -> int:
    if len(words) < 2:
        return len(words)
    for index, word in enumerate(words[1:-1], 1):
        if word.islower() and _is(word, _PARTICLES):
            return index
    return len(words) - 1


def _is(word: str, group: frozenset[str]) -> bool:
    return word.replace(".", "").lower() in group
