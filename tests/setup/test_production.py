"""A public installation refuses to start with what is unsafe, and says which variable to change."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import run_checks

from apps.accounts.models import AdminUser

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
        ({"DATABASE_URL": "postgres//oops"}, "DATABASE_URL is not an address"),
        ({"CSRF_TRUSTED_ORIGINS": "crm.example.com"}, "is not like https://crm.example.com"),
        ({"WEB_PROCESSES": "2", "DB_POOL_MAX_SIZE": "many"}, "DB_POOL_MAX_SIZE='many' is not a whole number"),
    ],
)
def test_what_is_unsafe_or_nonsense_is_refused_in_one_line(changes, complaint):
    done = check(**changes)
    assert done.returncode == 1
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1


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
