"""The provider's own figure, when a raw usage block carries one.

- OpenRouter: ``usage.cost``, USD charged to the account. With the user's own key (``is_byok``) that is the
  router's fee alone, so ``usage.cost_details.upstream_inference_cost`` (what the provider charges) is added.
- xAI: ``usage.cost_in_usd_ticks``, 1e-10 USD.
- Perplexity: ``usage.cost.total_cost``, USD, request and search fees included.

A figure of 0 is returned only where the block itself proves that it is meant (OpenRouter says who pays); a
lone 0 could as well mean "not known" and is no figure.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from sonde.pricing.money import read_amount

_TICKS_DIGITS = 10


def billed_cost(usage: Mapping[str, Any]) -> Decimal | None:
    """USD billed according to a raw usage block (or a response that holds one under "usage"), or None.

    Never raises: anything that is not a finite amount ≥ 0 is no figure. Pass ``str(…)`` of the result as
    ``SpanFacts.billed_cost_usd``.
    """
    inner = usage.get("usage")
    if isinstance(inner, Mapping):
        usage = {**usage, **cast("Mapping[str, Any]", inner)}
    ticks = _first(usage, "cost_in_usd_ticks", "costInUsdTicks")
    if ticks is not None:
        amount = _number(ticks)
        return _positive(read_amount(str(amount.scaleb(-_TICKS_DIGITS))) if amount is not None else None)
    cost: object = usage.get("cost")
    if isinstance(cost, Mapping):
        fields = cast("Mapping[str, Any]", cost)
        return _positive(_amount(_first(fields, "total_cost", "totalCost", "total")))
    details: object = _first(usage, "cost_details", "costDetails")
    upstream: Decimal | None = None
    if isinstance(details, Mapping):
        fields = cast("Mapping[str, Any]", details)
        upstream = _amount(_first(fields, "upstream_inference_cost", "upstreamInferenceCost"))
    own_key: object = _first(usage, "is_byok", "isByok")
    amount = _amount(cost)
    if own_key is True:
        # Without the provider's part the fee alone would be far too small a figure.
        return None if upstream is None else upstream + (amount or Decimal(0))
    if amount is None:
        return None
    if amount == 0:
        # OpenRouter says "is_byok": false beside the cost of a free model; elsewhere a lone 0 proves nothing.
        return upstream or (amount if own_key is False else None)
    return amount


def _first(fields: Mapping[str, Any], *names: str) -> object:
    for name in names:
        value: object = fields.get(name)
        if value is not None:
            return value
    return None


def _number(value: object) -> Decimal | None:
    """A JSON number, or text that is one. Floats keep their shortest decimal form."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    text = repr(value) if isinstance(value, float) else str(value)
    if len(text) > 64:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _amount(value: object) -> Decimal | None:
    number = _number(value)
    return None if number is None else read_amount(str(number))


def _positive(amount: Decimal | None) -> Decimal | None:
    return amount or None
