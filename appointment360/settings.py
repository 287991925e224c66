"""Settings of every installation; settings_production adds what a public one must have."""

from typing import Any

from django.utils.csp import CSP

from appointment360 import databases, env, observing
from apps.accounts import single_sign_on
from apps.core import embedded

BASE_DIR = env.BASE_DIR
APP_DATA_DIR = observing.data_folder()

IS_PRODUCTION = False
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY") or embedded.local_secret_key(APP_DATA_DIR)
# Earlier ones, so that what they signed or encrypted can still be read.
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")
# Whose X-Forwarded-* headers are believed; from everybody else they are dropped. See apps/core/client_address.py.
TRUSTED_PROXIES = env.proxies("TRUSTED_PROXIES")

INSTALLED_APPS = [
    # Before the apps whose tasks it collects.
    "procrastinate.contrib.django",
    "apps.core",
    "apps.accounts",
    "apps.contacts",
    "apps.users",
    "apps.ops",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "apps.core.client_address.ForwardedHeadersMiddleware",
    "apps.core.health.probes.ProbeMiddleware",
    "apps.core.request_ids.RequestIdMiddleware",
    "apps.core.observation.ObservationMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # of random length, so that it tells nothing of the secrets in a page
    # Outside of whatever answers with a page; the gate goes over to the person's own language.
    "apps.core.languages.LanguageMiddleware",
    "apps.core.crowding.CrowdMiddleware",
    "apps.core.bad_input.BadInputMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.accounts.sessions.middleware.SessionLifetimeMiddleware",
    "apps.accounts.looking.LookingMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "apps.core.error_pages.ErrorFormMiddleware",
    "apps.core.limits.gate.LimitsMiddleware",
]

ROOT_URLCONF = "appointment360.urls"
WSGI_APPLICATION = "appointment360.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.accounts.gate.access_for_templates",
            ],
        },
    }
]

# How often what may be done, by account, address and token (apps/core/limits). Views name their class.
RATE_LIMITS = {
    # Failed ones; a sign-in that succeeds does not count.
    "sign_in": env.rates("RATE_LIMIT_SIGN_IN", "account=5/5m, address=10/m"),
    # Codes and passkeys that were not right; one that is does not count.
    "second_factor": env.rates("RATE_LIMIT_SECOND_FACTOR", "account=5/5m, address=30/m"),
    # Mails with a link, and passwords chosen or changed.
    "reset": env.rates("RATE_LIMIT_RESET", "account=5/15m, address=10/m"),
    # The contact list, the values its filters offer, and how a note would read.
    "search": env.rates("RATE_LIMIT_SEARCH", "account=300/m, address=1200/m"),
    # What a list asks for after it is there: counts beside filters, what is new in views, how many each finds.
    "counts": env.rates("RATE_LIMIT_COUNTS", "account=300/m, address=1200/m"),
    "export": env.rates("RATE_LIMIT_EXPORT", "account=30/h, address=120/h"),
    "upload": env.rates("RATE_LIMIT_UPLOAD", "account=30/h, address=120/h"),
    "api_read": env.rates("RATE_LIMIT_API_READ", "token=600/m, address=1200/m"),
    "api_write": env.rates("RATE_LIMIT_API_WRITE", "token=120/m, address=600/m"),
}

# PostgreSQL 15 to 18: the operator's server, or the embedded one of the data folder.
# DATABASE_OWNER_URL is the same database, for who makes and alters tables; without it one role does everything.
OPERATORS_DATABASE = env.database("DATABASE_URL")
USES_EMBEDDED_DATABASE = OPERATORS_DATABASE is None
APP_DATABASE = OPERATORS_DATABASE or embedded.database_settings(APP_DATA_DIR)
OWNER_DATABASE = (
    embedded.database_settings(APP_DATA_DIR, as_owner=True)
    if USES_EMBEDDED_DATABASE
    else env.database("DATABASE_OWNER_URL") or APP_DATABASE
)
DATABASES: dict[str, dict[str, Any]] = {
    "default": databases.described(OWNER_DATABASE if databases.IS_OWNER else APP_DATABASE)
}
# For gunicorn.conf.py, and for whoever reckons the connections.
WEB_PROCESSES = env.whole_number("WEB_PROCESSES", 2, low=1, high=64)
# Requests that one process answers, or lets wait for a connection; only more threads than connections get so far.
MOST_AT_ONCE = 3 * databases.POOL_MAX_SIZE
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHE_MAX_ENTRIES = env.whole_number("CACHE_MAX_ENTRIES", 200_000, low=1_000)
CACHES = {
    "default": {
        "BACKEND": "apps.core.table_cache.TableCache",
        "LOCATION": "core_cache",
        # Past this number, each new entry first removes what has expired.
        "OPTIONS": {"MAX_ENTRIES": CACHE_MAX_ENTRIES},
    }
}
# What `manage.py purge` keeps, in days.
KEEP_JOBS_DAYS = env.whole_number("KEEP_JOBS_DAYS", 7, high=36_500)
KEEP_RECORDS_DAYS = env.whole_number("KEEP_RECORDS_DAYS", 400, high=36_500)
KEEP_ERRORS_DAYS = env.whole_number("KEEP_ERRORS_DAYS", 90, high=36_500)
KEEP_IMPORT_FILES_DAYS = env.whole_number("KEEP_IMPORT_FILES_DAYS", 30, high=36_500)

