#!/usr/bin/env python3
"""Bring the vendored browser assets up to their manifests, or check that nothing has touched them.

    scripts/vendor_assets.py            fetch every package named in the manifests (needs npm) and rewrite the files
    scripts/vendor_assets.py --check    compare the files on disk with the recorded SHA-256 sums (needs nothing)

A manifest names each npm package with version, licence and reason, and each file taken from it. To add an icon or move
to a newer version, edit the manifest and run this without arguments; the sums are written back into the manifest.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MANIFESTS = (ROOT / "static/vendor/manifest.json", ROOT / "tests/vendor/manifest.json")

# Static storage with hashed names refuses a file that points at a source map which is not there.
SOURCE_MAP = re.compile(rb"\n?(//[#@] ?sourceMappingURL=[^\n]*|/\*[#@] ?sourceMappingURL=.*?\*/)")
SVG_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)

Json = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="only compare the files with the recorded sums")
    return check() if parser.parse_args().check else fetch()


def check() -> int:
    """Print every file that is missing or differs; the exit code says whether there was one."""
    faults = []
    for manifest in MANIFESTS:
        for package in json.loads(manifest.read_text())["packages"]:
            for entry in stored_files(package):
                path = ROOT / entry["to"]
                if not path.is_file():
                    faults.append(f"{entry['to']}: missing")
                elif sha256(path.read_bytes()) != entry.get("sha256"):
                    faults.append(f"{entry['to']}: differs from {package['name']} {package['version']}")
    print("\n".join(faults) or "vendored assets match their manifests")
    return 1 if faults else 0


def fetch() -> int:
    for manifest in MANIFESTS:
        content = json.loads(manifest.read_text())
        for package in content["packages"]:
            with tempfile.TemporaryDirectory() as folder:
                store(package, unpack(package, Path(folder)))
            print(f"{package['name']} {package['version']}")
        manifest.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    return 0


def stored_files(package: Json) -> list[Json]:
    return [*package["files"], *([package["sprite"]] if "sprite" in package else [])]


def unpack(package: Json, folder: Path) -> Path:
    """Download with npm, which checks the registry's own integrity sum, and unpack beside it."""
    subprocess.run(
        [
            "npm",
            "pack",
            "--silent",
            f"{package['name']}@{package['version']}",
            "--pack-destination",
            str(folder),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def store(package: Json, source: Path) -> None:
    for entry in package["files"]:
        content = (source / entry["from"]).read_bytes()
        if entry["to"].endswith((".js", ".css")):
            content = SOURCE_MAP.sub(b"", content)
        write(entry, content)
    if "sprite" in package:
        write(package["sprite"], sprite(package, source / "icons"))


def write(entry: Json, content: bytes) -> None:
    path = ROOT / entry["to"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    entry["sha256"] = sha256(content)


def sprite(package: Json, icons: Path) -> bytes:
    """One SVG with a <symbol> per icon; stroke and size come from the page's CSS through <use>."""
    symbols = []
    for name in package["sprite"]["icons"]:
        match = SVG_BODY.search((icons / f"{name}.svg").read_text())
        if match is None:
            raise SystemExit(f"{name}.svg of {package['name']} has no <svg> element")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{" ".join(match[1].split())}</symbol>')
    head = f"<!-- {package['name']} {package['version']}, {package['licence']}; see vendor/lucide/LICENSE -->"
    lines = [head, '<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""]
    return "\n".join(lines).encode()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
