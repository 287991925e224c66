"""About 5,900 job titles put together from what people do and how senior they are, so that the three columns agree."""

from collections.abc import Iterator
from dataclasses import dataclass

from apps.contacts.seeding import copy_text, words
from apps.contacts.seeding.weighted import slots

TITLE_BITS = 16
_EXECUTIVES = "C-Suite"
_REGIONAL = (("Director", "Director of {}, {}"), ("Manager", "{} Manager, {}"), ("VP", "VP {}, {}"))
_REGIONS = ("EMEA", "Americas", "APAC")


@dataclass(frozen=True, slots=True)
class Title:
    name: str
    seniority: str
    departments: tuple[str, ...]

    def copy_text(self) -> str:
        """The columns title, seniority, departments."""
        return f"{copy_text.text(self.name)}\t{self.seniority}\t{copy_text.array(self.departments)}"


def all_titles() -> list[tuple[Title, float]]:
    """Every title once, with its weight."""
    lists = words.read("titles")
    fields = _fields_by_rank(lists["fields_of_work"])
    found: dict[str, tuple[Title, float]] = {}
    for title, weight in (
        *_chiefs(lists["chiefs"]),
        *_professions(lists["professions"]),
        *_leaders(lists["leaders"]),
        *_ranks(lists["seniority"], fields),
        *_regional(fields[:10]),
    ):
        found.setdefault(title.name, (title, weight))
    return list(found.values())


def title_slots() -> list[str]:
    """COPY text of title, seniority, departments; slots for TITLE_BITS."""
    titles = all_titles()
    return slots(
        [title.copy_text() for title, _ in titles], [weight for _, weight in titles], bits=TITLE_BITS
    )


def _fields_by_rank(departments: dict[str, list[str]]) -> list[tuple[str, str]]:
    """All (department, field of work): the first field of every department, then the second of every one, …"""
    return [
        (department, fields[rank])
        for rank in range(max(map(len, departments.values())))
        for department, fields in departments.items()
        if rank < len(fields)
    ]


def _chiefs(entry: dict) -> Iterator[tuple[Title, float]]:
    for rank, chief in enumerate(entry["titles"]):
        name, department = chief.split("|")
        yield Title(name, _EXECUTIVES, (_EXECUTIVES, department)), entry["share"] / (rank + 2)


def _professions(entry: dict) -> Iterator[tuple[Title, float]]:
    for rank, profession in enumerate(entry["titles"]):
        name, department = profession.split("|")
        seniority = "Manager" if name.endswith("Manager") else "Entry"
        yield Title(name, seniority, (department,)), entry["share"] / (rank + 8)
        yield Title(f"Senior {name}", "Senior", (department,)), entry["share"] / 2 / (rank + 8)


def _leaders(entries: list[dict]) -> Iterator[tuple[Title, float]]:
    for entry in entries:
        for rank, name in enumerate(entry["titles"]):
            yield Title(name, entry["name"], (_EXECUTIVES,)), entry["share"] / (rank + 1)


def _ranks(entries: list[dict], fields: list[tuple[str, str]]) -> Iterator[tuple[Title, float]]:
    for entry in entries:
        for field_rank, (department, field) in enumerate(fields):
            for rank, pattern in enumerate(entry["titles"]):
                weight = entry["share"] / (field_rank + 8) / (rank + 1)
                yield Title(pattern.format(field), entry["name"], (department,)), weight


def _regional(fields: list[tuple[str, str]]) -> Iterator[tuple[Title, float]]:
    for seniority, pattern in _REGIONAL:
        for field_rank, (department, field) in enumerate(fields):
            for rank, region in enumerate(_REGIONS):
                weight = 0.3 / (field_rank + 8) / (rank + 1)
                yield Title(pattern.format(field, region), seniority, (department,)), weight
