"""Skewed picks that are the same on every machine and in every Python: only division and whole random bits.

A weighted choice becomes a table of 2**bits slots in which popular values stand more than once, so that a pick costs
one look-up by random bits.
"""

from collections.abc import Sequence


def zipf_weights(count: int, *, flatness: float = 2.0) -> list[float]:
    """Weights 1/(rank + flatness): the larger the flatness, the closer the first ranks are to each other."""
    return [1.0 / (rank + flatness) for rank in range(count)]


def slots[T](values: Sequence[T], weights: Sequence[float], *, bits: int) -> list[T]:
    """2**bits values, each as often as its weight says; every value at least once while there is room."""
    size = 1 << bits
    if len(values) > size:
        raise ValueError(f"{len(values)} values do not fit into {size} slots")
    scale = (size - len(values)) / sum(weights)
    table: list[T] = []
    owed = 0.0
    for value, weight in zip(values, weights, strict=True):
        owed += weight * scale
        repeats = int(owed)
        owed -= repeats
        table += [value] * (repeats + 1)
    table += [values[0]] * (size - len(table))
    return table[:size]


def zipf_slots[T](values: Sequence[T], *, bits: int, flatness: float = 2.0) -> list[T]:
    return slots(values, zipf_weights(len(values), flatness=flatness), bits=bits)
