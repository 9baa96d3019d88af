"""How somebody comes to the door: all that a decision about a request may look at."""

from collections.abc import Mapping
from ipaddress import ip_address

from msgspec import Struct

FORWARDING_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


class Approach(Struct, frozen=True):
    """One request, or one gRPC call, before anything is known about its sender.

    The path is not here on purpose: rights hang on the matched route, never on text a client can write.
    """

    address: str
    """The peer's address as the socket says it; empty when there is none."""
    headers: Mapping[str, str]
    """Names in lower case. For gRPC: the metadata, with ``host`` set from ``:authority`` where it is
    known.
    """
    method: str = "POST"
    scheme: str = "http"

    def header(self, name: str) -> str | None:
        """One header, None when it is not there."""
        return self.headers.get(name)

    @property
    def peer_is_loopback(self) -> bool:
        """Whether the other end of the socket is this machine and nobody says it speaks for another."""
        if any(name in self.headers for name in FORWARDING_HEADERS):
            return False
        return is_loopback_address(self.address)


def is_loopback_address(text: str) -> bool:
    """Whether this is a loopback IP address (also an IPv4 one inside IPv6)."""
    try:
        address = ip_address(text.strip("[]").split("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
