"""What a call cost, computed in the app: only where the price list is installed (``sonde[prices]``)."""

import importlib.util
from typing import TYPE_CHECKING

from sonde.model.facts import SpanFacts, Usage
from sonde.sdk.facts import CallFacts
from sonde.sdk.safety import failed

if TYPE_CHECKING:
    from sonde.pricing import PriceBook


class _Loaded:
    book: "PriceBook | None" = None
    tried: bool = False


def load() -> bool:
    """Read the price list: about 0.4 s and 32 MB, once. False when it is not installed."""
    if not _Loaded.tried:
        _Loaded.tried = True
        if importlib.util.find_spec("genai_prices") is not None:
            try:
                from sonde.pricing import PriceBook

                _Loaded.book = PriceBook()
            except Exception as error:  # noqa: BLE001 - without prices the app goes on, and costs are unknown
                failed("reading the price list", error)
    return _Loaded.book is not None


def put_price(call: CallFacts) -> None:
    """Fill in cost and source: what was billed, else what the list computes, else unknown."""
    if call.billed_cost_usd is not None:
        call.cost_usd, call.cost_source = call.billed_cost_usd, "billed"
        return
    if call.cache_hit:
        return
    book = _Loaded.book
    if book is None or (call.input_tokens is None and call.output_tokens is None):
        return
    cost = book.price(_statement(call), time_ns=call.start_ns)
    if cost.cost_usd is not None and cost.source == "computed":
        call.cost_usd, call.cost_source = float(cost.cost_usd), "computed"


def _statement(call: CallFacts) -> SpanFacts:
    return SpanFacts(
        trace_id=call.trace_id,
        span_id=call.span_id,
        parent_span_id="",
        start_ns=call.start_ns,
        end_ns=call.end_ns,
        scope=call.scope,
        convention="",
        operation=call.operation,
        provider=call.provider,
        request_model=call.request_model,
        response_model=call.response_model,
        service_tier=call.service_tier,
        batch=True if call.attributes.get("sonde.batch") is True else None,
        usage=Usage(
            input_tokens=call.input_tokens,
            cached_input_tokens=call.cached_input_tokens,
            cache_write_tokens=call.cache_write_tokens,
            output_tokens=call.output_tokens,
            reasoning_tokens=call.reasoning_tokens,
        ),
    )
