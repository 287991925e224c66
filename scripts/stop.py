"""`make stop`: end what `make run` started from this data folder, and its database."""

import os
import signal
import sys
import time

from django.core.exceptions import ImproperlyConfigured

from apps.core import embedded
from scripts.running import Runner

PATIENCE_SECONDS = 90


def main() -> None:
    from django.conf import settings

    runner = Runner(settings.APP_DATA_DIR)
    running = runner.holder()
    if running:
        os.kill(running.process_id, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while runner.holder():
            if time.monotonic() > deadline:
                raise embedded.SetupError(f"process {running.process_id} does not end.")
            time.sleep(0.1)
    had_database = settings.USES_EMBEDDED_DATABASE and embedded.stop(settings.APP_DATA_DIR)
    print("Stopped." if running or had_database else "Nothing was running.")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "appointment360.settings")
    try:
        main()
    except (embedded.SetupError, ImproperlyConfigured) as error:
        sys.exit(f"make stop: {error}")
    except PermissionError:
        sys.exit("make stop: it belongs to another user.")
