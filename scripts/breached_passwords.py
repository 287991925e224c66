#!/usr/bin/env python3
"""Make the list of breached passwords (apps/accounts/passwords/breached.bin) from two published packages.

    scripts/breached_passwords.py FREQUENT ALL    a text file, most frequent first; a folder of text files

Of both only passwords of at least twelve characters: shorter ones are refused anyway. All of FREQUENT, then of ALL the
shortest until the list is full. What each is and where it comes from stands in passwords.json, beside the list.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from apps.accounts.passwords.breached import FILE, hash_of  # noqa: E402

SHORTEST = 12
MOST = 390_000


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("frequent", type=Path)
    parser.add_argument("all", type=Path)
    chosen = parser.parse_args()
    frequent = _long(chosen.frequent.read_text(encoding="utf-8", errors="replace"))
    others = {
        one
        for file in chosen.all.rglob("*.txt")
        for one in _long(file.read_text(encoding="utf-8", errors="replace"))
    }
    hashes = {hash_of(one) for one in frequent}
    for one in sorted(others, key=lambda each: (len(each), hash_of(each))):
        if len(hashes) >= MOST:
            break
        hashes.add(hash_of(one))
    FILE.write_bytes(b"".join(sorted(hashes)))
    manifest = FILE.with_name("passwords.json")
    facts = json.loads(manifest.read_text())
    facts |= {"count": len(hashes), "sha256": hashlib.sha256(FILE.read_bytes()).hexdigest()}
    manifest.write_text(json.dumps(facts, indent=2) + "\n")
    print(f"{len(hashes)} passwords, {FILE.stat().st_size} bytes")
    return 0


def _long(text: str) -> set[str]:
    return {one for one in text.split("\n") if len(one.strip()) >= SHORTEST}


if __name__ == "__main__":
    sys.exit(main())
