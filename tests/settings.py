"""The product's settings, minus what only slows tests down or hides their failures."""

from appointment360 import databases
from appointment360.settings import *  # noqa: F403

# Tests make their database, so they are its owner; what a test then does, it does as the product (tests/conftest.py).
DATABASES = {"default": databases.described(OWNER_DATABASE)}  # noqa: F405

# Argon2 takes 50 ms on purpose; hundreds of sign-ins in tests do not need it.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Hashed names need collectstatic first; the set-up test runs the real thing.
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
# Tests do in a second what people do in an hour. The statement is made all the same; a test of the limits sets its own.
RATE_LIMITS = {
    name: {kind: (1_000_000, seconds) for kind, (_, seconds) in rates.items()}
    for name, rates in RATE_LIMITS.items()  # noqa: F405
}
