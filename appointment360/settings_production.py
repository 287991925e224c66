"""A public installation: everything in settings, and a refusal to start without what the public needs.

Chosen with DJANGO_SETTINGS_MODULE=appointment360.settings_production.
"""

from django.core.exceptions import ImproperlyConfigured

from appointment360 import env
from appointment360.settings import *  # noqa: F403

IS_PRODUCTION = True
if DEBUG:  # noqa: F405
    raise ImproperlyConfigured(
        "DEBUG is on. It shows code and settings to visitors: remove it from the environment."
    )

SECRET_KEY = env.required(
    "SECRET_KEY", "Make one with scripts/generate_secret_key.py and keep it out of the code."
)
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 20 or SECRET_KEY.startswith("django-insecure"):
    raise ImproperlyConfigured("SECRET_KEY is weak. Make one with scripts/generate_secret_key.py.")

env.required(
    "ALLOWED_HOSTS", "Write the names people reach this installation by: ALLOWED_HOSTS=crm.example.com"
)
if "*" in ALLOWED_HOSTS:  # noqa: F405
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS=* accepts any name, so links in mails could be forged. Write the names."
    )

env.required("MAIL_HOST", "Without a mail server nobody can reset a password.")
MAILS_ARE_KEPT = False

# Behind a proxy that ends TLS. Only where the proxy sets this header itself and drops a visitor's own.
if env.flag("TRUST_PROXY_TLS_HEADER"):
    if not TRUSTED_PROXIES:  # noqa: F405
        raise ImproperlyConfigured(
            "TRUST_PROXY_TLS_HEADER needs TRUSTED_PROXIES: the address of the proxy, or unix. "
            "Its header is not believed otherwise, and every page would redirect to itself."
        )
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SECURE_SSL_REDIRECT = True
# Load balancers and container engines ask over plain http.
SECURE_REDIRECT_EXEMPT = [r"^(health|ready|alive|health/detailed)/$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.whole_number("HSTS_SECONDS", 31_536_000, low=1)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# W021 asks for the browsers' preload list, a promise for the whole domain that only its owner can make.
SILENCED_SYSTEM_CHECKS = ["security.W021"]

# Browsers refuse a "__Host-" cookie that another subdomain, or plain http, tries to set.
SESSION_COOKIE_NAME = "__Host-sessionid"
SESSION_COOKIE_SECURE = True
KNOWN_DEVICE_COOKIE_NAME = "__Host-known_device"
CSRF_COOKIE_NAME = "__Host-csrftoken"
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_NAME = "__Host-language"
LANGUAGE_COOKIE_SECURE = True

DEMO_ACCOUNTS_ALLOWED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
