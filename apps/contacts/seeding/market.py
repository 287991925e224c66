"""The 2,000 technologies companies use and the 5,000 keywords they are found by, the common ones first."""

from apps.contacts.seeding import words

TECHNOLOGY_COUNT = 2000
KEYWORD_COUNT = 5000


def technologies() -> list[str]:
    lists = words.read("market")
    made = [f"{vendor} {product}" for product in lists["products"] for vendor in lists["vendors"]]
    return [*lists["known_technologies"], *made][:TECHNOLOGY_COUNT]


def keywords() -> list[str]:
    """A topic and mostly an activity; common topics and activities come early, but mixed."""
    lists = words.read("market")
    topics, activities = lists["topics"], lists["activities"]
    by_rank = sorted(
        ((first + 1) * (second + 1), first, second)
        for first in range(len(topics))
        for second in range(len(activities))
    )
    made = (f"{topics[first]} {activities[second]}".strip() for _, first, second in by_rank)
    return list(dict.fromkeys(made))[:KEYWORD_COUNT]
