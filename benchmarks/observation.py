"""What the log line and the figures of a request cost the contact list: the same page with and without, in turns.

    .venv/bin/python -m benchmarks.observation

On the database of the product as it is; it adds a person for the time, and its lines go nowhere.
"""

import logging
import os
import secrets
import statistics
import tempfile
import time
from pathlib import Path

from apps.core import metric_files

PAIRS = 400


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        metric_files.use_folder(Path(folder))  # as in the server, where processes count in files
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "appointment360.settings")
        import django

        django.setup()
        measure()


def measure() -> None:
    from django.conf import settings
    from django.test import Client, override_settings

    from apps.accounts.models import AdminUser
    from apps.core import embedded

    if settings.USES_EMBEDDED_DATABASE:
        embedded.ensure_running(settings.APP_DATA_DIR)
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123  # a device, not a path
        for handler in logging.getLogger().handlers:
            if isinstance(handler, logging.StreamHandler):
                handler.setStream(nowhere)
        address = f"benchmark-{secrets.token_hex(4)}@localhost.example"
        person = AdminUser.objects.create_user(address, role="admin")
        try:
            clients: dict[bool, Client] = {}
            for is_observed in (True, False):
                middleware = [
                    name for name in settings.MIDDLEWARE if is_observed or "ObservationMiddleware" not in name
                ]
                with override_settings(MIDDLEWARE=middleware, ALLOWED_HOSTS=["testserver"]):
                    clients[is_observed] = Client()
                    clients[is_observed].force_login(person)
                    seconds_of(clients[is_observed])  # loads its middleware
            times: dict[bool, list[float]] = {True: [], False: []}
            with override_settings(ALLOWED_HOSTS=["testserver"]):
                for turn in range(PAIRS):
                    for is_observed in (turn % 2 == 0, turn % 2 == 1):
                        times[is_observed].append(seconds_of(clients[is_observed]))
        finally:
            person.delete()
    print(f"with     {statistics.median(times[True]) * 1000:.2f} ms")
    print(f"without  {statistics.median(times[False]) * 1000:.2f} ms")
    pairs = zip(times[True], times[False], strict=True)
    print(f"cost     {statistics.median(a - b for a, b in pairs) * 1000:.2f} ms (median of {PAIRS} pairs)")


def seconds_of(client: object) -> float:
    from django.test import Client

    assert isinstance(client, Client)
    began = time.perf_counter()
    answer = client.get("/contacts/")
    assert answer.status_code == 200
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
