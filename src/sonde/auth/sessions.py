"""Browser sessions: log in with a key, get a cookie.

Sessions live on the server, in memory: a restart logs people out, and so does the end of the key they logged
in with.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from msgspec import Struct

from sonde.auth.keys import digest_of

IDLE_S = 12 * 3600.0
ABSOLUTE_S = 7 * 24 * 3600.0
SESSIONS_MAX = 10_000


class Session(Struct):
    """One logged-in browser."""

    key_id: str
    csrf_token: str
    created: float
    last_seen: float


class Sessions:
    """Sessions by the digest of their token. Thread-safe, bounded: the one unused for longest goes first."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._by_digest: OrderedDict[str, Session] = OrderedDict()

    def open(self, key_id: str) -> tuple[str, Session]:
        """A new session; returns the token for the cookie."""
        token = secrets.token_urlsafe(32)
        now = self._monotonic()
        session = Session(key_id, secrets.token_urlsafe(32), now, now)
        with self._lock:
            while len(self._by_digest) >= SESSIONS_MAX:
                self._by_digest.popitem(last=False)
            self._by_digest[digest_of(token)] = session
        return token, session

    def find(self, token: str) -> Session | None:
        """The live session of a token; counts as a use."""
        digest = digest_of(token)
        now = self._monotonic()
        with self._lock:
            session = self._by_digest.get(digest)
            if session is None:
                return None
            if now - session.last_seen > IDLE_S or now - session.created > ABSOLUTE_S:
                del self._by_digest[digest]
                return None
            session.last_seen = now
            self._by_digest.move_to_end(digest)
            return session

    def close(self, token: str) -> None:
        """End a session; an unknown one is ignored."""
        with self._lock:
            self._by_digest.pop(digest_of(token), None)
