"""Usage → money: rate cards from the `genai-prices` package, and the price of a call. Pure."""

from sonde.pricing.billed import billed_cost
from sonde.pricing.book import PriceBook
from sonde.pricing.card import RateCard, RateRow, TierPrices, rows_of
from sonde.pricing.own import OwnPrice

__all__ = ["OwnPrice", "PriceBook", "RateCard", "RateRow", "TierPrices", "billed_cost", "rows_of"]
