"""`make test`: everything but the browser on two cores, then the browser tests in a run of their own.

Playwright keeps an event loop running, which other tests in its process would stumble over.
"""

import os
import subprocess
import sys

from django.core.exceptions import ImproperlyConfigured

from apps.core.embedded import SetupError
from scripts.borrowed_database import borrowed_database
from scripts.chromium import NoBrowser, ensure_chromium


def main() -> int:
    browser = ensure_chromium()
    environment = os.environ | {"CHROMIUM": browser, "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}
    with borrowed_database():
        # Whole files to a core: the costly things, such as a fresh installation, are made once for a file.
        plain = pytest(
            "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "-m", "not browser and not faults"
        )
        in_browser = pytest("-n", "2", "-m", "browser", "tests/functional", environment=environment)
    return plain or in_browser


def pytest(*arguments: str, environment: dict[str, str] | None = None) -> int:
    code = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments], env=environment, check=False
    ).returncode
    if code < 0:
        print(f"make test: the tests were ended from outside (signal {-code}).", file=sys.stderr)
    return abs(code)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "appointment360.settings")
    try:
        sys.exit(main())
    except (NoBrowser, SetupError, ImproperlyConfigured) as error:
        sys.exit(f"make test: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
