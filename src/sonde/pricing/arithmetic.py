"""Tokens of a call × prices of a card → lines of money. Exact decimals, no floats.

Rounding: each line is rounded half-even to 12 digits after the point (a picodollar; nearly every price in the
book is exact there), and every sum is a sum of lines, so parts add up to the cost to the last digit.
"""

from decimal import Decimal

from msgspec import Struct

from sonde.model.facts import Usage
from sonde.pricing.card import TierPrices

COST_DIGITS = 12
QUANTUM = Decimal(1).scaleb(-COST_DIGITS)
TOKENS_MAX = 1_000_000_000
"""More than this in one call is a broken counter: the largest context sold is a hundredth of it."""

Line = tuple[str, int, Decimal, Decimal]
"""(class, count, USD per token or piece, USD)."""


class Unpriceable(Struct, frozen=True, gc=False):
    """Why a usage cannot be priced: a code for grouping and a sentence."""

    code: str
    reason: str


class Amounts(Struct, frozen=True):
    """The lines of a priced call and what was odd about its tokens (sentences)."""

    input_lines: list[Line]
    output_lines: list[Line]
    fee_lines: list[Line]
    notes: list[str]


_FIELDS = (
    "input_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
    "reasoning_tokens",
    "audio_input_tokens",
    "audio_output_tokens",
    "cached_audio_input_tokens",
    "image_input_tokens",
    "image_output_tokens",
    "citation_tokens",
    "web_searches",
)


def check_counts(usage: Usage) -> Unpriceable | None:
    """Counts that cannot be true: negative, not whole, absurdly large."""
    for name in _FIELDS:
        count: object = getattr(usage, name)
        if count is None:
            continue
        if type(count) is not int:
            return Unpriceable("bad-tokens", f"{name} is not a whole number")
        if count < 0:
            return Unpriceable("bad-tokens", f"{name} is negative")
        if count > TOKENS_MAX:
            return Unpriceable("bad-tokens", f"{name} is over {TOKENS_MAX:,}: no call is that large")
    return None


def _line(token_class: str, count: int, price: Decimal | None) -> Line:
    assert price is not None, token_class  # a card inherits prices downward when it is made
    amount = price * count
    if amount.as_tuple().exponent < -COST_DIGITS:  # type: ignore[operator]  # prices are finite
        amount = amount.quantize(QUANTUM)
    return (token_class, count, price, amount)


def input_lines(usage: Usage, tier: TierPrices, notes: list[str]) -> list[Line] | Unpriceable:
    """Splits the input tokens into disjoint classes and prices each."""
    total = usage.input_tokens
    cached = usage.cached_input_tokens or 0
    written = usage.cache_write_tokens or 0
    written_1h = usage.cache_write_1h_tokens or 0
    if total is None:
        if cached or written or written_1h:
            return Unpriceable("unknown-tokens", "cache tokens are known but input tokens are not")
        return []
    if not total:
        if cached or written or written_1h:
            return Unpriceable("bad-tokens", "cache tokens without input tokens")
        return []
    price = tier.input
    if price is None:
        return Unpriceable("no-price", "the rate card has no price for input tokens")
    if usage.cache_write_tokens is None:
        written = written_1h
    if written_1h > written:
        return Unpriceable("bad-tokens", "cache_write_1h_tokens are more than cache_write_tokens")

    audio = usage.audio_input_tokens or 0
    audio_cached = min(usage.cached_audio_input_tokens or 0, audio, cached)
    image = usage.image_input_tokens or 0
    if tier.audio_input == price and tier.cached_audio_input == tier.cached_input:
        audio = audio_cached = 0
    if tier.image_input == price:
        image = 0
    plain = total - cached - written - (audio - audio_cached) - image
    if plain < 0:
        if cached + written <= total:
            # Some of the audio and image tokens must be among the cached ones.
            cut = min(image, -plain)
            image -= cut
            plain += cut
            cut = min(audio - audio_cached, -plain)
            audio -= cut
            plain += cut
            notes.append("audio or image tokens beyond the uncached input are taken as cached")
        elif cached <= total and written <= total:
            # Written and read in one request: the tokens pay both, and no third time as plain input.
            plain = total - max(cached, written)
            audio = audio_cached = image = 0
            notes.append("cache reads and cache writes overlap: both are paid")
        else:
            return Unpriceable(
                "bad-tokens", f"cache tokens ({max(cached, written)}) are more than input tokens ({total})"
            )

    lines: list[Line] = []
    if plain:
        lines.append(_line("input", plain, price))
    if cached:
        if audio_cached:
            lines.append(_line("cached_audio_input", audio_cached, tier.cached_audio_input))
        if cached > audio_cached:
            lines.append(_line("cached_input", cached - audio_cached, tier.cached_input))
    if written:
        if written > written_1h:
            lines.append(_line("cache_write", written - written_1h, tier.cache_write))
        if written_1h:
            lines.append(_line("cache_write_1h", written_1h, tier.cache_write_1h))
    if audio > audio_cached:
        lines.append(_line("audio_input", audio - audio_cached, tier.audio_input))
    if image:
        lines.append(_line("image_input", image, tier.image_input))
    return lines


def output_lines(usage: Usage, tier: TierPrices, notes: list[str]) -> list[Line] | Unpriceable:
    """Splits the output tokens into disjoint classes and prices each."""
    total = usage.output_tokens
    if not total:
        return []
    price = tier.output
    if price is None:
        return Unpriceable("no-price", "the rate card has no price for output tokens")
    reasoning = usage.reasoning_tokens or 0
    audio = usage.audio_output_tokens or 0
    image = usage.image_output_tokens or 0
    citation = usage.citation_tokens or 0
    if tier.audio_output == price:
        audio = 0
    if tier.image_output == price:
        image = 0
    if tier.citation == price:
        citation = 0
    plain = total - reasoning - audio - image - citation
    if plain < 0:
        if tier.reasoning == price and audio + image + citation <= total:
            # Reasoning costs what output costs here, so its share does not matter for the sum.
            if reasoning > total:
                notes.append("reasoning tokens are more than output tokens: their share is unknown")
            reasoning = 0
            plain = total - audio - image - citation
        else:
            return Unpriceable("bad-tokens", f"parts of the output are more than output tokens ({total})")
    lines: list[Line] = []
    if plain:
        lines.append(_line("output", plain, price))
    if reasoning:
        lines.append(_line("reasoning", reasoning, tier.reasoning))
    if audio:
        lines.append(_line("audio_output", audio, tier.audio_output))
    if image:
        lines.append(_line("image_output", image, tier.image_output))
    if citation:
        lines.append(_line("citation", citation, tier.citation))
    return lines


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