SESSION_ENGINE = "django.contrib.sessions.backends.db"
# Seconds without use, and in all since signing in.
SESSION_LIFETIMES = {
    "admin": (env.duration("SESSION_IDLE_ADMIN", "1h"), env.duration("SESSION_LIFETIME_ADMIN", "24h")),
    "others": (env.duration("SESSION_IDLE", "8h"), env.duration("SESSION_LIFETIME", "7d")),
}
SESSION_COOKIE_AGE = max(longest for _, longest in SESSION_LIFETIMES.values())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Tells a browser that was used before from a stranger's; opens nothing. See apps/accounts/sessions/known_devices.py.
KNOWN_DEVICE_COOKIE_NAME = "known_device"
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# The queue's workers: jobs at a time in each, and the seconds that running ones get when a worker is told to end.
WORKER_CONCURRENCY = env.whole_number("WORKER_CONCURRENCY", 4, low=1, high=64)
WORKER_GRACE_SECONDS = env.whole_number("WORKER_GRACE_SECONDS", 25, high=3600)
# A worker that misses three heartbeats counts as dead, and its jobs are taken back.
WORKER_HEARTBEAT_SECONDS = env.whole_number("WORKER_HEARTBEAT_SECONDS", 10, low=1, high=300)

AUTH_USER_MODEL = "accounts.AdminUser"
AUTHENTICATION_BACKENDS = ["apps.accounts.backends.PersonBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# Not to be found in a password: the product's name and that of the company.
COMPANY_NAME = env.text("COMPANY_NAME")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "apps.accounts.passwords.rules.BreachedPasswordValidator"},
    {
        "NAME": "apps.accounts.passwords.rules.GuessablePasswordValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
CSRF_FAILURE_VIEW = "apps.core.error_pages.csrf_failure"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_ADAPTER = "apps.accounts.adapter.AccountAdapter"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "apps.accounts.reset_links.ResetTokens"  # noqa: S105  # a class
ACCOUNT_FORMS = {
    "login": "apps.accounts.forms.LoginForm",
    "reset_password": "apps.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "apps.accounts.forms.ResetPasswordKeyForm",
    "change_password": "apps.accounts.forms.ChangePasswordForm",
    "set_password": "apps.accounts.forms.SetPasswordForm",
    "reauthenticate": "apps.accounts.forms.ReauthenticateForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# Seconds after which a sensitive act asks who is there once more.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 1800
# Its own limits lie in the cache and lose counts; ours are RATE_LIMITS.
ACCOUNT_RATE_LIMITS = False

MFA_ADAPTER = "apps.accounts.two_factor.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "apps.accounts.two_factor.forms.SignInCodeForm",
    "reauthenticate": "apps.accounts.two_factor.forms.ReauthenticateCodeForm",
    "authenticate_webauthn": "apps.accounts.two_factor.forms.SignInPasskeyForm",
    "reauthenticate_webauthn": "apps.accounts.two_factor.forms.ReauthenticatePasskeyForm",
    "login_webauthn": "apps.accounts.two_factor.forms.PasskeyAloneForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
# On every page: a challenge is the session's, so one of a page that asked for less would open the others too.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# A code is taken half a minute early or late: clocks differ.
MFA_TOTP_TOLERANCE = 1
MFA_RATE_LIMITS = False
# Passkeys belong to https. This machine may do without; settings_production may not.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True

# Single sign-on, where a provider is named: docs/decisions/0009-second-factors.md.
OIDC_ISSUER_URL = env.issuer("OIDC_ISSUER_URL")
OIDC_NAME = env.text("OIDC_NAME", "Company account")
SOCIALACCOUNT_ADAPTER = "apps.accounts.single_sign_on.adapter.SingleSignOnAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {}
env.together("OIDC_ISSUER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
if OIDC_ISSUER_URL:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = single_sign_on.provider_settings(
        issuer=OIDC_ISSUER_URL,
        client_id=env.text("OIDC_CLIENT_ID"),
        client_secret=env.text("OIDC_CLIENT_SECRET"),
        name=OIDC_NAME,
    )

DEMO_EMAIL_DOMAIN = "demo.example"
DEMO_ACCOUNTS_ALLOWED = True

DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Appointment360 <appointment360@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_HOST = env.text("MAIL_HOST")
# Without a mail server mails are kept, and read at /dev/mail/: enough to follow a password reset.
MAILS_ARE_KEPT = not MAIL_HOST
MAILERS: dict[str, dict[str, Any]] = {"default": {"BACKEND": "apps.core.kept_mails.backend.KeepingBackend"}}
if MAIL_HOST:
    MAIL_SECURITY = env.choice("MAIL_SECURITY", "starttls", {"starttls", "tls", "none"})
    MAILERS["default"] = {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": MAIL_HOST,
            "port": env.whole_number("MAIL_PORT", 587, low=1, high=65535),
            "username": env.text("MAIL_USER"),
            "password": env.text("MAIL_PASSWORD"),
            "use_tls": MAIL_SECURITY == "starttls",
            "use_ssl": MAIL_SECURITY == "tls",
            "timeout": 10,
        },
    }

VERSION = observing.version()
ENVIRONMENT = "production" if observing.is_production() else "development"
LOGGING = observing.logging_settings()
# From these on a request or a statement is said in the log by itself.
SLOW_REQUEST_MS = env.whole_number("SLOW_REQUEST_MS", 1000, low=1)
SLOW_QUERY_MS = env.whole_number("SLOW_QUERY_MS", 500, low=1)
# Who besides operators may read /health/detailed/ and /metrics.
HEALTH_ALLOWED_ADDRESSES = env.networks("HEALTH_ALLOWED_ADDRESSES")
SENTRY_DSN = env.text("SENTRY_DSN")

# What the product is written in, and what it is translated to: docs/decisions/0019-languages.md.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Spanish"), ("hi", "Hindi")]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 31_536_000
LANGUAGE_COOKIE_HTTPONLY = True
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["appointment360.formats"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = APP_DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = APP_DATA_DIR / "media"

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "form-action": [CSP.SELF],
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
