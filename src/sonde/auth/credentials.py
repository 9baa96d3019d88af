"""The one place that finds a credential in a request, whatever header a client uses for it.

OpenTelemetry exporters send ``Authorization: Bearer``; Langfuse's SDK sends Basic, LangSmith's
``x-api-key``, Logfire a bare token. All of them mean the same key, so no rule can hold for one header and
not for another. A key in the query string is never looked at: addresses end up in logs.
"""

import base64
import binascii
from collections.abc import Mapping

from sonde.auth.keys import KEY_PREFIX
from sonde.model.errors import Unauthenticated

KEY_HEADERS = ("x-api-key", "api-key", "x-sonde-key")
SESSION_COOKIE = "sonde_session"
CREDENTIAL_LENGTH_MAX = 4096


def presented_key(headers: Mapping[str, str]) -> str | None:
    """The key text of a request, None when it brings none.

    Raises `Unauthenticated` for an empty one and for two that differ.
    """
    found = [headers[name].strip() for name in KEY_HEADERS if name in headers]
    if "authorization" in headers:
        found.append(from_authorization(headers["authorization"]))
    if not found:
        return None
    if any(not text for text in found):
        raise Unauthenticated("The credential is empty.")
    ours = {text for text in found if text.startswith(KEY_PREFIX)}
    if len(ours or set(found)) > 1:
        raise Unauthenticated("The request brings two different credentials.")
    return (ours or set(found)).pop()


def from_authorization(value: str) -> str:
    """The credential in an ``Authorization`` header: Bearer, Basic (the half that is a Sonde key) or bare."""
    if len(value) > CREDENTIAL_LENGTH_MAX:
        raise Unauthenticated("The credential is too long.")
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        return from_basic(rest.strip())
    return "" if rest else scheme


def from_basic(encoded: str) -> str:
    """User and password: the one that is a Sonde key, else the password."""
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Unauthenticated("The Basic credential cannot be read.") from None
    return user if user.startswith(KEY_PREFIX) and not password.startswith(KEY_PREFIX) else password


def session_cookie(headers: Mapping[str, str]) -> str | None:
    """The value of the session cookie."""
    for part in headers.get("cookie", "")[:CREDENTIAL_LENGTH_MAX].split(";"):
        name, _, value = part.strip().partition("=")
        if name == SESSION_COOKIE and value:
            return value
    return None
