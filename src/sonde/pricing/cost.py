"""Usage × card → `Cost`: the sums, the parts and the explanation."""

from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct

from sonde.model.facts import Usage
from sonde.model.rows import Cost
from sonde.pricing import explain
from sonde.pricing.arithmetic import Line, Unpriceable, check_counts, fee_lines, input_lines, output_lines
from sonde.pricing.card import RateCard

_NO_OUTPUT_OPERATIONS = ("embeddings", "rerank")
_CACHED = ("cached_input", "cached_audio_input")
_WRITTEN = ("cache_write", "cache_write_1h")
_REASONING = ("reasoning",)
_ZERO = Decimal(0)


class Amounts(Struct, frozen=True):
    """The lines of a priced call and what was odd about its tokens (sentences)."""

    input_lines: list[Line]
    output_lines: list[Line]
    fee_lines: list[Line]
    notes: list[str]


def amounts_of(usage: Usage, card: RateCard, operation: str) -> Amounts | Unpriceable:
    """The lines of a call, or why there are none."""
    bad = check_counts(usage)
    if bad is not None:
        return bad
    if not (usage.input_tokens or usage.output_tokens or usage.web_searches):
        if usage.known:
            return Unpriceable("unknown-tokens", "0 tokens reported: no call has none")
        return Unpriceable("unknown-tokens", "the call does not say its tokens")
    notes: list[str] = []
    tier = card.tier(usage.input_tokens or 0)
    inputs = input_lines(usage, tier, notes)
    if isinstance(inputs, Unpriceable):
        return inputs
    if tier.output is None and usage.output_tokens and operation in _NO_OUTPUT_OPERATIONS and inputs:
        notes.append("output tokens of an embedding are not billed")
        outputs: list[Line] | Unpriceable = []
    else:
        outputs = output_lines(usage, tier, notes)
    if isinstance(outputs, Unpriceable):
        return outputs
    if not usage.input_tokens:
        notes.append("input tokens are unknown: the cost is a lower bound")
    if usage.output_tokens is None and operation not in _NO_OUTPUT_OPERATIONS:
        notes.append("output tokens are unknown: the cost is a lower bound")
    return Amounts(inputs, outputs, fee_lines(usage, tier, notes), notes)


def cost_of(
    usage: Usage, amounts: Amounts, card: RateCard, claimed: Decimal | None, notes: list[explain.Note]
) -> Cost:
    """The cost made of lines. Its parts add up exactly; a part whose tokens are unknown is None."""
    input_cost = cached = written = _ZERO
    for line in amounts.input_lines:
        input_cost += line.amount
        if line.token_class in _CACHED:
            cached += line.amount
        elif line.token_class in _WRITTEN:
            written += line.amount
    output_cost = reasoning = _ZERO
    for line in amounts.output_lines:
        output_cost += line.amount
        if line.token_class in _REASONING:
            reasoning = line.amount
    total = input_cost + output_cost
    fees: Decimal | None = None
    for line in amounts.fee_lines:
        fees = (fees or _ZERO) + line.amount
        total += line.amount
    # A reasoning count without a line of its own was not believed.
    reasoning_known = usage.reasoning_tokens is not None and (not usage.reasoning_tokens or reasoning)
    writes_known = usage.cache_write_tokens is not None or usage.cache_write_1h_tokens is not None
    return Cost(
        state="free" if card.free else "priced",
        source="computed",
        cost_usd=total,
        input_cost_usd=input_cost if usage.input_tokens is not None else None,
        output_cost_usd=output_cost if usage.output_tokens is not None else None,
        cached_input_cost_usd=cached if usage.cached_input_tokens is not None else None,
        cache_write_cost_usd=written if writes_known else None,
        reasoning_cost_usd=reasoning if reasoning_known else None,
        fees_usd=fees,
        claimed_cost_usd=claimed,
        rate_card=card.label,
        explanation_json=explain.to_json(
            [*amounts.input_lines, *amounts.output_lines, *amounts.fee_lines], notes
        ),
    )


def unpriced(claimed: Decimal | None, notes: Iterable[explain.Note]) -> Cost:
    """A cost that nobody knows, with the reasons."""
    return Cost(
        state="unpriced",
        source="none",
        claimed_cost_usd=claimed,
        explanation_json=explain.to_json((), notes),
    )
