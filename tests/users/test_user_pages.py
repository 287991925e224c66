"""The admins' pages about people: what they show and do, and that nobody else gets in."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils import timezone

from apps.accounts.models import AdminUser
from apps.accounts.security_log.models import SecurityEvent
from apps.users.forms import data_of, values_of
from tests.mail_jobs import send_waiting_mails, waiting_mails

pytestmark = pytest.mark.django_db


def fresh(person: AdminUser) -> AdminUser:
    return AdminUser.objects.get(pk=person.pk)


def names_on(answer: Any) -> list[str]:
    return re.findall(r'<span class="name">([^<]*)</span>', answer.content.decode())


@pytest.fixture
def crowd(admin: AdminUser) -> list[AdminUser]:
    now = timezone.now()
    return AdminUser.objects.bulk_create(
        AdminUser(
            email=f"p{number:03}@crowd.example",
            name=f"Person {number:03}",
            role="manager" if number % 10 == 0 else "user",
            is_active=number % 7 != 0,
            invited_at=now - timedelta(days=number % 14) if number % 5 == 0 else None,
            last_seen_at=now - timedelta(hours=number) if number % 2 else None,
            created_by=admin,
        )
        for number in range(120)
    )


class TestTheList:
    def test_shows_who_is_here_and_how(self, sign_in, admin, crowd):
        Authenticator.objects.create(user=crowd[1], type="totp", data={})
        AdminUser.objects.filter(pk=crowd[2].pk).update(download_limit=-1)
        page = sign_in(admin).get("/users/").content.decode()
        for words in ("Person 001", "p001@crowd.example", "0 of 100", "unlimited", "1 – 50 of 121", "never"):
            assert words in page
        assert page.count("second factor: </span>Yes") == 1

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("?q=person+01", 12),
            ("?q=P05@crowd", 0),
            ("?q=crowd.example+person+007", 1),
            ("?role=admin", 1),
            ("?role=manager", 12),
            ("?role=manager&status=invited&q=Person", None),
            ("?status=deactivated", 18),
            ("?role=nonsense&status=nonsense&sort=password&page=x", 121),
        ],
    )
    def test_finds_by_name_address_role_and_status(self, sign_in, admin, crowd, query, count):
        answer = sign_in(admin).get(f"/users/{query}")
        assert answer.status_code == 200
        found = answer.context["page"].paginator.count
        assert count is None or found == count

    def test_every_person_has_exactly_one_status(self, sign_in, admin, crowd):
        client = sign_in(admin)
        counts = {
            status: client.get(f"/users/?status={status}").context["page"].paginator.count
            for status in ("active", "invited", "expired", "deactivated")
        }
        assert sum(counts.values()) == 121
        assert all(counts.values())

    def test_sorts_and_pages_with_everything_in_the_address(self, sign_in, admin, crowd):
        client = sign_in(admin)
        assert names_on(client.get("/users/?sort=-name"))[0] == "Person 119"
        seen = names_on(client.get("/users/?sort=last_seen"))
        assert seen[:3] == ["Ada Admin", "Person 001", "Person 003"]
        assert names_on(client.get("/users/?sort=role"))[:2] == ["Ada Admin", "Person 000"]
        second = client.get("/users/?q=person&page=2")
        assert (names_on(second)[0], len(names_on(second))) == ("Person 050", 50)
        assert 'href="?q=person&amp;page=3"' in second.content.decode()
        assert 'href="?q=person"' in second.content.decode()
        assert names_on(client.get("/users/?page=999"))[-1] == "Person 119"

    def test_says_when_nobody_matches_and_when_one_is_alone(self, sign_in, admin):
        client = sign_in(admin)
        assert "Only you are here so far" in client.get("/users/").content.decode()
        assert "Nobody matches all of this" in client.get("/users/?q=zzz").content.decode()

    def test_takes_the_same_number_of_queries_for_one_and_for_fifty(
        self, sign_in, admin, crowd, django_assert_num_queries
    ):
        client = sign_in(admin)
        client.get("/users/")
        for query in ("?q=person+001", "", "?status=active&sort=-last_seen"):
            with django_assert_num_queries(7):  # session, who, count, page, usage (2), second factors
                client.get(f"/users/{query}")

    def test_text_of_people_is_text(self, sign_in, admin):
        AdminUser.objects.create_user("x@x.example", name="<script>alert(1)</script>")
        assert "<script>alert(1)" not in sign_in(admin).get("/users/").content.decode()


class TestOnePerson:
    def test_is_edited_with_a_form(self, sign_in, admin, user):
        wanted = {
            **values_of(user),
            "name": "Una",
            "role": "manager",
            "download_limit": -1,
            "capability_overrides": {"export": False, "undo": True},
        }
        answer = sign_in(admin).post(f"/users/{user.pk}/edit/", data_of(wanted, user), follow=True)
        assert answer.redirect_chain == [(f"/users/{user.pk}/", 302)]
        assert values_of(fresh(user)) == wanted
        page = answer.content.decode()
        for words in ("Una is saved.", "Export contacts: taken away", "Undo changes: granted", "unlimited"):
            assert words in page

    def test_what_another_admin_saved_meanwhile_is_shown_and_kept(self, sign_in, admin, user):
        client = sign_in(admin)
        data = data_of({**values_of(user), "name": "Una", "role": "admin"}, user)
        AdminUser.objects.filter(pk=user.pk).update(role="manager", download_limit=7)
        page = client.post(f"/users/{user.pk}/edit/", data).content.decode()
        assert "Somebody else changed Uma User while you were editing." in page
        assert "Role: was User, is now <b>Manager</b>; you want something else" in page
        assert "Download limit: was 100, is now <b>7</b>" in page
        assert (fresh(user).name, fresh(user).role) == ("Uma User", "manager")
        shown = re.search(r'name="shown" value="([^"]*)"', page)
        assert shown is not None
        data |= {"shown": html.unescape(shown[1]), "limit": "7"}
        assert client.post(f"/users/{user.pk}/edit/", data).status_code == 302
        assert (fresh(user).name, fresh(user).role, fresh(user).download_limit) == ("Una", "admin", 7)

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"email": "ada@staff.example"}, "Ada Admin signs in with ada@staff.example already."),
            ({"email": "nonsense"}, "Enter a valid email address."),
            ({"limit": "-5"}, "greater than or equal to 0"),
            ({"limit": ""}, "Give a number, or tick"),
            ({"limit": "99999999999"}, "less than or equal to"),
            ({"role": "root"}, "Select a valid choice"),
            ({"shown": "forged:x"}, "This page is too old. Open it again."),
            ({"can_export": "maybe"}, "Select a valid choice"),
        ],
    )
    def test_what_will_not_do_is_said_and_nothing_is_saved(self, sign_in, admin, user, change, words):
        data = data_of({**values_of(user), "name": "Una"}, user) | change
        answer = sign_in(admin).post(f"/users/{user.pk}/edit/", data)
        assert answer.status_code == 200
        assert words in answer.content.decode()
        assert values_of(fresh(user)) == values_of(user)

    def test_ones_own_rights_are_closed_on_the_page(self, sign_in, admin, other_admin):
        client = sign_in(admin)
        page = client.get(f"/users/{admin.pk}/edit/").content.decode()
        assert "another admin has to change your role and capabilities" in page
        wanted = {
            **values_of(admin),
            "name": "Ada L",
            "role": "user",
            "capability_overrides": {"export": False},
        }
        assert client.post(f"/users/{admin.pk}/edit/", data_of(wanted, admin)).status_code == 302
        assert (fresh(admin).name, fresh(admin).role, fresh(admin).capability_overrides) == (
            "Ada L",
            "admin",
            {},
        )
        answer = client.post(f"/users/{admin.pk}/deactivate/", follow=True)
        assert "changed by another admin" in answer.content.decode()
        assert fresh(admin).is_active

    def test_who_is_out_of_reach_is_seen_only(self, sign_in, admin):
        deputy = AdminUser.objects.create_user(
            "dora@staff.example", role="manager", capability_overrides={"manage_users": True}
        )
        client = sign_in(deputy)
        page = client.get(f"/users/{admin.pk}/").content.decode()
        assert "Only an admin can change Ada Admin" in page
        assert f"/users/{admin.pk}/edit/" not in page
        answer = client.post(f"/users/{admin.pk}/edit/", data_of({**values_of(admin), "name": "X"}, admin))
        assert answer["Location"] == f"/users/{admin.pk}/"
        for act in ("deactivate", "reactivate", "sessions/end", "second-factors/reset", "invitation/send"):
            answer = client.post(f"/users/{admin.pk}/{act}/", follow=True)
            assert (
                "Only an admin can change somebody who may do or see more than you."
                in answer.content.decode()
            )
        answer = client.post("/users/new/", {"email": "x@x.example", "role": "admin", "limit": "5"})
        assert "Only an admin can make somebody an admin." in answer.content.decode()
        assert fresh(admin).is_active

    def test_is_deactivated_and_let_in_again(self, sign_in, admin, user):
        client, theirs = sign_in(admin), sign_in(user)
        answer = client.post(f"/users/{user.pk}/deactivate/", follow=True)
        assert "Uma User is deactivated and signed out everywhere." in answer.content.decode()
        assert theirs.get("/contacts/").status_code == 302
        assert "sees 51, changes 48" in answer.content.decode()  # they keep their rights
        answer = client.post(f"/users/{user.pk}/reactivate/", follow=True)
        assert "Uma User can sign in again, with the rights they had." in answer.content.decode()
        assert sign_in(user).get("/contacts/").status_code == 200

    def test_is_signed_out_here_or_everywhere(self, sign_in, admin, user):
        client, browsers = sign_in(admin), [sign_in(user) for _ in range(3)]
        first = UserSession.objects.get(session_key=browsers[0].session.session_key)
        client.post(f"/users/{user.pk}/sessions/{first.pk}/end/")
        assert [each.get("/contacts/").status_code for each in browsers] == [302, 200, 200]
        answer = client.post(f"/users/{user.pk}/sessions/end/", follow=True)
        assert "Sessions of Uma User ended: 2." in answer.content.decode()
        assert [each.get("/contacts/").status_code for each in browsers] == [302] * 3
        own = UserSession.objects.get(user=admin)
        assert client.post(f"/users/{user.pk}/sessions/{own.pk}/end/").status_code == 404
        assert client.post(f"/users/{admin.pk}/sessions/{own.pk}/end/").status_code == 404
        assert client.get("/users/").status_code == 200

    def test_has_second_factors_reset(self, sign_in, admin, user):
        Authenticator.objects.create(user=user, type="totp", data={})
        answer = sign_in(admin).post(f"/users/{user.pk}/second-factors/reset/", follow=True)
        assert "The second factors of Uma User are removed" in answer.content.decode()
        assert send_waiting_mails() == 1

    def test_who_is_invited_gets_another_mail_or_none_any_more(self, sign_in, admin):
        client = sign_in(admin)
        form = {"email": "ivy@staff.example", "name": "", "role": "user", "limit": "100"}
        answer = client.post("/users/new/", form, follow=True)
        assert "ivy@staff.example is invited: the mail is on its way." in answer.content.decode()
        ivy = AdminUser.objects.get(email="ivy@staff.example")
        answer = client.post(f"/users/{ivy.pk}/invitation/send/", follow=True)
        assert "gets a new invitation" in answer.content.decode()
        assert len(waiting_mails()) == 2
        answer = client.post(f"/users/{ivy.pk}/deactivate/", follow=True)
        assert "is withdrawn" in answer.content.decode()
        again = client.post("/users/new/", form)
        assert "Reactivate them instead" in again.content.decode()
        assert f'href="/users/{ivy.pk}/"' in again.content.decode()

    def test_the_mail_leads_to_the_address_that_the_admin_uses(self, sign_in, admin):
        form = {"email": "ivy@staff.example", "role": "user", "limit": "100"}
        sign_in(admin).post("/users/new/", form, headers={"host": "localhost"})
        assert waiting_mails()[0][2]["arguments"]["origin"] == "http://localhost"
        answer = sign_in(admin).post("/users/new/", form, headers={"host": "evil.example"})
        assert answer.status_code == 400

    def test_a_copy_of_somebodys_column_rights_can_be_given(self, sign_in, admin, clerk):
        form = {"email": "ivy@staff.example", "role": "user", "limit": "100", "rights_of": clerk.pk}
        sign_in(admin).post("/users/new/", form)
        assert AdminUser.objects.get(email="ivy@staff.example").column_rights == clerk.column_rights


class TestLimitsOfMany:
    def test_are_shown_first_and_then_set_once(self, sign_in, admin, user, manager, clerk):
        client = sign_in(admin)
        AdminUser.objects.filter(pk=clerk.pk).update(download_limit=250)
        who = f"person={user.pk}&person={manager.pk}&person={clerk.pk}"
        assert "Set the download limit of 3 people" in client.get(f"/users/limits/?{who}").content.decode()
        page = client.get(f"/users/limits/?{who}&limit=250").content.decode()
        assert "2 people get a new limit" in page
        assert "1 has it already: Cleo Clerk" in page
        assert fresh(user).download_limit == 100
        shown = re.search(r'name="shown" value="([^"]*)"', page)
        assert shown is not None
        answer = client.post("/users/limits/", {"shown": shown[1], "limit": "250"}, follow=True)
        assert "The limit of 2 people is now 250." in answer.content.decode()
        assert fresh(user).download_limit == fresh(manager).download_limit == 250
        again = client.post("/users/limits/", {"shown": shown[1], "limit": "250"}, follow=True)
        assert "2 left alone" in again.content.decode()
        assert SecurityEvent.objects.filter(kind="limit_changed").count() == 2

    def test_of_all_who_match_can_be_lifted(self, sign_in, admin, crowd):
        client = sign_in(admin)
        page = client.get("/users/limits/?all=1&role=manager&is_unlimited=on").content.decode()
        assert "12 people get a new limit" in page
        shown = re.search(r'name="shown" value="([^"]*)"', page)
        assert shown is not None
        data = {"shown": shown[1], "is_unlimited": "on", "role": "manager"}
        answer = client.post("/users/limits/", data)
        assert answer["Location"] == "/users/?role=manager"
        assert AdminUser.objects.filter(download_limit=-1).count() == 12

    @pytest.mark.parametrize("query", ["", "person=x", "person=999999", "all=1&q=zzz"])
    def test_of_nobody_lead_back_to_the_list(self, sign_in, admin, query):
        answer = sign_in(admin).get(f"/users/limits/?{query}", follow=True)
        assert "Tick the people first" in answer.content.decode()

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"limit": "5"},
            {"limit": "5", "shown": "x"},
            {"limit": "5", "shown": "1:2:3"},
            {"shown": "1:100"},
        ],
    )
    def test_an_incomplete_page_changes_nothing(self, sign_in, admin, data):
        answer = sign_in(admin).post("/users/limits/", data, follow=True)
        assert "Nothing was changed" in answer.content.decode()
        assert fresh(admin).download_limit == 100


def test_the_list_is_in_the_navigation_of_who_may_see_it(sign_in, admin, manager):
    assert 'href="/users/"' in sign_in(admin).get("/contacts/").content.decode()
    assert 'href="/users/"' not in sign_in(manager).get("/contacts/").content.decode()


@pytest.mark.parametrize("path", ["/users/new/", "/users/{}/edit/"])
def test_look_alikes_of_an_address_are_that_address(sign_in, admin, user, manager, path):
    """ "ſ" is an "S" to the database, which refuses a second spelling; the page says whose address it is."""
    client, sent = sign_in(admin), data_of(values_of(user), user)
    taken = client.post(path.format(user.pk), {**sent, "email": "max@ſtaff.example"})
    assert taken.status_code == 200
    assert "Max Manager signs in with max@staff.example already" in html.unescape(taken.content.decode())
    assert client.post(path.format(user.pk), {**sent, "email": "ſub@staff.example"}).status_code == 302
    assert AdminUser.objects.filter(email="sub@staff.example").exists()
    assert not AdminUser.objects.filter(email__contains="ſ").exists()


TABS = {
    "": ["/users/", "/users/roles/", "/users/log/"],
    "roles/": ["/users/", "/users/log/", "/users/roles/user/columns/"],
    "log/": ["/users/", "/users/roles/"],
    "roles/user/columns/": ["/users/roles/", "/users/roles/manager/columns/"],
}


class TestTheWayThere:
    @pytest.mark.parametrize("path", TABS)
    def test_every_page_about_everybody_is_a_link_away(self, sign_in, admin, user, path):
        page = sign_in(admin).get(f"/users/{path}").content.decode()
        assert [each for each in TABS[path] if f'href="{each}"' not in page] == []
        assert re.search(r'href="/users/"[^>]*data-go="users" aria-current="page"', page)

    @pytest.mark.parametrize(
        "path", ["", "edit/", "access/", "columns/", "statement/", "log/", "statement/credit/"]
    )
    def test_every_page_of_a_person_is_a_link_away_and_so_is_the_list(self, sign_in, admin, user, path):
        page = sign_in(admin).get(f"/users/{user.pk}/{path}").content.decode()
        for other in ("", "access/", "columns/", "statement/", "log/"):
            assert f'<a href="/users/{user.pk}/{other}"' in page
        assert '<a class="page-back" href="/users/"' in page


def test_moments_are_named_with_the_zone_they_are_in(sign_in, admin, user):
    AdminUser.objects.filter(pk=admin.pk).update(time_zone="Asia/Kolkata")
    AdminUser.objects.filter(pk=user.pk).update(invited_at=timezone.now())
    client = sign_in(admin)
    assert re.search(r"until \d+ \w+ \d+, \d\d:\d\d IST", client.get(f"/users/{user.pk}/").content.decode())
    assert "When (IST)" in client.get("/users/log/").content.decode()
    for path in ("/ops/", "/ops/jobs/runs/"):
        assert not re.search(r"\d\d:\d\d(:\d\d)? UTC|Began \(UTC\)", client.get(path).content.decode())
