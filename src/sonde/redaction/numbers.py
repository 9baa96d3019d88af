"""Payment cards and bank accounts."""

from sonde.redaction.checks import iban_length, is_card, is_iban
from sonde.redaction.engine import Pattern, Span
from sonde.redaction.neighbours import ALPHANUMERIC, DIGITS, after, before

_CARD_FORMS = {4: ([4, 4, 4, 4], [4, 6, 5], [4, 6, 4], [4, 4, 4, 4, 3]), 6: ([6, 13],)}
"""How card numbers are written in groups, by the size of the first."""


def _card(text: bytes, start: int, end: int) -> list[Span]:
    """Looks at a run of digits and single blanks or dashes: it may hold several cards and other numbers."""
    if before(text, start) in ALPHANUMERIC or before(text, start) in b"._+#":
        return []
    if after(text, end) in ALPHANUMERIC or (after(text, end) in b"._" and after(text, end + 1) in DIGITS):
        return []
    groups: list[Span] = []
    at = start
    for position in range(start, end + 1):
        if position == end or text[position] in b" -":
            groups.append((at, position))
            at = position + 1
    sizes = [stop - first for first, stop in groups]
    found: list[Span] = []
    index = 0
    while index < len(groups):
        taken = _card_groups(text, groups, sizes, index)
        if taken:
            found.append((groups[index][0], groups[index + taken - 1][1]))
        index += taken or 1
    return found


def _card_groups(text: bytes, groups: list[Span], sizes: list[int], index: int) -> int:
    """How many groups from ``index`` on are one card; 0 for none."""
    first, last = groups[index]
    if 14 <= last - first <= 19:
        return int(is_card(text[first:last].decode("ascii")))
    for form in _CARD_FORMS.get(sizes[index], ()):
        if sizes[index : index + len(form)] != form:
            continue
        these = groups[index : index + len(form)]
        separators = {text[stop] for _, stop in these[:-1]}
        digits = b"".join(text[start:stop] for start, stop in these)
        if len(separators) == 1 and is_card(digits.decode("ascii")):
            return len(form)
    return 0


CARD = (Pattern(rb"[0-9]{4}(?:[ -]?[0-9]){9,}"), _card)


def _iban(text: bytes, start: int, end: int) -> list[Span]:
    if before(text, start) in ALPHANUMERIC:
        return []
    length = iban_length(text[start : start + 2].decode("latin-1"))
    if length is None:
        return []
    kept = bytearray()
    for at in range(start, end):
        if text[at] != 0x20:
            kept.append(text[at])
        if len(kept) == length:
            whole = after(text, at + 1) not in ALPHANUMERIC
            return [(start, at + 1)] if whole and is_iban(kept.decode("ascii")) else []
    return []


IBAN = (Pattern(rb"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}"), _iban)
