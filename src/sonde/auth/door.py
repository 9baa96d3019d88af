"""The one decision about every request: who is it, and what may they do.

In order: Host and Origin; a key in a header; a session cookie (with CSRF token and same Origin when
something changes); loopback; nobody. A credential that looks like ours and is wrong is refused everywhere,
also on loopback.
"""

import time
from collections.abc import Callable

from msgspec import Struct

from sonde.auth import hosts
from sonde.auth.approach import Approach
from sonde.auth.credentials import presented_key, session_cookie
from sonde.auth.grant import EVERYTHING, Grant
from sonde.auth.keyring import Keyring, grant_of
from sonde.auth.keys import KEY_PREFIX, same_digest
from sonde.auth.sessions import Session, Sessions
from sonde.auth.throttle import Throttle
from sonde.model.errors import Forbidden, Unauthenticated

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "x-sonde-csrf"
HINT = "Send a key: Authorization: Bearer sk-sonde-…"


class DoorSettings(Struct, frozen=True):
    """What the door needs of the settings."""

    host: str = "127.0.0.1"
    public_url: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    insecure_no_auth: bool = False
    require_key: bool = False
    """Ask for a key on loopback too."""

    @property
    def open_loopback(self) -> bool:
        """Whether callers on this machine need no key.

        Not with a public address: then a proxy on this machine speaks for strangers, and it looks like
        loopback.
        """
        return hosts.is_loopback_bind(self.host) and not self.public_url and not self.require_key


class Door:
    """Lets callers in. Thread-safe; every decision is taken in memory."""

    def __init__(
        self,
        settings: DoorSettings,
        keyring: Keyring,
        *,
        sessions: Sessions | None = None,
        throttle: Throttle | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self.keyring = keyring
        self.sessions = sessions or Sessions(monotonic=monotonic)
        self.throttle = throttle or Throttle(monotonic=monotonic)
        self.rules = hosts.host_rules(settings.host, settings.public_url, settings.allowed_hosts)

    def admit(self, approach: Approach) -> Grant:
        """The caller's grant.

        Raises `BadInput` (malformed Host), `Forbidden` (foreign Host or Origin, missing CSRF token),
        `Unauthenticated`, `RateLimited` (too many failures), `Unavailable` (the catalog does not answer).
        """
        self.check_place(approach)
        try:
            key = presented_key(approach.headers)
        except Unauthenticated:
            self.throttle.failed(approach.address)
            raise
        if key is not None and not self._is_foreign(key):
            return self._by_key(approach, key)
        token = session_cookie(approach.headers)
        if token is not None:
            session = self.session(token)
            if session is not None:
                return self._by_session(approach, *session)
        return self._ambient(approach)

    def check_place(self, approach: Approach) -> None:
        """Raise unless Host and Origin are this server's own."""
        hosts.check_host(self.rules, approach.header("host"))
        hosts.check_origin(self.rules, approach)

    def session(self, token: str) -> tuple[Session, Grant] | None:
        """The live session of a cookie and what its key allows now."""
        session = self.sessions.find(token)
        if session is None:
            return None
        row = self.keyring.by_id(session.key_id)
        if row is None:
            self.sessions.close(token)
            return None
        return session, grant_of(row, "session")

    def log_in(self, approach: Approach, key: str) -> tuple[str, Session, Grant]:
        """Open a session with a key: the cookie's token, the session, and its rights."""
        self.check_place(approach)
        if hosts.is_cross_site(approach):
            raise Forbidden("Requests from other sites' pages are refused.")
        row = self.keyring.find(key) if key.startswith(KEY_PREFIX) else None
        # A key of this process alone has no row to come back to.
        if row is None or self.keyring.by_id(row.key_id) is None:
            self.throttle.failed(approach.address)
            raise Unauthenticated("This key is not valid.", hint="It may have been revoked, or have expired.")
        token, session = self.sessions.open(row.key_id)
        return token, session, grant_of(row, "session")

    def secure_cookies(self, approach: Approach) -> bool:
        """Whether cookies are marked Secure: when people come by HTTPS."""
        return approach.scheme == "https" or (self.settings.public_url or "").startswith("https:")

    def _is_foreign(self, key: str) -> bool:
        """Whether to overlook a credential: clients of other products insist on sending some key, and where
        none is needed theirs does no harm.
        """
        keyless = self.settings.open_loopback or self.settings.insecure_no_auth
        return keyless and not key.startswith(KEY_PREFIX)

    def _by_key(self, approach: Approach, key: str) -> Grant:
        row = self.keyring.find(key)
        if row is None:
            self.throttle.failed(approach.address)
            raise Unauthenticated("This key is not valid.", hint="It may have been revoked, or have expired.")
        return grant_of(row)

    def _by_session(self, approach: Approach, session: Session, grant: Grant) -> Grant:
        if hosts.is_cross_site(approach):
            raise Forbidden("Requests from other sites' pages are refused.")
        if approach.method.upper() not in SAFE_METHODS:
            sent = approach.header(CSRF_HEADER) or ""
            if not same_digest(sent, session.csrf_token):
                raise Forbidden("The CSRF token is missing or wrong.", hint="Send it as X-Sonde-CSRF.")
            if not hosts.is_same_origin(self.rules, approach):
                raise Forbidden("A change needs this site's own Origin.")
        return grant

    def _ambient(self, approach: Approach) -> Grant:
        """Rights that come from the place alone."""
        host = approach.header("host")
        local = (
            self.settings.open_loopback
            and approach.peer_is_loopback
            and (host is None or hosts.is_local_host(host))
        )
        if not local and not self.settings.insecure_no_auth:
            raise Unauthenticated("This needs a key.", hint=HINT)
        if hosts.is_cross_site(approach):
            raise Forbidden("Requests from other sites' pages are refused.")
        return Grant(kind="loopback" if local else "insecure", project=None, scopes=EVERYTHING)
