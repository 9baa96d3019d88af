"""A rate card: what one provider charges for one model, in one span of time and one service tier.

Cards are data. Everything about a price is resolved when a card is made (inheritance between token classes,
context tiers, dates), so pricing a call is a few multiplications and the same card can be written out as rows
and joined in SQL.
"""

from decimal import Decimal

from msgspec import Struct

TOKEN_CLASSES = (
    "input",
    "cached_input",
    "cache_write",
    "cache_write_1h",
    "audio_input",
    "cached_audio_input",
    "image_input",
    "output",
    "reasoning",
    "audio_output",
    "image_output",
    "citation",
)
"""Disjoint classes: a token is in exactly one ("input" is input that is nothing more special)."""

FEE_CLASSES = ("web_search", "request")
"""Priced by the piece, beside the tokens."""


class TierPrices(Struct, frozen=True, gc=False):
    """Prices above one context size, in USD **per token** (per piece for fees). None = the book has none.

    A class without a price of its own has its parent's (cached input without one costs what input costs).
    """

    above_input_tokens: int
    """The tier holds for calls with more input tokens than this; -1 for the base tier. The whole call pays
    the tier's price, not only the tokens above (the rule of every provider in the book)."""
    input: Decimal | None = None
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None
    cache_write_1h: Decimal | None = None
    audio_input: Decimal | None = None
    cached_audio_input: Decimal | None = None
    image_input: Decimal | None = None
    output: Decimal | None = None
    reasoning: Decimal | None = None
    audio_output: Decimal | None = None
    image_output: Decimal | None = None
    citation: Decimal | None = None
    web_search: Decimal | None = None
    request: Decimal | None = None


class RateCard(Struct, frozen=True):
    """One card. ``tiers`` are sorted, the base tier first."""

    provider: str
    model: str
    variant: str
    """"" for the standard price, else "batch", "flex", "priority", "fast"."""
    valid_from_ns: int | None
    valid_to_ns: int | None
    """Exclusive."""
    day_from_s: int
    day_to_s: int
    """Seconds of the UTC day the card holds in: 0 and 86,400 unless the price has a time of day."""
    tiers: tuple[TierPrices, ...]
    label: str
    """"provider/model[+variant]@valid-from (book version)", stored with each call."""
    free: bool = False
    """The book says that this costs nothing."""
    unpriced_reason: str = ""
    """Set when the book knows the model but has no price for tokens (billed by the hour, the page …)."""
    note: str = ""
    """What was assumed to make the card, in words."""

    def tier(self, input_tokens: int) -> TierPrices:
        """The prices for a call with so many input tokens."""
        tiers = self.tiers
        if len(tiers) == 1:
            return tiers[0]
        for tier in reversed(tiers):
            if input_tokens > tier.above_input_tokens:
                return tier
        return tiers[0]


class RateRow(Struct, frozen=True, gc=False):
    """One price as a flat row, for SQL. Prices are USD per million tokens, per thousand pieces for fees."""

    provider: str
    model: str
    variant: str
    token_class: str
    above_input_tokens: int
    up_to_input_tokens: int | None
    """Inclusive; None for no upper bound."""
    valid_from_ns: int | None
    valid_to_ns: int | None
    day_from_s: int
    day_to_s: int
    unit_price_usd: Decimal
    per: int
    """1,000,000 for tokens, 1,000 for pieces."""


def rows_of(card: RateCard) -> list[RateRow]:
    """A card as rows: one for each class that has a price, in each context tier."""
    rows: list[RateRow] = []
    for index, tier in enumerate(card.tiers):
        upper = card.tiers[index + 1].above_input_tokens if index + 1 < len(card.tiers) else None
        for token_class in TOKEN_CLASSES + FEE_CLASSES:
            price: Decimal | None = getattr(tier, token_class)
            if price is None:
                continue
            per = 1_000_000 if token_class in TOKEN_CLASSES else 1_000
            rows.append(
                RateRow(
                    provider=card.provider,
                    model=card.model,
                    variant=card.variant,
                    token_class=token_class,
                    above_input_tokens=tier.above_input_tokens,
                    up_to_input_tokens=upper,
                    valid_from_ns=card.valid_from_ns,
                    valid_to_ns=card.valid_to_ns,
                    day_from_s=card.day_from_s,
                    day_to_s=card.day_to_s,
                    unit_price_usd=price * per,
                    per=per,
                )
            )
    return rows
