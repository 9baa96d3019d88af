"""The library's prices of a model → rate cards, one for each piece of time in which no price changes."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from sonde.pricing.card import TOKEN_CLASSES, RateCard, TierPrices
from sonde.pricing.timeline import DAY_S, SECOND_NS

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo

_TOKEN_KEYS = {
    "input_mtok": "input",
    "cache_read_mtok": "cached_input",
    "cache_write_mtok": "cache_write",
    "cache_write_1h_mtok": "cache_write_1h",
    "input_audio_mtok": "audio_input",
    "cache_audio_read_mtok": "cached_audio_input",
    "input_image_mtok": "image_input",
    "output_mtok": "output",
    "output_reasoning_mtok": "reasoning",
    "output_audio_mtok": "audio_output",
    "output_image_mtok": "image_output",
    "output_citation_mtok": "citation",
}
_FEE_KEYS = {"web_searches_kcount": "web_search", "requests_kcount": "request"}
_OTHER_UNITS = {
    "audio_hours": "hours of audio",
    "input_audio_hours": "hours of audio",
    "output_audio_hours": "hours of audio",
    "input_mchars": "characters",
    "input_text_messages_kcount": "messages",
    "input_document_kpages": "pages",
    "input_annotated_document_kpages": "pages",
    "input_gpixels": "pixels",
    "rerank_searches_kcount": "searches",
}
_FREE_WORDS = ("free of charge", "are free")


FREE_TIER = TierPrices(above_input_tokens=-1, **dict.fromkeys(TOKEN_CLASSES, Decimal(0)))


class Interval(Struct, frozen=True, gc=False):
    """A span of validity of one price: dates (nanoseconds, end exclusive) and seconds of the UTC day."""

    valid_from_ns: int | None
    valid_to_ns: int | None
    day_from_s: int
    day_to_s: int


def intervals(model: "ModelInfo") -> Iterator[Interval]:
    """Cuts time where any price of the model changes: at start dates, and at times of the day."""
    from genai_prices.types import StartDateConstraint, TimeOfDateConstraint

    days: set[int] = set()
    seconds: set[int] = {0, DAY_S}
    conditional = model.prices if isinstance(model.prices, list) else []
    for price in [*conditional, *(model.price_variants or ())]:
        if isinstance(price.constraint, StartDateConstraint):
            days.add(_date_ns(price.constraint.start_date))
        elif isinstance(price.constraint, TimeOfDateConstraint):
            seconds.add(_second_of_day(price.constraint.start_time))
            seconds.add(_second_of_day(price.constraint.end_time))
    day_bounds: list[int | None] = [None, *sorted(days), None]
    second_bounds = sorted(seconds)
    for first, last in pairwise(day_bounds):
        for start, end in pairwise(second_bounds):
            yield Interval(first, last, start, end)


def _date_ns(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * SECOND_NS


def _second_of_day(at: time) -> int:
    if at.tzinfo is not None:
        at = datetime.combine(date(1970, 1, 1), at).astimezone(UTC).timetz()
    return at.hour * 3600 + at.minute * 60 + at.second


def instant(interval: Interval) -> datetime:
    """An instant inside an interval. Nothing in the book is older than 2000."""
    if interval.valid_from_ns is not None:
        midnight = interval.valid_from_ns // SECOND_NS
    else:
        midnight = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())
    return datetime.fromtimestamp(midnight + interval.day_from_s, UTC)


def make_card(
    provider_id: str,
    model: "ModelInfo",
    interval: Interval,
    variant: str,
    prices: dict[str, Any],
    version: str,
) -> RateCard:
    """Turns the library's prices of one instant into a card."""
    per_class: dict[str, Any] = {}
    thresholds: set[int] = set()
    other_units: list[str] = []
    for key, price in prices.items():
        if price is None or key.startswith("_"):
            continue
        if key in _TOKEN_KEYS:
            per_class[_TOKEN_KEYS[key]] = price
            thresholds.update(tier.start for tier in getattr(price, "tiers", ()))
        elif key in _FEE_KEYS:
            per_class[_FEE_KEYS[key]] = price
        elif key in _OTHER_UNITS:
            other_units.append(_OTHER_UNITS[key])
    tiers = tuple(_tier(per_class, above) for above in (-1, *sorted(thresholds)))
    free = _is_free(model, per_class, other_units)
    if free:
        tiers = (FREE_TIER,)
    reason = ""
    if not free and not any(name in _TOKEN_KEYS.values() for name in per_class):
        units = " and ".join(dict.fromkeys(other_units))
        reason = f"the book prices this model by {units}" if units else "the book lists it without a price"
    start = interval.valid_from_ns
    since = "start" if start is None else datetime.fromtimestamp(start // SECOND_NS, UTC).date().isoformat()
    hours = "" if interval.day_to_s - interval.day_from_s == DAY_S else f"T{_clock(interval.day_from_s)}"
    label = f"{provider_id}/{model.id}{'+' + variant if variant else ''}@{since}{hours} ({version})"
    return RateCard(
        provider=provider_id,
        model=model.id,
        variant=variant,
        valid_from_ns=interval.valid_from_ns,
        valid_to_ns=interval.valid_to_ns,
        day_from_s=interval.day_from_s,
        day_to_s=interval.day_to_s,
        tiers=tiers,
        label=label,
        free=free,
        unpriced_reason=reason,
    )


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}Z"


_PARENTS = (
    ("cached_input", "input"),
    ("cache_write", "input"),
    ("cache_write_1h", "cache_write"),
    ("audio_input", "input"),
    ("image_input", "input"),
    ("reasoning", "output"),
    ("audio_output", "output"),
    ("image_output", "output"),
    ("citation", "output"),
)


def _tier(per_class: dict[str, Any], above: int) -> TierPrices:
    """The prices of one context tier, per token, with prices inherited from the parent class."""
    prices: dict[str, Decimal] = {}
    for name, price in per_class.items():
        prices[name] = _price_above(price, above).scaleb(-3 if name in _FEE_KEYS.values() else -6)
    return TierPrices(above_input_tokens=above, **inherit(prices))


def inherit(prices: dict[str, Decimal]) -> dict[str, Decimal]:
    """Gives each class without a price its parent's, as providers do (and the library)."""
    prices = dict(prices)
    if "cached_audio_input" not in prices:
        parent = next((name for name in ("cached_input", "audio_input", "input") if name in prices), None)
        if parent is not None:
            prices["cached_audio_input"] = prices[parent]
    for name, parent in _PARENTS:
        if name not in prices and parent in prices:
            prices[name] = prices[parent]
    return prices


def _price_above(price: Any, above: int) -> Decimal:
    if isinstance(price, Decimal):
        return price
    chosen: Decimal = price.base
    for tier in price.tiers:
        if above >= tier.start:
            chosen = tier.price
    return chosen


def _is_free(model: "ModelInfo", per_class: dict[str, Any], other_units: list[str]) -> bool:
    """Whether the book says "no charge": not the same as having no price listed."""
    if other_units:
        return False
    if per_class:
        return all(price == 0 for price in per_class.values())
    words = f"{model.name or ''} {model.description or ''} {model.price_comments or ''}".lower()
    return model.id.endswith(":free") or "(free)" in words or any(word in words for word in _FREE_WORDS)
