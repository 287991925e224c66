"""What an examination is, and the list of all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"  # it works; somebody should look at it
    FAIL = "fail"  # something does not work, or will not for long


@dataclass(frozen=True, slots=True)
class Finding:
    level: Level
    sentence: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Examination:
    group: str
    name: str
    asks_database: bool
    look: Callable[[], Finding]


EXAMINATIONS: list[Examination] = []
# The order of the report; what other apps add comes after.
GROUPS = ("Settings", "Database", "Tables and indexes", "Background jobs", "Files", "Mail", "Cache")


def examination(
    group: str, name: str, *, asks_database: bool = False
) -> Callable[[Callable[[], Finding]], Callable[[], Finding]]:
    """Register a function that looks at one thing. It may raise: that it could not look is then the finding."""

    def register(look: Callable[[], Finding]) -> Callable[[], Finding]:
        EXAMINATIONS.append(Examination(group, name, asks_database, look))
        return look

    return register


def fine(sentence: str) -> Finding:
    return Finding(Level.OK, sentence)


def warn(sentence: str, advice: str) -> Finding:
    return Finding(Level.WARN, sentence, advice)


def fail(sentence: str, advice: str) -> Finding:
    return Finding(Level.FAIL, sentence, advice)
