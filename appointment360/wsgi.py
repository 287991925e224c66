"""The WSGI entry point that gunicorn loads."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "appointment360.settings")
django.setup(set_prefix=False)

from apps.core.bad_input import CarefulHandler  # noqa: E402  # settings come first

application = CarefulHandler()
