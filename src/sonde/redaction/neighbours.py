"""What a detector is, and the bytes beside a find.

A detector is a pattern and a verifier: RE2 proposes a span, the verifier looks at its neighbours, check
digits and shape, and answers with the spans to mask: the whole, a part of it, or none. Bytes above 127 are
parts of words in other scripts.
"""

from collections.abc import Callable

from sonde.redaction.engine import Pattern, Span

Verify = Callable[[bytes, int, int], list[Span]]
Detector = tuple[Pattern, Verify]

ALPHANUMERIC = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") | frozenset(
    range(128, 256)
)
DIGITS = frozenset(b"0123456789")
UPPER = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
LOWER = frozenset(b"abcdefghijklmnopqrstuvwxyz")


def before(text: bytes, start: int) -> int:
    """The byte before a span; a blank at the beginning."""
    return text[start - 1] if start else 32


def after(text: bytes, end: int) -> int:
    """The byte after a span; a blank at the end."""
    return text[end] if end < len(text) else 32
