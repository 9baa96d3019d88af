"""E-mail addresses."""

from sonde.redaction.engine import Pattern, Span
from sonde.redaction.neighbours import after

_FILE_ENDINGS = frozenset(
    b"png jpg jpeg gif svg webp ico css js jsx ts tsx py rb go rs json yaml yml md html txt pdf csv".split()
)
"""What follows "@2x." in the name of an image."""
_NOT_PEOPLE = (b"git@", b"hg@", b"svn@")


def _email(text: bytes, start: int, end: int) -> list[Span]:
    if text[start:end].lower().startswith(_NOT_PEOPLE) or after(text, end) == 0x40:
        return []
    if text[start:end].rpartition(b".")[2].lower() in _FILE_ENDINGS:
        return []
    while start < end and text[start] in b".-+%'_":
        start += 1
    return [(start, end)]


EMAIL = (
    Pattern(
        rb"[A-Za-z0-9._%+'\x80-\xff-]{1,64}(?:@|%40)[A-Za-z0-9\x80-\xff](?:[A-Za-z0-9\x80-\xff-]{0,62}\.){1,8}"
        rb"(?:[A-Za-z]{2,24}|xn--[A-Za-z0-9-]{2,59})\b"
    ),
    _email,
)
