"""Seeing the product as somebody else would: their rights, nobody's identity, and nothing that can be changed."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from apps.accounts import looking
from apps.accounts.access import READING, ROLE_CAPABILITIES, Access, Capability
from apps.accounts.columns import ColumnRight
from apps.accounts.models import AdminUser, SecurityEvent
from apps.accounts.reauthentication import CONFIRMED_AT
from apps.accounts.rights import set_column_rights
from apps.accounts.sessions.lifetimes import SIGNED_IN_AT
from apps.contacts.models import Contact
from apps.contacts.operations import delete_contacts

type SignIn = Callable[[AdminUser], Client]

BANNER = "You see Appointment360 as <b>Cleo Clerk</b> would. Nothing can be changed."


@pytest.fixture
def contact(make_contact: Callable[..., Contact]) -> Contact:
    return make_contact(first_name="Ann", last_name="Lee", email="ann@x.example", title="CEO", stage="Hot")


def look_as(client: Client, person: AdminUser) -> Any:
    return client.post(reverse("see_as_start", args=[person.pk]), follow=True)


@pytest.fixture
def looker(sign_in: SignIn, admin: AdminUser, clerk: AdminUser, contact: Contact) -> Client:
    """The admin, looking as the clerk."""
    client = sign_in(admin)
    assert BANNER in look_as(client, clerk).content.decode()
    return client


def text(answer: Any) -> str:
    return answer.content.decode()


def looks() -> list[tuple[int | None, int | None, dict[str, Any]]]:
    events = SecurityEvent.objects.filter(kind="seen_as").order_by("id")
    return [(event.actor_id, event.subject_id, event.details) for event in events]


def test_the_product_is_as_the_other_sees_it(
    looker: Client, sign_in: SignIn, clerk: AdminUser, contact: Contact
) -> None:
    theirs = sign_in(clerk)
    for path in (
        "/contacts/",
        f"/contacts/{contact.pk}/",
        f"/contacts/{contact.pk}/history/",
        "/industries/",
    ):
        seen, as_they_do = looker.get(path), theirs.get(path)
        assert (seen.status_code, as_they_do.status_code) == (200, 200)
        assert BANNER in text(seen)
        assert "ann@x.example" not in text(seen)
        assert ("CEO" in text(seen)) == ("CEO" in text(as_they_do))
    page = text(looker.get("/contacts/?email=ann@x.example&sort=-stage"))
    assert "There is no such filter." in page
    assert looker.get("/contacts/options/email/").status_code == 404


def test_a_right_that_changes_shows_with_the_next_click(looker: Client, clerk: AdminUser) -> None:
    set_column_rights(clerk, rights={"email": ColumnRight.READ}, actor_id=None)
    assert "ann@x.example" in text(looker.get("/contacts/"))
    set_column_rights(clerk, rights={"email": ColumnRight.HIDDEN}, actor_id=None)
    assert "ann@x.example" not in text(looker.get("/contacts/"))


def test_nobody_becomes_anybody(looker: Client, admin: AdminUser, clerk: AdminUser) -> None:
    answer = looker.get("/contacts/")
    request: Any = answer.wsgi_request
    assert request.user.pk == admin.pk
    access: Access = request.access
    assert (access.user_id, access.email, access.role) == (admin.pk, admin.email, "user")
    assert access.capabilities == {Capability.BROWSE}
    assert access.editable == frozenset()
    assert access.readable == Access.of(clerk).readable
    assert access.is_looking
    assert "Ada Admin" in text(answer)


def test_nothing_offers_a_change(looker: Client, contact: Contact) -> None:
    page = text(looker.get(f"/contacts/{contact.pk}/"))
    for control in ("/edit/", "/delete/", "Add note", "data-new"):
        assert control not in page
    assert "data-looking" in page  # what is left of forms is hidden by that


def patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


VALUES = {
    "session_id": "1",
    "job_id": "1",
    "group_id": "1",
    "field": "title",
    "role": "user",
    "uidb36": "1",
    "key": "a-b",
}
# Leads out of looking, or is a probe.
LEFT_OUT = {"see_as_stop", "account_login", "account_logout", "alive", "ready", "health"}


def address(pattern: URLPattern) -> str:
    wanted = pattern.pattern.regex.groupindex
    return reverse(str(pattern.name), kwargs={key: VALUES.get(key, "1") for key in wanted})


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_every_change_everywhere_is_refused_in_clear_words(
    looker: Client, contact: Contact, method: str
) -> None:
    before = list(Contact.objects.values()), list(AdminUser.objects.order_by("pk").values())
    for pattern in patterns():
        if pattern.name not in LEFT_OUT:
            answer = getattr(looker, method)(address(pattern), {"first_name": "X", "act": "save"})
            assert answer.status_code == 403, pattern.name
            assert "Nothing was changed" in text(answer), pattern.name
            assert "Back to yourself" in text(answer), pattern.name
    assert (list(Contact.objects.values()), list(AdminUser.objects.order_by("pk").values())) == before


def test_every_page_that_changes_something_or_is_private_stays_closed(looker: Client) -> None:
    """Whatever is not declared as reading: what is added later is closed by itself."""
    for pattern in patterns():
        capability = getattr(pattern.callback, "capability", "none declared")
        if pattern.name in LEFT_OUT | {"home"} or capability == Capability.BROWSE:
            continue
        answer = looker.get(address(pattern))
        assert answer.status_code in {403, 405}, pattern.name
        if answer.status_code == 403:
            assert "You are only looking" in text(answer), pattern.name


def test_account_pages_are_private(looker: Client) -> None:
    for name in ("session_list", "account_change_password", "account_email", "account_reauthenticate"):
        answer = looker.get(reverse(name))
        assert answer.status_code == 403
        assert "Account pages are private" in text(answer)


def test_a_page_tells_why_it_stays_closed(
    sign_in: SignIn, looker: Client, admin: AdminUser, manager: AdminUser
) -> None:
    assert "would not see this page: they do not have the right to create contacts" in text(
        looker.get("/contacts/new/")
    )
    other = sign_in(admin)
    look_as(other, manager)
    assert "Max Manager can open this page, to create contacts" in text(other.get("/contacts/new/"))


def test_the_trash_shows_to_who_looks_as_somebody_who_has_it(
    sign_in: SignIn, looker: Client, admin: AdminUser, manager: AdminUser, contact: Contact
) -> None:
    assert "would not see this page" in text(looker.get(reverse("trash")))
    delete_contacts([contact.pk], access=Access.of(admin))
    client = sign_in(admin)
    assert reverse("trash") in text(look_as(client, manager))
    assert "Ann Lee" in text(client.get(reverse("trash")))
    assert client.post(reverse("trash_restore"), {"contact": str(contact.pk)}).status_code == 403


def test_start_and_end_are_in_the_security_log(looker: Client, admin: AdminUser, clerk: AdminUser) -> None:
    answer = looker.post(reverse("see_as_stop"), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("user_access", args=[clerk.pk])
    assert "You are yourself again." in text(answer)
    assert BANNER not in text(answer)
    assert looks() == [
        (admin.pk, clerk.pk, {"what": "began"}),
        (admin.pk, clerk.pk, {"what": "ended", "why": "stopped"}),
    ]
    assert "ann@x.example" in text(looker.get("/contacts/"))
    assert looker.post(reverse("see_as_stop")).status_code == 302  # once more does no harm
    assert len(looks()) == 2


def test_it_ends_with_the_session(looker: Client, admin: AdminUser, clerk: AdminUser) -> None:
    looker.post(reverse("account_logout"))
    assert looks()[-1] == (admin.pk, clerk.pk, {"what": "ended", "why": "signed out"})
    looker.force_login(admin)
    assert BANNER not in text(looker.get("/contacts/"))


def grow_old(client: Client, seconds: int) -> None:
    session = client.session
    session["looking"] = session["looking"] | {"since": session["looking"]["since"] - seconds}
    session.save()


def test_it_ends_by_itself_after_half_an_hour(looker: Client, admin: AdminUser, clerk: AdminUser) -> None:
    grow_old(looker, looking.LASTS_SECONDS - 60)
    assert BANNER in text(looker.get("/contacts/"))
    grow_old(looker, 120)
    answer = looker.get("/contacts/", follow=True)
    assert answer.redirect_chain[-1][0] == reverse("user_access", args=[clerk.pk])
    assert "You looked as Cleo Clerk for half an hour; you are yourself again." in text(answer)
    assert looks()[-1][2] == {"what": "ended", "why": "time"}
    assert "ann@x.example" in text(looker.get("/contacts/"))


def test_the_request_with_which_it_ends_changes_nothing(looker: Client, contact: Contact) -> None:
    grow_old(looker, looking.LASTS_SECONDS + 1)
    answer = looker.post(f"/contacts/{contact.pk}/delete/", {"reason": "x"})
    assert answer.status_code == 302
    assert Contact.objects.filter(pk=contact.pk, first_name="Ann").exists()
    fragment = looker.get("/contacts/", headers={"HX-Request": "true"})
    assert fragment.status_code == 200


def test_a_fragment_sends_the_whole_page_away_when_it_ends(looker: Client, clerk: AdminUser) -> None:
    grow_old(looker, looking.LASTS_SECONDS + 1)
    answer = looker.get("/contacts/", headers={"HX-Request": "true", "HX-Target": "results"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, reverse("user_access", args=[clerk.pk]))


def test_who_is_deactivated_would_see_nothing(looker: Client, clerk: AdminUser) -> None:
    AdminUser.objects.filter(pk=clerk.pk).update(is_active=False)
    answer = looker.get("/contacts/", follow=True)
    assert "Cleo Clerk is deactivated now, and would see nothing." in text(answer)
    assert looks()[-1][2] == {"what": "ended", "why": "deactivated"}


def test_who_is_gone_is_not_looked_as(looker: Client, clerk: AdminUser) -> None:
    clerk.delete()
    assert "The person you looked as is no more." in text(looker.get("/contacts/", follow=True))


def test_who_may_not_manage_users_any_more_is_themself_again_at_once(
    looker: Client, admin: AdminUser, other_admin: AdminUser, clerk: AdminUser
) -> None:
    AdminUser.objects.filter(pk=admin.pk).update(role="manager")
    answer = looker.get("/contacts/", follow=True)
    assert "You may not manage users any more" in text(answer)
    assert BANNER not in text(answer)
    assert looks()[-1] == (admin.pk, clerk.pk, {"what": "ended", "why": "rights"})


def test_nobody_sees_more_than_they_may_themself(
    sign_in: SignIn, clerk: AdminUser, manager: AdminUser, contact: Contact
) -> None:
    """A clerk who was granted the management of users does not read a manager's columns that way."""
    AdminUser.objects.filter(pk=clerk.pk).update(capability_overrides={"manage_users": True})
    client = sign_in(clerk)
    answer = look_as(client, manager)
    assert "as <b>Max Manager</b> would" in text(answer)
    assert "CEO" in text(answer)
    assert "ann@x.example" not in text(answer)


