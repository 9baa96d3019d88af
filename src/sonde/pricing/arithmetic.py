"""Tokens of a call × prices of a card → lines of money. Exact decimals, no floats.

Rounding: each line is rounded half-even to 9 digits after the point (a nanodollar, as the store keeps; exact
for prices with up to three decimals). Sums are sums of lines, so parts add up to the cost to the last digit.
"""

from decimal import Decimal

from msgspec import Struct

from sonde.model.facts import Usage
from sonde.pricing.card import TierPrices
from sonde.pricing.money import QUANTUM

TOKENS_MAX = 1_000_000_000
"""More than this in one call is a broken counter: the largest context sold is a hundredth of it."""


class Line(Struct, frozen=True, gc=False):
    """One class of tokens (or one kind of fee) of a call."""

    token_class: str
    count: int
    price: Decimal
    """USD per token or piece."""
    amount: Decimal
    """USD."""


class Unpriceable(Struct, frozen=True, gc=False):
    """Why a usage cannot be priced: a code for grouping and a sentence."""

    code: str
    reason: str


def check_counts(usage: Usage) -> Unpriceable | None:
    """Counts that cannot be true: negative, not whole, absurdly large."""
    for count in (
        usage.input_tokens,
        usage.output_tokens,
        usage.cached_input_tokens,
        usage.cache_write_tokens,
        usage.cache_write_1h_tokens,
        usage.reasoning_tokens,
        usage.audio_input_tokens,
        usage.audio_output_tokens,
        usage.cached_audio_input_tokens,
        usage.image_input_tokens,
        usage.image_output_tokens,
        usage.citation_tokens,
        usage.web_searches,
    ):
        if count is not None and (type(count) is not int or not 0 <= count <= TOKENS_MAX):
            return _bad_count(usage)
    return None


def _bad_count(usage: Usage) -> Unpriceable:
    for name in usage.__struct_fields__:
        count: object = getattr(usage, name)
        if count is None or name == "estimated":
            continue
        if type(count) is not int:
            return Unpriceable("bad-tokens", f"{name} is not a whole number")
        if count < 0:
            return Unpriceable("bad-tokens", f"{name} is negative")
        if count > TOKENS_MAX:
            return Unpriceable("bad-tokens", f"{name} is over {TOKENS_MAX:,}: no call is that large")
    raise AssertionError("called for a usage without a bad count")


def input_lines(usage: Usage, tier: TierPrices, notes: list[str]) -> list[Line] | Unpriceable:
    """Prices the input tokens. Adds to ``notes`` what was odd about them."""
    total = usage.input_tokens
    if not total:
        if usage.cached_input_tokens or usage.cache_write_tokens or usage.cache_write_1h_tokens:
            return Unpriceable("bad-tokens", "cache tokens are known but input tokens are not")
        return []
    if tier.input is None:
        return Unpriceable("no-price", "the rate card has no price for input tokens")
    split = _split_input(usage, total, tier, notes)
    return split if isinstance(split, Unpriceable) else _lines(split, tier)


def output_lines(usage: Usage, tier: TierPrices, notes: list[str]) -> list[Line] | Unpriceable:
    """Prices the output tokens. Adds to ``notes`` what was odd about them."""
    total = usage.output_tokens
    if not total:
        return []
    if tier.output is None:
        return Unpriceable("no-price", "the rate card has no price for output tokens")
    split = _split_output(usage, total, tier, notes)
    return split if isinstance(split, Unpriceable) else _lines(split, tier)


def fee_lines(usage: Usage, tier: TierPrices, notes: list[str]) -> list[Line]:
    """Fees by the piece: one request, the searches."""
    lines: list[Line] = []
    if tier.request is not None:
        lines.append(_line("request", 1, tier.request))
    if usage.web_searches:
        if tier.web_search is None:
            notes.append(f"{usage.web_searches} web searches: the book has no fee for them, so it is missing")
        else:
            lines.append(_line("web_search", usage.web_searches, tier.web_search))
    return lines


Split = tuple[tuple[str, int], ...]
"""(class, count), disjoint; counts may be 0."""


def _lines(split: Split, tier: TierPrices) -> list[Line]:
    return [_line(name, count, getattr(tier, name)) for name, count in split if count]


def _line(token_class: str, count: int, price: Decimal | None) -> Line:
    assert price is not None, token_class  # a card inherits prices downward when it is made
    return Line(token_class, count, price, (price * count).quantize(QUANTUM))


def _split_input(usage: Usage, total: int, tier: TierPrices, notes: list[str]) -> Split | Unpriceable:
    cached = usage.cached_input_tokens or 0
    written_1h = usage.cache_write_1h_tokens or 0
    written = written_1h if usage.cache_write_tokens is None else usage.cache_write_tokens
    if written_1h > written:
        return Unpriceable("bad-tokens", "cache_write_1h_tokens are more than cache_write_tokens")
    audio = usage.audio_input_tokens or 0
    audio_cached = min(usage.cached_audio_input_tokens or 0, audio, cached)
    image = usage.image_input_tokens or 0
    if tier.audio_input == tier.input and tier.cached_audio_input == tier.cached_input:
        audio = audio_cached = 0
    if tier.image_input == tier.input:
        image = 0
    audio -= audio_cached
    plain = total - cached - written - audio - image
    if plain < 0:
        if cached > total or written > total:
            reason = f"cache tokens ({max(cached, written)}) are more than input tokens ({total})"
            return Unpriceable("bad-tokens", reason)
        if cached + written > total:
            # Written and read in one request: the tokens pay both, and no third time as plain input.
            plain = total - max(cached, written)
            audio = audio_cached = image = 0
            notes.append("cache reads and cache writes overlap: both are paid")
        else:
            # Some of the audio and image tokens must be among the cached ones.
            cut = min(image, -plain)
            image -= cut
            audio -= -plain - cut
            plain = 0
            if audio < 0:
                return Unpriceable("bad-tokens", f"parts of the input are more than input tokens ({total})")
            notes.append("audio or image tokens beyond the uncached input are taken as cached")
    return (
        ("input", plain),
        ("cached_input", cached - audio_cached),
        ("cached_audio_input", audio_cached),
        ("cache_write", written - written_1h),
        ("cache_write_1h", written_1h),
        ("audio_input", audio),
        ("image_input", image),
    )


def _split_output(usage: Usage, total: int, tier: TierPrices, notes: list[str]) -> Split | Unpriceable:
    reasoning = usage.reasoning_tokens or 0
    audio = (usage.audio_output_tokens or 0) if tier.audio_output != tier.output else 0
    image = (usage.image_output_tokens or 0) if tier.image_output != tier.output else 0
    citation = (usage.citation_tokens or 0) if tier.citation != tier.output else 0
    plain = total - reasoning - audio - image - citation
    if plain < 0 and reasoning and tier.reasoning == tier.output:
        # Reasoning costs what output costs here, so the sum does not need its share.
        notes.append("reasoning tokens and the other parts exceed the output: their share is unknown")
        plain += reasoning
        reasoning = 0
    if plain < 0:
        return Unpriceable("bad-tokens", f"parts of the output are more than output tokens ({total})")
    return (
        ("output", plain),
        ("reasoning", reasoning),
        ("audio_output", audio),
        ("image_output", image),
        ("citation", citation),
    )
