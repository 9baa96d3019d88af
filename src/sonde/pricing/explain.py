"""Why a cost is what it is, as JSON: one object per line of money, then one per reason.

    [{"token_class": "input", "tokens": 1000, "unit_price_usd_per_million": "2.5", "cost_usd": "0.0025"},
     {"code": "model", "reason": "price of gpt-4o, found by response_model 'gpt-4o-2024-08-06'"}]

Fees have ``count`` and ``unit_price_usd_per_thousand`` instead. Amounts are decimal text. Codes are a fixed
set, so that unpriced calls can be grouped by cause; the words may change.
"""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import msgspec

from sonde.pricing.arithmetic import Line
from sonde.pricing.card import FEE_CLASSES

CODES = frozenset(
    {
        "model",  # which entry of the book was used and which name led to it
        "billed",  # the provider's own figure was used
        "computed-differs",  # … and the book computes another
        "assumed",  # a step that is a rule, not data
        "tokens",  # what was odd about the tokens
        "tokens-estimated",
        "no-model",
        "unknown-model",
        "unknown-provider",
        "self-hosted",
        "capacity",
        "no-price",
        "unknown-tokens",
        "bad-tokens",
    }
)


class Note(NamedTuple):
    """One reason."""

    code: str
    reason: str


@lru_cache(maxsize=4096)
def _unit(price: Decimal, digits: int) -> str:
    text = f"{price.scaleb(digits):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@lru_cache(maxsize=4096)
def _note(note: Note) -> str:
    return msgspec.json.encode({"code": note.code, "reason": note.reason}).decode()


def _amount(value: Decimal) -> str:
    # Lines have 9 digits after the point, so there is a point.
    return f"{value:f}".rstrip("0").rstrip(".")


def to_json(lines: Iterable[Line], notes: Iterable[Note]) -> str:
    """The list as JSON text."""
    parts: list[str] = []
    for line in lines:
        name = line.token_class
        if name in FEE_CLASSES:
            middle = f'"count":{line.count},"unit_price_usd_per_thousand":"{_unit(line.price, 3)}"'
        else:
            middle = f'"tokens":{line.count},"unit_price_usd_per_million":"{_unit(line.price, 6)}"'
        parts.append(f'{{"token_class":"{name}",{middle},"cost_usd":"{_amount(line.amount)}"}}')
    parts.extend(_note(note) for note in notes)
    return "[" + ",".join(parts) + "]"


def prepend(explanation: str, notes: Iterable[Note]) -> str:
    """Puts reasons before an explanation made earlier."""
    head = ",".join(_note(note) for note in notes)
    return f"[{head},{explanation[1:]}" if explanation != "[]" else f"[{head}]"
