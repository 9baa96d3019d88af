"""Values as text for people at a terminal. What was sent by others is made harmless first."""

from typing import Any

BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
"""Characters that turn the direction of text and can make it read as something else."""
BLOCKS = "▁▂▃▄▅▆▇█"
SMALLEST_USD = 0.000001


def safe(value: object) -> str:
    """Text without control characters: each is written as an escape."""
    text = "" if value is None else str(value)
    if text.isprintable():
        return text
    return "".join(char if is_harmless(char) else escape(char) for char in text)


def is_harmless(char: str) -> bool:
    """Whether a character may be printed as it is."""
    code = ord(char)
    return code >= 0x20 and not 0x7F <= code <= 0x9F and char not in BIDI and not 0xD800 <= code <= 0xDFFF


def escape(char: str) -> str:
    """A character in the notation of most languages."""
    names = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    code = ord(char)
    return names.get(char) or (f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}")


def short_time(text: str | None) -> str:
    """RFC 3339 without the part of the second below milliseconds."""
    return "" if text is None else text[:23].replace("T", " ")


def milliseconds(value: float | None) -> str:
    """A duration for people."""
    if value is None:
        return ""
    return f"{value / 1000:.2f} s" if value >= 1000 else f"{value:.0f} ms"


def dollars(text: str | None, state: str | None = None) -> str:
    """An amount; an unknown one is never shown as nothing, and a very small one never as free."""
    if text is None:
        return state or ""
    amount = float(text)
    if 0 < amount < SMALLEST_USD:
        return f"<${SMALLEST_USD:.6f}"
    return f"${amount:.6f}".rstrip("0").rstrip(".") if amount else "$0"


def shown(value: Any, unit: str) -> str:
    """A value in its unit; an unknown one is a dash, never 0."""
    if value is None:
        return "–"
    if unit == "usd":
        amount = float(value)
        return dollars(value) if abs(amount) < 0.1 else f"${amount:,.2f}"
    if unit == "ms":
        return milliseconds(value)
    if unit == "ratio":
        return f"{value * 100:.1f} %"
    if unit == "per_second":
        return f"{value:.3g}/s"
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.1f}"
    return short_count(int(value))


def short_count(value: int) -> str:
    """A count: 9,999, 12.3k, 4.56M."""
    for limit, suffix in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            scaled = value / (1e3 if suffix == "k" else limit)
            return f"{scaled:.3g}{suffix}" if abs(scaled) < 1000 else f"{scaled:,.0f}{suffix}"
    return f"{value:,}"


def change(value: Any, before: Any) -> str:
    """How much more or less than before; nothing when one of them is unknown or it was 0."""
    if value is None or before is None or float(before) == 0:
        return ""
    share = float(value) / float(before) - 1
    return f"{share * 100:+.0f} %" if abs(share) < 9.995 else f"×{share + 1:.0f}"


def sparkline(values: list[Any]) -> str:
    """A series as blocks, unknown as spaces."""
    known = [float(value) for value in values if value is not None]
    top = max(known, default=0.0)
    scale = len(BLOCKS) / top if top else 0
    return "".join(
        " " if value is None else BLOCKS[min(int(float(value) * scale), len(BLOCKS) - 1)] for value in values
    )
