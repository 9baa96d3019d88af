"""Personal data and secrets, found by the same detectors that mask them in telemetry."""

import functools
from collections.abc import Collection, Sequence
from typing import Any

from sonde.resilience.guardrails.finding import Action, Check, Finding

PII_KINDS = ("email", "phone", "card", "iban")
_REACH = 96
"""Characters of the longest find with blanks in it; what has none is never cut, however long."""


def pii(*, kinds: Collection[str] = PII_KINDS, action: Action = "redact") -> Check:
    """E-mail addresses, phone numbers, payment cards, bank accounts.

    Raises ValueError for a kind that does not exist.
    """
    unknown = set(kinds) - set(PII_KINDS)
    if unknown:
        raise ValueError(f"personal data is {', '.join(PII_KINDS)}, not {', '.join(sorted(unknown))}")
    return Check("pii", functools.partial(_find, kinds=tuple(kinds)), action, reach=_REACH)


def secrets(*, action: Action = "block") -> Check:
    """Keys of known vendors, tokens, private keys, passwords in URLs and assignments."""
    return Check("secrets", functools.partial(_find, kinds=("secret",)), action, reach=_REACH)


def _find(text: str, kinds: tuple[str, ...]) -> Sequence[Finding]:
    raw = text.encode("utf-8", "surrogatepass")
    hints, detectors = _detectors(kinds)
    if not hints.found(raw):
        return ()
    found: list[Finding] = []
    taken: list[tuple[int, int]] = []
    for kind, (pattern, verify) in detectors:
        for first, last in pattern.spans(raw):
            for start, end in verify(raw, first, last):
                if any(start < other_end and other_start < end for other_start, other_end in taken):
                    continue  # a key that holds digits is a key
                taken.append((start, end))
                found.append(Finding(kind, characters(raw, start), characters(raw, end)))
    return found


def characters(raw: bytes, end: int) -> int:
    """How many characters the first bytes of a text in UTF-8 are."""
    return end if raw.isascii() else len(raw[:end].decode("utf-8", "surrogatepass"))


@functools.cache
def _detectors(kinds: tuple[str, ...]) -> tuple[Any, list[tuple[str, Any]]]:
    # Not at the top: the patterns are compiled when the first text is looked at.
    from sonde.redaction.detectors import DETECTORS, HINTS
    from sonde.redaction.engine import Pattern

    chosen = [(kind, detector) for kind, ones in DETECTORS.items() if kind in kinds for detector in ones]
    return Pattern(b"|".join(HINTS[kind] for kind in DETECTORS if kind in kinds)), chosen
