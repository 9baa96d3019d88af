"""Amounts of money: their smallest unit, and how an amount somebody sent is read."""

import re
from decimal import Decimal

COST_DIGITS = 9
QUANTUM = Decimal("1e-9")
"""One nanodollar: the last digit that is kept."""
AMOUNT_USD_MAX = 1_000_000
"""A single call that costs more is a broken number (the dearest ever billed is a few hundred dollars)."""


_NUMBER = re.compile(r"[+]?\d{1,12}(?:\.\d{0,40})?(?:[eE][+-]?\d{1,3})?\Z", re.ASCII)


def read_amount(text: str | None) -> Decimal | None:
    """The amount in USD, rounded to 9 digits; None for anything that is not a finite number ≥ 0.

    What is more than nothing stays more than nothing: it is never rounded to 0.
    """
    if text is None or len(text) > 64 or not _NUMBER.match(text):
        return None
    amount = Decimal(text)
    if amount > AMOUNT_USD_MAX:
        return None
    return max(amount.quantize(QUANTUM), QUANTUM) if amount else Decimal(0)
