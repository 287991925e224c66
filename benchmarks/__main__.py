"""`make bench`: how long the pages take at 100 k and 1 M contacts, beside the bare SQL of the same run. Not a test.

python -m benchmarks [--size 100k --size 1m] [--json]
"""

import argparse
import json
import subprocess
import sys
from contextlib import redirect_stdout
from typing import Any

from appointment360.env import BASE_DIR


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--size", action="append", choices=["100k", "1m"], help="only this one (may be repeated)"
    )
    parser.add_argument("--json", action="store_true", help="all figures as JSON instead of tables")
    options = parser.parse_args()
    sizes = options.size or ["100k", "1m"]
    results = {size: measure(size) for size in sizes}
    if options.json:
        json.dump(results, sys.stdout, indent=1)
    else:
        from benchmarks.tables import tables

        print(tables(results))


def measure(size: str) -> dict[str, Any]:
    _set_up()
    from benchmarks import databases  # its catalogue of fields is in words to translate: only with settings

    databases.ensure(size)
    print(f"Measuring {databases.name_of(size)} …", file=sys.stderr)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.measure"],
        cwd=BASE_DIR,
        env=databases.environment(size),
        stdout=subprocess.PIPE,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(done.returncode)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _set_up() -> None:
    """The server runs and the static files are collected, as `make run` has it."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "appointment360.settings")
    os.environ["PROCESS_ROLE"] = (
        "setup"  # the owner, who makes databases; what is measured runs as the product does
    )
    from django.conf import settings

    from apps.core import embedded

    if settings.USES_EMBEDDED_DATABASE:
        embedded.ensure_running(settings.APP_DATA_DIR)
    import django

    django.setup()
    from scripts.preparation import collect_static

    with redirect_stdout(sys.stderr):  # standard output is for the figures
        collect_static()


if __name__ == "__main__":
    main()
