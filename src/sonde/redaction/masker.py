"""Masks text and JSON text by a project's rules. Pure, linear in the size of the text."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable

from sonde.model.errors import BadInput
from sonde.redaction.detectors import DETECTORS, HINTS
from sonde.redaction.engine import Pattern, Span
from sonde.redaction.hits import Piece, Step, apart, pieces
from sonde.redaction.neighbours import Detector
from sonde.redaction.rules import CUSTOM_PATTERNS_MAX, RedactionRules

_NESTED_JSON_MAX = 4
_LITERAL = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[-0-9.eE+]{13,}|[}\]]', re.DOTALL)
"""A string of a JSON text (and whether it is a key), a number as long as a card's, or the end of a value."""
_OUTSIDE = r"[\s\[\]{}:,0-9.eE+\-truefalsnNIity]*+"
_SHAPE = re.compile(rf'(?:{_OUTSIDE}"[^"\\]*+(?:\\.[^"\\]*+)*+")*+{_OUTSIDE}\Z', re.DOTALL)
"""Strings that end, and outside of them only what JSON has there (Python's NaN and Infinity too)."""
_SECRET_KEY = re.compile(
    r"(?:\A|[._-])(?:password|passwd|passphrase|secret|api[_-]?key|apikey|access[_-]?key|private[_-]?key"
    r"|(?:auth|access|refresh|id|session|bearer)[_-]?token|client[_-]?secret|x-api-key|authorization|cookie"
    r"|set-cookie)\Z",
    re.IGNORECASE,
)
_ESCAPED_ASCII = rb"\\u00[2-7]"
"""An escape that could hide a letter, a digit or an "@" from the hints."""
_KEY_HINT = (
    rb"(?i:password|passwd|passphrase|secret|api[_-]?key|access[_-]?key|private[_-]?key|token|authorization"
    rb"|cookie)\""
)


