"""Whose request it is: what proxies say is believed, what visitors say about themselves is not."""

import ipaddress
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from apps.core.client_address import (
    ForwardedHeadersMiddleware,
    address_key,
    came_through_a_trusted_proxy,
    client_address,
)
from apps.core.request_ids import RequestIdMiddleware
from tests.jobs_done import do_jobs

PROXIES = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1"))
VISITOR = "203.0.113.7"


def asked(peer: str, forwarded: str | None = None, **headers: str) -> HttpRequest:
    extra: dict[str, Any] = {"REMOTE_ADDR": peer, "HTTP_HOST": "testserver", **headers}
    if forwarded is not None:
        extra["HTTP_X_FORWARDED_FOR"] = forwarded
    return RequestFactory().get("/", **extra)


@pytest.fixture
def behind_proxies(settings):
    settings.TRUSTED_PROXIES = PROXIES


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        (VISITOR, None, VISITOR),
        (VISITOR, "198.51.100.1", VISITOR),  # a visitor says they are somebody else
        ("10.0.0.1", VISITOR, VISITOR),
        (
            "10.0.0.1",
            f"198.51.100.1, {VISITOR}",
            VISITOR,
        ),  # what the visitor wrote stands left of what the proxy wrote
        ("10.0.0.1", f"198.51.100.1, {VISITOR}, 10.0.0.2", VISITOR),  # two proxies
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),  # somebody in the proxies' own network
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", f"{VISITOR}, nonsense", "10.0.0.1"),  # nothing left of nonsense is believed
        ("10.0.0.1", f"{VISITOR}:4711", VISITOR),
        ("::1", "[2001:db8::5]:443", "2001:db8::5"),
        ("::ffff:10.0.0.1", f"::ffff:{VISITOR}", VISITOR),
        ("10.0.0.1", "fe80::1%eth0", "fe80::1"),
    ],
)
def test_the_right_most_address_that_is_no_proxy_is_the_visitors(behind_proxies, peer, forwarded, address):
    assert client_address(asked(peer, forwarded)) == address


def test_without_proxies_nobody_is_believed(settings):
    settings.TRUSTED_PROXIES = ()
    for peer in ("127.0.0.1", "10.0.0.1", "::1"):
        assert client_address(asked(peer, VISITOR)) == peer


def test_a_proxy_on_a_unix_socket_is_believed_when_that_is_said(settings):
    settings.TRUSTED_PROXIES = PROXIES
    assert client_address(asked("", VISITOR)) == "127.0.0.1"
    settings.TRUSTED_PROXIES = ("unix",)
    assert client_address(asked("", VISITOR)) == VISITOR
    assert client_address(asked("10.0.0.1", VISITOR)) == "10.0.0.1"


def test_limits_count_a_household_of_ipv6_as_one(behind_proxies):
    assert (
        address_key(asked("2001:db8:1:2:3:4:5:6"))
        == address_key(asked("2001:db8:1:2::9"))
        == "2001:db8:1:2::/64"
    )
    assert address_key(asked(VISITOR)) == VISITOR


@given(st.text(max_size=60), st.text(max_size=40))
def test_whatever_a_stranger_sends_their_address_is_the_peers(forwarded, more):
    request = asked(VISITOR, forwarded, HTTP_X_REAL_IP=more, HTTP_FORWARDED=f"for={more}")
    assert client_address(request) == VISITOR


SPOOFED = {
    "HTTP_X_FORWARDED_FOR": "198.51.100.1",
    "HTTP_X_FORWARDED_HOST": "evil.example",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_PORT": "443",
    "HTTP_X_REAL_IP": "198.51.100.1",
    "HTTP_FORWARDED": "for=198.51.100.1;proto=https;host=evil.example",
}


def seen_inside(peer: str) -> HttpRequest:
    """The request as the views get it, after the middleware that stand first."""
    caught: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        caught.append(request)
        return HttpResponse()

    ForwardedHeadersMiddleware(RequestIdMiddleware(view))(asked(peer, **SPOOFED))
    return caught[0]


def test_forwarded_headers_of_a_stranger_are_gone_before_anybody_reads_them(behind_proxies, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.USE_X_FORWARDED_HOST = True  # even if somebody switches it on one day
    settings.USE_X_FORWARDED_PORT = True
    request = seen_inside(VISITOR)
    assert not came_through_a_trusted_proxy(request)
    assert request.scheme == "http"
    assert request.build_absolute_uri("/x") == "http://testserver/x"
    assert not any("forwarded" in name.lower() for name in request.headers)


def test_forwarded_headers_of_a_trusted_proxy_are_kept(behind_proxies, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    request = seen_inside("10.0.0.1")
    assert request.scheme == "https"
    assert request.build_absolute_uri("/x") == "https://testserver/x"  # the host is never taken from a header


@pytest.mark.django_db
def test_the_link_in_a_reset_mail_does_not_follow_forged_headers(client: Client, manager, mailoutbox):
    manager.set_password("correct horse battery staple")
    manager.save()
    client.post("/password-reset/", {"email": manager.email}, **dict[str, Any](SPOOFED))
    do_jobs()
    (mail,) = mailoutbox
    assert "evil.example" not in mail.body
    assert "http://testserver/password-reset/key/" in mail.body
