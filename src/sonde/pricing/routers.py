"""OpenRouter passes the makers' list prices on, so the maker's own entry is the better one.

The library's OpenRouter entries are thinner than the makers' (no history before the day they were read, no
audio and search prices, cached reads missing or stale). Where both agree on today's input and output price,
the pass-through is shown, and the maker's card is used for every date; a class that only the router's entry
prices is kept. On the billed cases this was right wherever the router's entry was, and right in three more
(docs/cost-truth.md).
"""

from msgspec import structs

from sonde.pricing.card import RateCard
from sonde.pricing.library import Found, Library
from sonde.pricing.names import MAKERS
from sonde.pricing.timeline import Timeline

ROUTER = "openrouter"
_FAR_FUTURE_NS = 4_102_444_800 * 1_000_000_000
"""2100-01-01."""


def list_price_cards(library: Library, found: Found, cards: list[RateCard]) -> list[RateCard]:
    """The maker's cards under the router's name, or ``cards`` unchanged when the prices do not agree."""
    vendor, slash, name = found.model.id.partition("/")
    if not slash or vendor not in MAKERS:
        return cards
    maker = library.find(vendor, name)
    if maker is None:
        return cards
    makers_cards = library.cards(maker)
    newest = Timeline(cards).at(_FAR_FUTURE_NS)
    twin = Timeline(makers_cards).at(newest.valid_from_ns or _FAR_FUTURE_NS)
    ours, theirs = newest.tiers[0], twin.tiers[0]
    agree = not newest.free and not twin.free and ours.input is not None
    if not agree or (ours.input, ours.output) != (theirs.input, theirs.output):
        return cards
    return [_renamed(card, newest) for card in makers_cards]


def _renamed(card: RateCard, router: RateCard) -> RateCard:
    """A maker's card as the router's, with the router's price of cache writes where the maker has none."""
    own_write = router.tiers[0].cache_write
    tiers = tuple(
        structs.replace(tier, cache_write=own_write, cache_write_1h=own_write)
        if tier.cache_write == tier.input and own_write != router.tiers[0].input
        else tier
        for tier in card.tiers
    )
    return structs.replace(
        card,
        provider=router.provider,
        model=router.model,
        tiers=tiers,
        label=f"{router.provider}/{router.model} = {card.label}",
        note=f"OpenRouter passes on the list price of {card.provider}/{card.model}",
    )
