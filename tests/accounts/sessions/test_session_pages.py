"""Seeing and ending sessions: one's own, and for admins anybody's."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.db.models import F
from django.test import Client

from apps.accounts.models import AdminUser
from apps.accounts.sessions.queries import sessions_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def row_of(client: Client) -> UserSession:
    return UserSession.objects.get(session_key=client.session.session_key)


def test_a_person_sees_where_they_are_signed_in_and_which_is_this_one(sign_in, user, manager):
    here, there, other = sign_in(user), sign_in(user), sign_in(manager)
    UserSession.objects.filter(pk=row_of(there).pk).update(user_agent=FIREFOX, ip="192.0.2.8")
    UserSession.objects.filter(pk=row_of(other).pk).update(ip="192.0.2.9")
    page = here.get("/profile/sessions/").content.decode()
    assert "Firefox on Linux" in page
    assert "192.0.2.8" in page
    assert "192.0.2.9" not in page
    assert page.count("This device") == 1
    listed = sessions_of(user, current_key=here.session.session_key)
    assert [one.is_current for one in listed] == [True, False]


def test_one_or_all_others_can_be_signed_out(sign_in, user):
    here, second, third, fourth = (sign_in(user) for _ in range(4))
    answer = here.post(f"/profile/sessions/{row_of(second).pk}/end/", follow=True)
    assert "Signed out there." in answer.content.decode()
    assert second.get("/contacts/").status_code == 302
    assert third.get("/contacts/").status_code == 200

    answer = here.post("/profile/sessions/end-others/", follow=True)
    assert "Signed out in 2 other places." in answer.content.decode()
    assert [each.get("/contacts/").status_code for each in (here, third, fourth)] == [200, 302, 302]
    assert "There was no other." in here.post("/profile/sessions/end-others/", follow=True).content.decode()


def test_ending_the_session_one_sits_in_is_signing_out(sign_in, user):
    client = sign_in(user)
    answer = client.post(f"/profile/sessions/{row_of(client).pk}/end/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/")
    assert client.get("/contacts/").status_code == 302
    assert not UserSession.objects.exists()


def test_sessions_of_others_do_not_exist_for_a_person(sign_in, user, manager):
    mine, theirs = sign_in(user), sign_in(manager)
    assert mine.post(f"/profile/sessions/{row_of(theirs).pk}/end/").status_code == 404
    assert mine.post("/profile/sessions/999999/end/").status_code == 404
    assert theirs.get("/contacts/").status_code == 200


def test_sessions_that_are_over_are_not_listed(sign_in, admin):
    here, idle, old = sign_in(admin), sign_in(admin), sign_in(admin)
    UserSession.objects.filter(pk=row_of(idle).pk).update(last_seen_at=F("last_seen_at") - timedelta(hours=2))
    UserSession.objects.filter(pk=row_of(old).pk).update(created_at=F("created_at") - timedelta(days=2))
    assert len(sessions_of(admin, current_key=here.session.session_key)) == 1


def test_the_list_asks_as_often_for_many_sessions_as_for_few(sign_in, user, django_assert_num_queries):
    client = sign_in(user)
    client.get("/profile/sessions/")
    for _ in range(12):
        sign_in(user)
    with django_assert_num_queries(3):
        client.get("/profile/sessions/")


def test_admins_see_who_is_signed_in_and_end_their_sessions(sign_in, admin, manager, user):
    here, elsewhere = sign_in(admin), sign_in(admin)
    theirs = [sign_in(manager), sign_in(manager)]
    page = here.get("/ops/sessions/").content.decode()
    assert "Max Manager" in page
    assert "Uma User" not in page
    answer = here.post(f"/ops/sessions/{manager.pk}/end/", follow=True)
    assert "Sessions of Max Manager ended: 2." in answer.content.decode()
    assert [each.get("/contacts/").status_code for each in theirs] == [302, 302]
    here.post(f"/ops/sessions/{admin.pk}/end/")
    assert [each.get("/contacts/").status_code for each in (here, elsewhere)] == [200, 302]
    assert here.post("/ops/sessions/999999/end/").status_code == 404


def test_who_may_only_look_at_operations_ends_nobodys_sessions(sign_in, user, manager):
    AdminUser.objects.filter(pk=user.pk).update(capability_overrides={"operations": True})
    client, theirs = sign_in(user), sign_in(manager)
    assert "Sign out Max Manager" not in client.get("/ops/sessions/").content.decode()
    assert client.post(f"/ops/sessions/{manager.pk}/end/").status_code == 403
    assert theirs.get("/contacts/").status_code == 200


def test_the_page_of_everybody_asks_as_often_for_many_as_for_few(sign_in, admin, django_assert_num_queries):
    client = sign_in(admin)
    client.get("/ops/sessions/")
    for number in range(8):
        sign_in(AdminUser.objects.create_user(f"p{number}@staff.example"))
    with django_assert_num_queries(3):
        client.get("/ops/sessions/")


@pytest.mark.parametrize("path", ["/profile/sessions/", "/ops/sessions/"])
def test_what_a_browser_says_of_itself_is_no_markup(sign_in, admin, path):
    client = sign_in(admin)
    UserSession.objects.update(user_agent="<img src=x onerror=alert(1)> Firefox/1")
    assert "<img src=x" not in client.get(path).content.decode()
