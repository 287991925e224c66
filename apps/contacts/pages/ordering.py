"""A list that somebody puts in order, by two buttons in each line."""

from collections.abc import Sequence


def moved(names: Sequence[str], move: str, *, fixed: int = 0) -> list[str]:
    """With one of them a place earlier or later, as its button says: `up:title`, `down:title`.

    The first `fixed` stay where they are; what cannot be moved changes nothing.
    """
    direction, _, name = move.partition(":")
    found = list(names)
    if name not in found:
        return found
    place = found.index(name)
    other = place + {"up": -1, "down": 1}.get(direction, 0)
    if fixed <= min(place, other) and max(place, other) < len(found):
        found[place], found[other] = found[other], found[place]
    return found
