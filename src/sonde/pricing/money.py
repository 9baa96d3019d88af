"""Reads an amount of money somebody sent."""

import re
from decimal import Decimal

AMOUNT_USD_MAX = 1_000_000
"""A single call that costs more is a broken number (the dearest ever billed is a few hundred dollars)."""

_NUMBER = re.compile(r"[+]?\d{1,12}(?:\.\d{0,40})?(?:[eE][+-]?\d{1,3})?\Z", re.ASCII)
_QUANTUM = Decimal("1e-12")


def read_amount(text: str | None) -> Decimal | None:
    """The amount in USD, rounded to 12 digits; None for anything that is not a finite number ≥ 0."""
    if text is None or len(text) > 64 or not _NUMBER.match(text):
        return None
    amount = Decimal(text)
    if amount > AMOUNT_USD_MAX:
        return None
    if amount and amount < _QUANTUM / 2:
        return None
    return amount.quantize(_QUANTUM).normalize() + 0 if amount else Decimal(0)
