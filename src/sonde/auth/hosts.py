"""Host and Origin checks, on every listener, loopback too.

A page of a hostile site can make a browser talk to 127.0.0.1, either by plain cross-site requests or by
letting its own name resolve to 127.0.0.1 (DNS rebinding). The first shows in Origin and Sec-Fetch-Site, the
second in Host: it needs a name, so IP addresses are harmless there and names have to be known.
"""

import re
import socket
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from msgspec import Struct

from sonde.auth.approach import Approach, is_loopback_address
from sonde.model.errors import BadInput, Forbidden

HOST_PATTERN = re.compile(
    r"(?P<name>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252}))(?::(?P<port>\d{1,5}))?"
)
DEFAULT_PORTS = {"http": "80", "https": "443"}
LOCAL_NAMES = frozenset({"localhost"})


class HostRules(Struct, frozen=True):
    """Which names this server answers to."""

    loopback_only: bool
    """Bound to loopback: then only loopback addresses are right, beside the names."""
    names: frozenset[str]
    public_origin: str = ""
    """scheme://host[:port] of the public address; empty without one."""


def host_rules(bind_host: str, public_url: str | None = None, allowed_hosts: Iterable[str] = ()) -> HostRules:
    """Rules from the settings. Raises `BadInput` for a public URL that is none."""
    names = set(LOCAL_NAMES) | {name.lower().rstrip(".") for name in allowed_hosts}
    loopback_only = is_loopback_bind(bind_host)
    if not loopback_only:
        names |= {socket.gethostname().lower(), bind_host.lower()}
    public_origin = ""
    if public_url:
        parts = urlsplit(public_url)
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
            raise BadInput(f"'{public_url}' is not an address like https://sonde.example.com.")
        names.add(parts.hostname.lower())
        public_origin = origin_of(parts.scheme, parts.netloc.rpartition("@")[2])
    return HostRules(loopback_only, frozenset(names), public_origin)


def is_loopback_bind(host: str) -> bool:
    """Whether binding to this reaches loopback only. An empty host binds everywhere."""
    return host.lower() in LOCAL_NAMES or is_loopback_address(host)


def host_name(value: str) -> str:
    """The name or address in a Host header, lower case, without port. Raises `BadInput` when it is
    malformed.
    """
    match = HOST_PATTERN.fullmatch(value)
    if match is None or int(match["port"] or 0) > 65535:
        raise BadInput("The Host header is not a host name.")
    return match["name"].lower().strip("[]").rstrip(".")


def is_local_host(value: str) -> bool:
    """Whether a Host header names this machine's loopback."""
    name = host_name(value)
    return name in LOCAL_NAMES or is_loopback_address(name)


def check_host(rules: HostRules, value: str | None) -> None:
    """Raise `Forbidden` for a name this server does not answer to. A missing Host is left to the protocol."""
    if value is None:
        return
    name = host_name(value)
    if name in rules.names:
        return
    try:
        address = ip_address(name)
    except ValueError:
        raise Forbidden(
            f"This server does not answer to the name '{name}'.",
            hint="Start it with --public-url, or list the name in SONDE_ALLOWED_HOSTS.",
        ) from None
    if rules.loopback_only and not is_loopback_address(str(address)):
        raise Forbidden("This server answers to loopback addresses only.")


def origin_of(scheme: str, netloc: str) -> str:
    """scheme://host[:port], lower case, without a default port."""
    host, colon, port = netloc.lower().rpartition(":")
    if colon and not port.endswith("]") and port == DEFAULT_PORTS.get(scheme.lower()):
        netloc = host
    return f"{scheme.lower()}://{netloc.lower()}"


def is_same_origin(rules: HostRules, approach: Approach) -> bool:
    """Whether the Origin header (which has to be there) is this server's own.

    The scheme may differ: a proxy that ends TLS hands on plain HTTP, and the same host and port are ours
    either way.
    """
    origin = approach.header("origin")
    host = approach.header("host")
    if not origin or origin == "null" or host is None:
        return False
    parts = urlsplit(origin)
    if parts.scheme not in DEFAULT_PORTS or not parts.netloc:
        return False
    normal = origin_of(parts.scheme, parts.netloc)
    return normal in (rules.public_origin, origin_of(parts.scheme, host))


def check_origin(rules: HostRules, approach: Approach) -> None:
    """Raise `Forbidden` for a request that another site's page makes. No Origin is fine: that is not a
    browser, or a plain navigation, which the caller bounds by Sec-Fetch-Site where it matters.
    """
    if approach.header("origin") is not None and not is_same_origin(rules, approach):
        raise Forbidden("Requests from other sites' pages are refused.")


def is_cross_site(approach: Approach) -> bool:
    """Whether a browser says that another site's page asks for this (and not a person following a link)."""
    site = approach.header("sec-fetch-site")
    return site in ("cross-site", "same-site") and approach.header("sec-fetch-mode") != "navigate"
