"""For workers of tests: the product on the database of a test, and the jobs that only tests enqueue."""

import os

from appointment360 import databases
from tests.settings import *  # noqa: F403

# As the product runs: a role that owns nothing.
DATABASES = {"default": {**databases.described(APP_DATABASE), "NAME": os.environ["WORKERS_DATABASE"]}}  # noqa: F405
PROCRASTINATE_IMPORT_PATHS = ["tests.core.jobs.jobs_for_tests"]
# What a worker of a test sends is nothing for the mails that this machine keeps.
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}
