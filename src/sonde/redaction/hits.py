"""What redaction does to a text, piece by piece: which rule masked what."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from sonde.redaction.engine import Span

Step = tuple[str, Callable[[bytes], Iterable[Span]]]
"""The name of a rule, and where it finds something."""


class Piece(Struct, frozen=True):
    """A part of the text that was given. ``rule`` None: kept as it is."""

    text: str
    rule: str | None


class _Part(Struct):
    start: int
    """Bytes of the text that was given."""
    end: int
    now: bytes
    rule: str | None


def pieces(text: str, steps: Iterable[Step]) -> list[Piece]:
    """The text in pieces after all steps, which see what those before them left."""
    raw = text.encode("utf-8", "surrogatepass")
    parts = [_Part(0, len(raw), raw, None)]
    for rule, find in steps:
        spans = apart(find(b"".join(part.now for part in parts)))
        if spans:
            parts = _masked(parts, rule, spans)
    return [
        Piece(raw[part.start : part.end].decode("utf-8", "replace"), part.rule)
        for part in parts
        if part.end > part.start
    ]


def apart(spans: Iterable[Span]) -> list[Span]:
    """Spans that do not overlap: a verifier may have widened one over the next."""
    kept: list[Span] = []
    for start, end in spans:
        if end > start and (not kept or start >= kept[-1][1]):
            kept.append((start, end))
    return kept


def _masked(parts: list[_Part], rule: str, spans: list[Span]) -> list[_Part]:
    """The parts with a mask for each span. A span that touches an earlier mask swallows it whole."""
    answer: list[_Part] = []
    number, masked = 0, -1
    end = 0
    for part in parts:
        begin, end = end, end + len(part.now)
        here = begin
        while here < end:
            while number < len(spans) and spans[number][1] <= here:
                number += 1
            start, stop = spans[number] if number < len(spans) else (end, end)
            if start >= end:
                answer.append(_cut(part, here - begin, end - begin))
                break
            if start > here and part.rule is None:
                answer.append(_cut(part, here - begin, start - begin))
                here = start
            until = min(stop, end) if part.rule is None else end
            taken = _cut(part, here - begin, until - begin)
            if masked == number:
                answer[-1].end = taken.end
            else:
                answer.append(_Part(taken.start, taken.end, f"[{rule}]".encode(), rule))
            masked, here = number, until
    return answer


def _cut(part: _Part, start: int, end: int) -> _Part:
    """A part of a part; a mask cannot be cut."""
    if part.rule is not None:
        return part
    return _Part(part.start + start, part.start + end, part.now[start:end], None)
