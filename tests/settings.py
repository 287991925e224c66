"""The product's settings, minus what only slows tests down or hides their failures."""

from appointment360.settings import *  # noqa: F403

# Argon2 takes 50 ms on purpose; hundreds of sign-ins in tests do not need it.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Hashed names need collectstatic first; the set-up test runs the real thing.
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
# allauth counts in the cache, across tests. A test of the limits sets them itself.
ACCOUNT_RATE_LIMITS = False
