"""Whether the server may listen where it was told to."""

from typing import Protocol

from sonde.auth.hosts import is_loopback_bind
from sonde.model.errors import StartError


class BindSettings(Protocol):
    """The settings that decide."""

    @property
    def host(self) -> str:
        """Address to listen on."""
        ...

    @property
    def public_url(self) -> str | None:
        """Address people use."""
        ...

    @property
    def insecure_no_auth(self) -> bool:
        """Told to run without keys."""
        ...


def check_bind(settings: BindSettings, has_keys: bool) -> None:
    """Raise `StartError` when strangers could reach a server that has no key.

    A public URL counts as reachable: somebody put a proxy there.
    """
    exposed = not is_loopback_bind(settings.host) or settings.public_url is not None
    if not exposed or has_keys or settings.insecure_no_auth:
        return
    where = settings.public_url or settings.host or "every address"
    raise StartError(
        f"Refusing to listen on {where} without any key: anybody could read and write.\n"
        "Make a key first, on loopback:  sonde serve  and then  sonde keys create --scope admin admin\n"
        "Or, when something else guards the port:  --insecure-no-auth"
    )