class Masker:
    """Masks by one set of rules. Counts what it masked. Safe to share between threads."""

    def __init__(self, rules: RedactionRules) -> None:
        """Raises BadInput when a pattern of one's own is not valid, or there are too many."""
        if len(rules.custom) > CUSTOM_PATTERNS_MAX:
            raise BadInput(f"at most {CUSTOM_PATTERNS_MAX} redaction patterns, not {len(rules.custom)}")
        self.rules = rules
        enabled = {
            "secret": rules.secrets,
            "email": rules.emails,
            "iban": rules.ibans,
            "card": rules.cards,
            "phone": rules.phones,
        }
        self._custom = [(custom.name, custom.compile()) for custom in rules.custom]
        self._detectors: list[tuple[str, Detector]] = [
            (kind, detector)
            for kind, detectors in DETECTORS.items()
            if enabled[kind]
            for detector in detectors
        ]
        self._steps: list[Step] = [
            *((name, pattern.spans) for name, pattern in self._custom),
            *((kind, _verified(detector)) for kind, detector in self._detectors),
        ]
        hints = [HINTS[kind] for kind in DETECTORS if enabled[kind]]
        self._hint = Pattern(b"|".join(hints)) if hints else None
        json_hints = [*hints, _ESCAPED_ASCII, *([_KEY_HINT] if rules.secrets else [])]
        self._json_hint = Pattern(b"|".join(json_hints))
        self._counts: Counter[str] = Counter()

    def counts(self) -> dict[str, int]:
        """How many of each kind were masked since the start."""
        return dict(self._counts)

    def text(self, text: str) -> str:
        """Plain text with what the rules name replaced by "[kind]"."""
        raw = text.encode("utf-8", "surrogatepass")
        if not self._possible(raw, self._hint):
            return text
        masked = self._masked(raw)
        return text if masked is raw else masked.decode("utf-8", "surrogatepass")

    def pieces(self, text: str) -> list[Piece]:
        """Plain text cut where it is masked, with the name of the rule that does it."""
        return pieces(text, self._steps)

    def json_text(self, text: str) -> str:
        """JSON text, masked inside its strings and still valid. Text that is not JSON is masked as text."""
        if not text:
            return text
        if not self._possible(text.encode("utf-8", "surrogatepass"), self._json_hint):
            return text
        return self._json(text, _NESTED_JSON_MAX)

    def identifier(self, text: str) -> str:
        """A user or session id: unchanged unless it holds personal data, then as the rules say."""
        if self.rules.identifiers == "keep":
            return text
        masked = self.text(text)
        if masked == text or self.rules.identifiers == "mask" or not self.rules.pseudonym_key:
            return masked
        key = hashlib.blake2b(self.rules.pseudonym_key.encode(), digest_size=32).digest()
        digest = hashlib.blake2b(text.strip().lower().encode("utf-8", "replace"), key=key, digest_size=8)
        return "pseudonym-" + digest.hexdigest()

    def clean(self, texts: list[str]) -> bool:
        """Whether none of the texts (plain or JSON) can hold anything to mask: one pass over all of them."""
        raw = "\n".join(texts).encode("utf-8", "surrogatepass")
        return not self._possible(raw, self._json_hint)

    def _possible(self, raw: bytes, hint: Pattern | None) -> bool:
        if hint is not None and hint.found(raw):
            return True
        return any(pattern.found(raw) for _, pattern in self._custom)

    def _masked(self, raw: bytes) -> bytes:
        """The bytes with masks; the same object when there is nothing to mask."""
        for rule, find in self._steps:
            raw = self._replaced(raw, rule, apart(find(raw)))
        return raw

    def _replaced(self, raw: bytes, kind: str, spans: list[Span]) -> bytes:
        if not spans:
            return raw
        mask = f"[{kind}]".encode()
        parts: list[bytes] = []
        at = 0
        for start, end in spans:
            parts += (raw[at:start], mask)
            at = end
            self._counts[kind] += 1
        parts.append(raw[at:])
        return b"".join(parts)

    def _json(self, text: str, depth: int) -> str:
        # No parser is asked: they differ about surrogates, depth and NaN. What has only JSON's own characters
        # outside of strings stays as valid as it was when strings are replaced by strings.
        if text.lstrip()[:1] not in ("{", "[", '"') or not _SHAPE.match(text):
            return self.text(text)
        parts: list[str] = []
        at = 0
        secret_follows = False
        for match in _LITERAL.finditer(text):
            literal = match.group()
            if literal[0] != '"':
                new = self._number(literal)
                secret_follows = False
            elif match.group(1):
                key = literal[: -len(match.group(1))]
                secret_follows = self.rules.secrets and _SECRET_KEY.search(key[1:-1]) is not None
                new = self._string(key, depth) + match.group(1)
            elif secret_follows and len(literal) > 2:
                new = '"[secret]"'
                self._counts["secret"] += new != literal
            else:
                new = self._string(literal, depth)
            if new != literal:
                parts += (text[at : match.start()], new)
                at = match.end()
        if not parts:
            return text
        parts.append(text[at:])
        return "".join(parts)

    def _string(self, literal: str, depth: int) -> str:
        """One string of a JSON text, with its quotes."""
        inner = literal[1:-1]
        if "\\" not in inner:
            masked = self.text(inner)
            return literal if masked is inner else f'"{masked}"'
        value: str = json.loads(literal, strict=False)
        nested = depth and value.lstrip()[:1] in ("{", "[")
        masked = self._json(value, depth - 1) if nested else self.text(value)
        return literal if masked == value else json.dumps(masked, ensure_ascii=False)

    def _number(self, literal: str) -> str:
        if not self.rules.cards or not literal.isdigit():
            return literal
        return '"[card]"' if self.text(literal) == "[card]" else literal


def _verified(detector: Detector) -> Callable[[bytes], list[Span]]:
    pattern, verify = detector
    return lambda raw: [span for start, end in pattern.spans(raw) for span in verify(raw, start, end)]
