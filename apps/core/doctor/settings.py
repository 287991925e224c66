"""Whether the settings are fit for what the installation is used for."""

from django.conf import settings
from django.core.checks import run_checks

from apps.core.doctor.registry import Finding, examination, fail, fine, warn

SETTINGS = "Settings"


@examination(SETTINGS, "kind of installation")
def kind_of_installation() -> Finding:
    if settings.IS_PRODUCTION:
        return fine("Production settings, which refuse to start with what is unsafe.")
    if settings.DEBUG:
        return warn(
            "DEBUG is on: visitors who meet an error see code and settings.",
            "Remove DEBUG from the environment.",
        )
    return fine("Settings for trying out and development; a public installation needs settings_production.")


@examination(SETTINGS, "secret key")
def secret_key() -> Finding:
    key = settings.SECRET_KEY
    if len(key) < 50 or len(set(key)) < 20 or key.startswith("django-insecure"):
        return fail(
            "SECRET_KEY is weak: sessions and password links can be forged.",
            "Make one with scripts/generate_secret_key.py.",
        )
    return fine("SECRET_KEY is long and random.")


@examination(SETTINGS, "names of the site")
def names_of_the_site() -> Finding:
    if "*" in settings.ALLOWED_HOSTS:
        return fail(
            "ALLOWED_HOSTS accepts any name, so links in mails can be forged.",
            "Write the names people reach this installation by.",
        )
    return fine(f"It answers to {', '.join(settings.ALLOWED_HOSTS)}.")


@examination(SETTINGS, "system checks")
def system_checks() -> Finding:
    complaints = [
        message
        for message in run_checks(include_deployment_checks=settings.IS_PRODUCTION)
        if not message.is_silenced()
    ]
    if not complaints:
        return fine("The framework's own checks have nothing to say.")
    serious = [message for message in complaints if message.is_serious()]
    first = (serious or complaints)[0]
    sentence = f"{len(complaints)} system checks complain, first {first.id}: {first.msg}"
    return (fail if serious else warn)(sentence, "manage.py check lists them.")
