"""A public installation refuses to start with what is unsafe, and says which variable to change."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from apps.accounts.models import AdminUser
from apps.accounts.sessions.operations import end_sessions

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "DJANGO_SETTINGS_MODULE": "appointment360.settings_production",
    "SECRET_KEY": "k3JxQ9vWm7TzR2bLpYd8HsNfGc5AeUoXi1ZtVw4KjMqB6rPyDh0",
    "ALLOWED_HOSTS": "crm.example.com",
    "MAIL_HOST": "mail.example.com",
    "DEBUG": "",
}


def check(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check", *arguments],
        cwd=ROOT,
        env=os.environ | GOOD | changes,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_complete_environment_passes_every_deployment_check():
    done = check("--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"DEBUG": "true"}, "DEBUG is on."),
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set."),
        ({"SECRET_KEY": "changeme"}, "SECRET_KEY is weak."),
        ({"SECRET_KEY": "a" * 80}, "SECRET_KEY is weak."),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is not set."),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS=* accepts any name"),
        ({"MAIL_HOST": ""}, "MAIL_HOST is not set."),
        (
            {"OIDC_ISSUER_URL": "https://login.example.com"},
            "OIDC_CLIENT_ID, OIDC_CLIENT_SECRET is not set, but",
        ),
        ({"OIDC_ISSUER_URL": "http://login.example.com"}, "is not like https://login.example.com/realm"),
        ({"DATABASE_URL": "postgres//oops"}, "DATABASE_URL is not an address"),
        ({"CSRF_TRUSTED_ORIGINS": "crm.example.com"}, "is not like https://crm.example.com"),
        ({"TRUSTED_PROXIES": "my-proxy"}, "TRUSTED_PROXIES: 'my-proxy' is no address or network"),
        ({"TRUST_PROXY_TLS_HEADER": "true"}, "TRUST_PROXY_TLS_HEADER needs TRUSTED_PROXIES"),
        ({"WEB_PROCESSES": "2", "DB_POOL_MAX_SIZE": "many"}, "DB_POOL_MAX_SIZE='many' is not a whole number"),
    ],
)
def test_what_is_unsafe_or_nonsense_is_refused_in_one_line(changes, complaint):
    done = check(**changes)
    assert done.returncode == 1
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1


# Runs in a public installation's settings, and says what they come to.
SHOW = """
import django, json
django.setup()
from django.conf import settings
from django.urls import NoReverseMatch, reverse
def is_there(name):
    try:
        return bool(reverse(name))
    except NoReverseMatch:
        return False
names = [
    "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "KNOWN_DEVICE_COOKIE_NAME", "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SAMESITE",
    "SESSION_COOKIE_DOMAIN", "SESSION_COOKIE_PATH", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_SSL_REDIRECT",
    "DEMO_ACCOUNTS_ALLOWED", "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", "DEBUG",
]
print(json.dumps({name: getattr(settings, name) for name in names} | {"keeps_mails": is_there("kept_mail_list")}))
"""


def test_cookies_are_of_this_host_and_of_https_alone_and_mails_are_kept_nowhere():
    """B2: a "__Host-" cookie has no domain, the path / and Secure, else browsers refuse it."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env=os.environ | GOOD,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == {
        "SESSION_COOKIE_NAME": "__Host-sessionid",
        "CSRF_COOKIE_NAME": "__Host-csrftoken",
        "KNOWN_DEVICE_COOKIE_NAME": "__Host-known_device",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_DOMAIN": None,
        "SESSION_COOKIE_PATH": "/",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SECURE_SSL_REDIRECT": True,
        "DEMO_ACCOUNTS_ALLOWED": False,
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": False,
        "DEBUG": False,
        "keeps_mails": False,
    }


@pytest.mark.django_db
def test_a_new_secret_key_keeps_sessions_that_the_old_one_began(sign_in, user, settings):
    """I2."""
    client, late = sign_in(user), sign_in(user)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key"
    settings.SECRET_KEY_FALLBACKS = [old]
    assert client.get("/profile/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get("/profile/").status_code == 200
    assert late.get("/profile/").status_code == 302


@pytest.mark.django_db
def test_a_session_that_goes_on_under_a_new_secret_key_can_still_be_ended(sign_in, user, settings):
    """Django gives it another key of its own then, and it is listed under that."""
    client = sign_in(user)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [settings.SECRET_KEY]
    assert client.get("/profile/").status_code == 200
    assert end_sessions(user) == 1
    assert client.get("/profile/").status_code == 302


@pytest.fixture
def deployment(settings):
    settings.DEMO_ACCOUNTS_ALLOWED = False
    return lambda: [
        message.id
        for message in run_checks(tags=["database"], include_deployment_checks=True, databases=["default"])
    ]


@pytest.mark.django_db
def test_a_demo_account_that_can_sign_in_is_an_error_in_public(deployment):
    user = AdminUser.objects.create_user("user@demo.example", "secret")
    assert "accounts.E001" in deployment()
    user.is_active = False
    user.save()
    assert "accounts.E001" not in deployment()


@pytest.mark.django_db
def test_a_public_worker_does_not_start_with_a_demo_account(deployment, settings):
    settings.IS_PRODUCTION = True
    AdminUser.objects.create_user("user@demo.example", "secret")
    with pytest.raises(CommandError) as refused:
        call_command("worker", "--until-empty")
    assert str(refused.value).startswith("1 demo account(s) can sign in.")
    assert "\n" not in str(refused.value)
