"""Phone numbers."""

from sonde.redaction.engine import Pattern, Span
from sonde.redaction.neighbours import ALPHANUMERIC, DIGITS, after, before

_PHONE_DIGITS_MAX = 15
"""E.164."""


def _phone(text: bytes, start: int, end: int) -> list[Span]:
    while sum(byte in DIGITS for byte in text[start:end]) > _PHONE_DIGITS_MAX:
        # Another number may follow: take groups off the end.
        cut = max(text.rfind(separator, start, end) for separator in (b" ", b".", b"-"))
        if cut <= start:
            return []
        end = cut
    international = text[start] in b"+0"
    ahead = before(text, start)
    if ahead in ALPHANUMERIC or ahead in (b"+/_&%" if text[start] == 0x2B else b".+-/=_#:&%"):
        return []
    behind = after(text, end)
    if behind in ALPHANUMERIC or behind in b"+/=_@" or (behind in b".-:," and after(text, end + 1) in DIGITS):
        return []
    digits = bytes(byte for byte in text[start:end] if byte in DIGITS)
    if not (8 if text[start] == 0x2B else 10) <= len(digits) or len(set(digits)) < 3:
        return []
    if not international and (digits[-10] in b"01" or digits[-7] in b"01"):
        return []  # no area or exchange code of North America begins so
    return [(start, end)]


PHONE_INTERNATIONAL = (
    Pattern(
        rb"(?:\+[1-9]|\b00[1-9][0-9]{0,2}[ -])[0-9]{0,3}[ .-]?(?:\([0-9]{1,4}\)[ .-]?)?"
        rb"(?:[0-9]{1,5}[ .-]?){1,5}[0-9]{2,}"
    ),
    _phone,
)
PHONE_NORTH_AMERICA = (
    Pattern(
        rb"(?:\b1[ .-])?(?:\([2-9][0-9]{2}\)[ ]?[2-9][0-9]{2}[.-][0-9]{4}"
        rb"|[2-9][0-9]{2}-[2-9][0-9]{2}-[0-9]{4}|[2-9][0-9]{2}\.[2-9][0-9]{2}\.[0-9]{4})"
    ),
    _phone,
)


def _spoken_phone(text: bytes, start: int, end: int) -> list[Span]:
    at = start
    while text[at] not in DIGITS and text[at] not in b"+(":
        at += 1
    if before(text, start) in ALPHANUMERIC or after(text, end) in ALPHANUMERIC:
        return []
    digits = bytes(byte for byte in text[at:end] if byte in DIGITS)
    if not 6 <= len(digits) <= _PHONE_DIGITS_MAX or len(set(digits)) < 3:
        return []
    return [(at, end)]


PHONE_SPOKEN = (
    Pattern(
        rb"(?i)(?:telephone|telefon|phone|mobile|mobil|handy|cell|fax|whatsapp|tel)"
        rb"(?:[ _-]?(?:number|no|nr|num))?[.:#= ]{1,4}(?:is |at )?[+(]?[0-9](?:[ ()./-]{0,2}[0-9]){5,14}"
    ),
    _spoken_phone,
)
"""A national number is only taken for one after a word that says so."""
