"""API keys: their text, their hash, and what the catalog keeps of them."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from sonde.auth.grant import SCOPES, Scope
from sonde.model.errors import BadInput

KEY_PREFIX = "sk-sonde-"
SECRET_BYTES = 32
KEY_PATTERN = re.compile(r"sk-sonde-[A-Za-z0-9_-]{43}")
HINT_LENGTH = 4


class KeyRow(Struct, frozen=True):
    """One key without its secret."""

    key_id: str
    name: str
    project: str | None
    """None: every project."""
    scopes: frozenset[Scope]
    digest: str
    """SHA-256 of the whole key text, lower-case hex."""
    hint: str
    """The last four characters, so that people can tell their keys apart."""
    created_ns: int
    expires_ns: int | None = None
    last_used_ns: int | None = None


class KeyTable(Protocol):
    """Where keys are kept. Revoked keys are gone from it."""

    def all_keys(self) -> list[KeyRow]:
        """Every key that is not revoked, expired ones too."""
        ...

    def add_key(self, row: KeyRow) -> None:
        """Store a new key."""
        ...

    def revoke_key(self, key_id: str) -> bool:
        """Remove a key; whether it was there."""
        ...

    def touch_keys(self, used_ns: dict[str, int]) -> None:
        """Set the time of last use by key id."""
        ...


def new_key_text() -> str:
    """A new key of 256 random bits."""
    return KEY_PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def digest_of(text: str) -> str:
    """SHA-256 as hex. A key has 256 random bits, so no slow hash is needed: there is nothing to guess."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def same_digest(one: str, other: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def checked_scopes(names: Iterable[str]) -> frozenset[Scope]:
    """Scopes from text. Raises `BadInput` for an unknown name or none at all."""
    by_name: dict[str, Scope] = {scope: scope for scope in SCOPES}
    wanted = list(names)
    unknown = sorted(set(wanted) - set(by_name))
    if unknown:
        raise BadInput(f"Unknown scope '{unknown[0]}'.", hint=f"Scopes are {', '.join(SCOPES)}.")
    if not wanted:
        raise BadInput("A key needs at least one scope.", hint=f"Scopes are {', '.join(SCOPES)}.")
    return frozenset(by_name[name] for name in wanted)


def make_key(
    *,
    name: str,
    project: str | None,
    scopes: Iterable[str],
    now_ns: int,
    expires_ns: int | None = None,
    text: str | None = None,
) -> tuple[str, KeyRow]:
    """A new key: its text (to be shown once) and its row. ``text`` brings a key made elsewhere, of the same
    form.
    """
    if text is not None and not KEY_PATTERN.fullmatch(text):
        raise BadInput(
            "This is not a Sonde key.", hint=f"A key is {KEY_PREFIX} and 43 characters of base64url."
        )
    if expires_ns is not None and expires_ns <= now_ns:
        raise BadInput("The key would expire before it is made.")
    key = text or new_key_text()
    row = KeyRow(
        key_id=secrets.token_hex(8),
        name=name,
        project=project,
        scopes=checked_scopes(scopes),
        digest=digest_of(key),
        hint=key[-HINT_LENGTH:],
        created_ns=now_ns,
        expires_ns=expires_ns,
    )
    return key, row
