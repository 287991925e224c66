"""The list of passwords known from breaches: sorted hashes of equal length in one file, searched by halving.

scripts/breached_passwords.py makes it, and passwords.json beside it says from what. Five bytes of SHA-256 each: a
password that was never breached is taken for one in three million.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import overload

FILE = Path(__file__).with_name("breached.bin")
HASH_BYTES = 5


class _Hashes(Sequence[bytes]):
    def __init__(self, content: bytes) -> None:
        self._content = content

    def __len__(self) -> int:
        return len(self._content) // HASH_BYTES

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> list[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | list[bytes]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        return self._content[index * HASH_BYTES : (index + 1) * HASH_BYTES]


def is_breached(password: str) -> bool:
    """Capitals and blanks around it do not make another password of it."""
    hashes, wanted = _hashes(), hash_of(password)
    place = bisect_left(hashes, wanted)
    return place < len(hashes) and hashes[place] == wanted


def hash_of(password: str) -> bytes:
    return hashlib.sha256(password.strip().casefold().encode("utf-8", "surrogatepass")).digest()[:HASH_BYTES]


@cache
def _hashes() -> _Hashes:
    """Read when the first password is chosen; two megabytes from then on."""
    return _Hashes(FILE.read_bytes())
