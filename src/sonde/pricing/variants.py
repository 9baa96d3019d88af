"""Service tiers: which of a model's prices a call pays, and the rules used where the library has none.

Rules (each noted on the card it makes, so a cost made by rule can be told from one made by data):
- *Batch is half price.* OpenAI, Azure OpenAI, Anthropic, Amazon Bedrock, Google, Mistral and Groq publish
  "50 % of the standard price" for their batch APIs. Used where the library has no batch price of the model,
  or none yet at the date of the call. Google keeps context caching at the standard price.
- *No rule for flex and priority*: without a price in the library the standard price is used and said so.
"""

from decimal import Decimal

from msgspec import Struct, structs

from sonde.pricing.card import RateCard, TierPrices

BATCH_HALF_PRICE = frozenset({"openai", "azure", "anthropic", "aws", "google", "mistral", "groq"})

_STANDARD = frozenset(
    {"", "default", "standard", "standard_only", "auto", "on_demand", "on-demand", "ondemand", "normal"}
)
_TIERS = {
    "flex": "flex",
    "on_demand_flex": "flex",
    "priority": "priority",
    "on_demand_priority": "priority",
    "fast": "fast",
    "batch": "batch",
}
_CAPACITY = frozenset({"provisioned_throughput", "provisioned", "reserved", "scale"})
"""Capacity bought by the hour: a token has no price of its own."""

_HALF = Decimal("0.5")


class Variant(Struct, frozen=True):
    """What a call's service tier means for its price."""

    name: str = ""
    """"" (standard), batch, flex, priority, fast, or "capacity"."""
    note: str = ""


STANDARD = Variant()
CAPACITY = "capacity"


def variant_of(service_tier: str | None, batch: bool | None) -> Variant:
    """Reads a call's service tier and batch flag."""
    if batch:
        return Variant("batch")
    word = (service_tier or "").strip().lower()
    if word in _STANDARD:
        return STANDARD
    if word in _TIERS:
        return Variant(_TIERS[word])
    if word in _CAPACITY:
        return Variant(CAPACITY)
    return Variant("", f"service tier {word[:40]!r} is not known: standard price used")


def context_of(variant: str, provider_id: str) -> dict[str, str]:
    """The library's request context of a variant."""
    if variant == "batch":
        return {"processing": "batch"}
    if variant == "fast" and provider_id == "anthropic":
        return {"speed": "fast"}
    return {"service_tier": variant}


def half_price(card: RateCard, variant: str, version: str) -> RateCard:
    """The batch card made by rule from a standard card."""
    tiers = tuple(_halved(tier, keep_cached=card.provider == "google") for tier in card.tiers)
    return structs.replace(
        card,
        variant=variant,
        tiers=tiers,
        label=card.label.replace(f" ({version})", f"+{variant}-rule ({version})"),
        note="batch price by the provider's published rule: half the standard price of tokens",
    )


def without_variant(card: RateCard, variant: str) -> RateCard:
    """The standard card, marked as used for want of the variant's own price."""
    return structs.replace(card, note=f"the book has no {variant} price at that time: standard price used")


def _halved(tier: TierPrices, *, keep_cached: bool) -> TierPrices:
    kept = {"above_input_tokens", "web_search", "request"}
    if keep_cached:
        kept |= {"cached_input", "cached_audio_input"}
    prices: dict[str, Decimal] = {}
    for name in tier.__struct_fields__:
        price = getattr(tier, name)
        if name not in kept and price is not None:
            prices[name] = price * _HALF
    return structs.replace(tier, **prices)
