"""Whose request it is: the address that limits, sessions and logs use, and which forwarded headers are believed.

A proxy tells in X-Forwarded-For who asked it, but so can anybody. Only what a proxy named in TRUSTED_PROXIES says is
believed, and of that the right-most address that is no such proxy: what stands left of it, the visitor wrote themself.
"""

import ipaddress
from collections.abc import Callable
from contextvars import ContextVar
from ipaddress import IPv4Address, IPv6Address, IPv6Network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

type Address = IPv4Address | IPv6Address

# In TRUSTED_PROXIES: a proxy on this machine that speaks to us through a Unix socket, and so has no address.
UNIX = "unix"
# What a peer on a Unix socket is told as: it is on this machine.
_THIS_MACHINE = ipaddress.ip_address("127.0.0.1")
# In META of a request whose forwarded headers were dropped; no header can be called that.
_CLAIMED = "a360.forwarded"
_FORWARDED = ("HTTP_X_FORWARDED_", "HTTP_FORWARDED", "HTTP_X_REAL_IP")
_current: ContextVar[str] = ContextVar("client_address", default="")


def current_client_address() -> str:
    """The address of the visitor whose request is being answered, for what is written down; '' outside one."""
    return _current.get()


def client_address(request: HttpRequest) -> str:
    """The address of the visitor, as text; IPv4 in its own form even where it came wrapped in IPv6."""
    return str(_client(request))


def address_key(request: HttpRequest) -> str:
    """The address as limits count it."""
    return _as_counted(_client(request))


def address_key_of(text: str) -> str | None:
    """The key of an address somebody typed, or of such a key itself; None for what is no address."""
    address = _parsed(text.removesuffix("/64"))
    return None if address is None else _as_counted(address)


def came_through_a_trusted_proxy(request: HttpRequest) -> bool:
    peer = _parsed(request.META.get("REMOTE_ADDR", ""))
    return UNIX in settings.TRUSTED_PROXIES if peer is None else _is_trusted(peer)


def peer_address(request: HttpRequest) -> str:
    """The address at the other end of the connection; '' on a Unix socket."""
    return str(request.META.get("REMOTE_ADDR", ""))


def is_direct(request: HttpRequest) -> bool:
    """Whether the peer speaks for itself. A proxy on this machine has its address too, but forwards for anybody."""
    return _CLAIMED not in request.META and not any(name.startswith(_FORWARDED) for name in request.META)


class ForwardedHeadersMiddleware:
    """Drops forwarded headers of peers that are no trusted proxy, before anything can read them. Stands first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        claimed = [name for name in request.META if name.startswith(_FORWARDED)]
        if claimed and not came_through_a_trusted_proxy(request):
            request.META[_CLAIMED] = True
            for name in claimed:
                del request.META[name]
        token = _current.set(client_address(request))
        try:
            return self.get_response(request)
        finally:
            _current.reset(token)


def _as_counted(address: Address) -> str:
    """Of IPv6 the /64, since one household has all of it."""
    return str(IPv6Network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)


def _client(request: HttpRequest) -> Address:
    found = _parsed(request.META.get("REMOTE_ADDR", "")) or _THIS_MACHINE
    if not came_through_a_trusted_proxy(request):
        return found
    for hop in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        address = _parsed(hop)
        if address is None:
            break  # not what a proxy writes: the last address we know stays
        found = address
        if not _is_trusted(address):
            break
    return found


def _is_trusted(address: Address) -> bool:
    return any(address in network for network in settings.TRUSTED_PROXIES if network != UNIX)


def _parsed(text: str) -> Address | None:
    """An address, with or without a port; None for anything else."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    # A zone ("fe80::1%eth0") names an interface of the peer's: no part of the address, and no type of PostgreSQL's.
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or IPv6Address(int(address))
    return address
