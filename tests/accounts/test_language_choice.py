"""The language a person chooses: on their pages, in their mails, and nobody else's."""

from django.core import mail
from django.test import Client

from apps.accounts.mails.jobs import send_mail_to
from apps.accounts.models import AdminUser
from tests.accounts.test_profile import WHOLE


def test_a_choice_is_said_at_once_and_kept(manager, sign_in):
    client = sign_in(manager)
    answer = client.post("/profile/", WHOLE | {"language": "es"}, follow=True)
    page = answer.content.decode()
    assert '<html lang="es"' in page
    assert "Guardado." in page
    assert AdminUser.objects.get(pk=manager.pk).language == "es"


def test_it_wins_over_the_browser_and_taking_it_back_gives_that_its_say(manager, sign_in):
    client = sign_in(manager)
    client.post("/profile/", WHOLE | {"language": "hi"})
    spanish = {"accept-language": "es"}
    assert '<html lang="hi"' in client.get("/profile/", headers=spanish).content.decode()
    client.post("/profile/", WHOLE | {"language": ""}, headers=spanish)
    assert '<html lang="es"' in client.get("/profile/", headers=spanish).content.decode()
    assert '<html lang="en"' in client.get("/profile/").content.decode()


def test_the_browser_remembers_it_for_the_pages_before_signing_in(manager, sign_in):
    client = sign_in(manager)
    client.post("/profile/", WHOLE | {"language": "es"})
    cookie = client.cookies["language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("es", True, "Lax")
    client.post("/logout/")
    assert '<html lang="es"' in client.get("/login/").content.decode()


def test_who_shares_the_browser_reads_their_own(manager, user, sign_in):
    client = sign_in(manager)
    client.post("/profile/", WHOLE | {"language": "es"})
    client.force_login(user)
    answer = client.get("/profile/")
    assert '<html lang="en"' in answer.content.decode()
    assert '<html lang="en"' in client.get("/nothing/").content.decode()


def test_a_language_that_is_no_more_is_the_browsers(manager, sign_in):
    AdminUser.objects.filter(pk=manager.pk).update(language="tlh")
    assert '<html lang="en"' in sign_in(manager).get("/profile/").content.decode()
    assert '<html lang="en"' in Client(cookies={"language": "../x"}).get("/login/").content.decode()


def test_it_costs_no_query(manager, sign_in):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = sign_in(manager)
    client.get("/profile/")
    counts = []
    for language in ("", "hi"):
        AdminUser.objects.filter(pk=manager.pk).update(language=language)
        with CaptureQueriesContext(connection) as captured:
            client.get("/profile/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_refusal_behind_the_gate_is_in_the_persons_language(user, sign_in):
    AdminUser.objects.filter(pk=user.pk).update(language="es")
    answer = sign_in(user).get("/users/")
    assert answer.status_code == 403
    assert "No tiene permiso para esto" in answer.content.decode()


def test_a_mail_is_in_the_language_of_who_gets_it(manager, user):
    manager.language = "es"
    for person in (manager, user):
        send_mail_to(
            person, "password_reset", origin="http://x/", reset_url="http://x/r", address="", at=None
        )
    theirs, others = mail.outbox
    assert 'lang="es"' in _html_of(theirs)
    assert 'lang="en"' in _html_of(others)
    assert theirs.subject == "Elegir otra contraseña"
    assert others.subject == "Choose a new password"


def _html_of(message: mail.EmailMessage) -> str:
    assert isinstance(message, mail.EmailMultiAlternatives)
    return str(message.alternatives[0][0])
