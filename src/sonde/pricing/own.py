"""Prices of one's own: negotiated rates, self-hosted models, models newer than the library."""

from decimal import Decimal

from msgspec import Struct, field

from sonde.model.errors import BadInput
from sonde.pricing.card import FEE_CLASSES, TOKEN_CLASSES, RateCard, TierPrices
from sonde.pricing.conversion import FREE_TIER, inherit
from sonde.pricing.timeline import DAY_S


class OwnPrice(Struct, frozen=True):
    """One price set by the user. It wins over the library for calls that match it."""

    provider: str
    """As calls say it, lower case; "*" for any."""
    model: str
    """The whole name, lower case; a trailing "*" takes every name that begins so."""
    prices: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
    """Token class → USD per million tokens (fees: per thousand). Classes without a price have their parent's.
    All zero means free."""
    valid_from_ns: int | None = None
    valid_to_ns: int | None = None

    def check(self) -> None:
        """Raises BadInput when it is not a price."""
        if not self.prices:
            raise BadInput(f"the price of {self.model!r} has no token class")
        for name, price in self.prices.items():
            if name not in TOKEN_CLASSES and name not in FEE_CLASSES:
                known = ", ".join(TOKEN_CLASSES + FEE_CLASSES)
                raise BadInput(f"{name!r} is not a token class", hint=f"one of {known}")
            if not price.is_finite() or price < 0 or price > 1_000_000:
                raise BadInput(f"the price of {name!r} must be from 0 to 1,000,000 USD per million tokens")
        if "*" in self.model[:-1] or not self.model:
            raise BadInput("a model pattern may have one '*', at its end")

    def matches(self, provider: str, model: str) -> bool:
        """Whether a call with these lower-case names pays this price."""
        if self.provider not in ("*", provider):
            return False
        if self.model.endswith("*"):
            return model.startswith(self.model[:-1])
        return model == self.model

    def card(self, number: int) -> RateCard:
        """The price as a rate card; ``number`` is its place in the book's own prices."""
        per_token = {
            name: price.scaleb(-3 if name in FEE_CLASSES else -6) for name, price in self.prices.items()
        }
        free = all(price == 0 for price in self.prices.values())
        return RateCard(
            provider=self.provider,
            model=self.model,
            variant="",
            valid_from_ns=self.valid_from_ns,
            valid_to_ns=self.valid_to_ns,
            day_from_s=0,
            day_to_s=DAY_S,
            tiers=(FREE_TIER if free else TierPrices(above_input_tokens=-1, **inherit(per_token)),),
            label=f"{self.provider}/{self.model} (own price {number})",
            free=free,
        )
