"""How a number of contacts falls to companies, and how the work is cut into blocks that any process may write."""

from dataclasses import dataclass
from math import sqrt
from random import Random

CONTACTS_A_BLOCK = 20_000
COMPANIES_PER_TEN_CONTACTS = 3
DEFAULT_SEED = 1
LARGEST_SEED = 0xFFFFFFFF
LARGEST_COUNT = 10_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the rows depend on."""

    count: int
    seed: int
    industry_ids: tuple[int, ...]  # in the order of industries.INDUSTRIES
    owner_ids: tuple[int, ...]
    operation_id: int  # that brings them in


@dataclass(frozen=True, slots=True)
class Block:
    """Whole companies whose people follow each other, mixed, in the table."""

    first_index: int  # of the block's contacts among all
    companies: tuple[tuple[int, int], ...]  # (company number, number of its contacts)

    @property
    def count(self) -> int:
        return sum(size for _, size in self.companies)


def company_sizes(count: int) -> list[int]:
    """Contacts of each company, the largest first: Zipf-like, everyone at least one.

    The weight of rank k is k**-0.75. It is taken as two square roots, which IEEE 754 rounds the same everywhere.
    """
    companies = max(1, count * COMPANIES_PER_TEN_CONTACTS // 10)
    weights = [1.0 / (sqrt(rank) * sqrt(sqrt(rank))) for rank in range(1, companies + 1)]
    to_give = count - companies
    scale = to_give / sum(weights)
    sizes, owed = [], 0.0
    for weight in weights:
        owed += weight * scale
        share = int(owed)
        owed -= share
        sizes.append(1 + share)
    sizes[0] += count - sum(sizes)
    return sizes


def blocks_of(count: int, seed: int) -> list[Block]:
    """The companies in random order, cut into blocks of about CONTACTS_A_BLOCK contacts."""
    sizes = company_sizes(count)
    random = Random(f"order {seed}").random
    keys = [random() for _ in sizes]
    blocks: list[Block] = []
    waiting: list[tuple[int, int]] = []
    first_index = in_block = 0
    for number in sorted(range(len(sizes)), key=keys.__getitem__):
        waiting.append((number, sizes[number]))
        in_block += sizes[number]
        if in_block >= CONTACTS_A_BLOCK:
            blocks.append(Block(first_index, tuple(waiting)))
            first_index += in_block
            waiting, in_block = [], 0
    if waiting:
        blocks.append(Block(first_index, tuple(waiting)))
    return blocks