@pytest.mark.parametrize("role", ["user", "manager"])
def test_only_who_manages_users_may_look(
    sign_in: SignIn, clerk: AdminUser, request: pytest.FixtureRequest, role: str
) -> None:
    client = sign_in(request.getfixturevalue(role))
    assert client.post(reverse("see_as_start", args=[clerk.pk])).status_code == 403
    assert BANNER not in text(client.get("/contacts/"))
    assert looks() == []


def test_it_asks_who_is_there_when_that_is_long_ago(
    sign_in: SignIn, admin: AdminUser, clerk: AdminUser
) -> None:
    client = sign_in(admin)
    session = client.session
    session[SIGNED_IN_AT] = session[CONFIRMED_AT] = session[SIGNED_IN_AT] - 1900
    session.save()
    answer = client.post(reverse("see_as_start", args=[clerk.pk]))
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert looks() == []


def test_nobody_looks_as_themself_as_nobody_or_as_the_deactivated(
    sign_in: SignIn, admin: AdminUser, clerk: AdminUser
) -> None:
    client = sign_in(admin)
    assert client.post(reverse("see_as_start", args=[10**17])).status_code == 404
    assert "as yourself already" in text(look_as(client, admin))
    AdminUser.objects.filter(pk=clerk.pk).update(is_active=False)
    assert "is deactivated, and would see nothing" in text(look_as(client, clerk))
    assert looks() == []


def test_limits_stay_the_admins(looker: Client, clerk: AdminUser, admin: AdminUser) -> None:
    for _ in range(3):
        looker.get("/contacts/")
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT key FROM core_rate_limit WHERE kind = 'account'")
        keys = {key for (key,) in cursor.fetchall()}
    assert str(clerk.pk) not in keys


def test_looking_costs_one_query_and_the_rest_nothing(
    looker: Client, sign_in: SignIn, clerk: AdminUser
) -> None:
    def queries_of(client: Client) -> int:
        client.get("/industries/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/industries/").status_code == 200
        return len(queries)

    assert queries_of(looker) == queries_of(sign_in(clerk)) + 1


def test_reading_is_nothing_that_changes(db: None) -> None:
    assert Capability.BROWSE in READING
    assert READING.isdisjoint(ROLE_CAPABILITIES["manager"] - {Capability.BROWSE})
    assert READING.isdisjoint({Capability.MANAGE_USERS, Capability.MANAGE_COLUMNS})
    assert settings.MIDDLEWARE.index("apps.accounts.looking.LookingMiddleware") > settings.MIDDLEWARE.index(
        "apps.accounts.sessions.middleware.SessionLifetimeMiddleware"
    )
