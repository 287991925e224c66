"""How many of the written contacts hold each value of a faceted field, as FacetValue keeps it.

Counted here, where a company's values are known once for all its people: the database would unnest millions of list
elements. tests/contacts/test_seeding.py holds the result against the database's own count.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from apps.contacts.seeding import copy_text

type Facets = dict[str, dict[str, int]]  # by field, by value

ALL_CONTACTS = ""  # as in facets.models, which workers cannot import without Django


class Tally:
    """The counts of one block; add_people comes last."""

    def __init__(self) -> None:
        self.by_field: defaultdict[str, dict[str, int]] = defaultdict(_zeros)

    def add(self, values_by_field: Iterable[tuple[str, Iterable[str]]], people: int) -> None:
        """So many people have each of these values."""
        for field, values in values_by_field:
            counter = self.by_field[field]
            for value in values:
                counter[value] += people

    def add_people(
        self,
        picks: Sequence[tuple[str, ...]],
        departments_of: Mapping[str, Iterable[str]],
        values_of_tags: Mapping[str, Iterable[str]],
    ) -> None:
        """Picks are COPY text of each person's title group, place, e-mail status, stage, tags and owner."""
        titles, places, statuses, stages, tags, owners = (
            Counter(column) for column in zip(*picks, strict=True)
        )
        self.by_field |= {"email_status": statuses, "stage": stages, "owner": owners}
        for text, people in titles.items():
            title, seniority, _ = text.split("\t")
            self.add(
                (("title", (title,)), ("seniority", (seniority,)), ("departments", departments_of[text])),
                people,
            )
        for text, people in places.items():
            self.add(
                zip(("city", "state", "country"), ([part] for part in text.split("\t")), strict=True), people
            )
        for text, people in tags.items():
            self.add((("tags", values_of_tags[text]),), people)
        self.by_field[ALL_CONTACTS] = {"": len(picks)}
        for field, counter in self.by_field.items():
            counter.pop(copy_text.NULL, None)
            if field != ALL_CONTACTS:
                counter.pop("", None)


def _zeros() -> dict[str, int]:
    return defaultdict(int)
