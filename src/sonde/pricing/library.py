"""Reads the `genai-prices` package: which of its models a name is, and its prices as rate cards.

The only file that knows the library. Its data is plain Python objects inside the package; nothing is fetched.
The library is imported on first use: it brings pydantic and an HTTP client with it.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from sonde.pricing.card import TOKEN_CLASSES, RateCard, TierPrices
from sonde.pricing.names import understood

if TYPE_CHECKING:
    from genai_prices.types import MatchLogic, ModelInfo, Provider

DAY_S = 86_400
SECOND_NS = 1_000_000_000

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


class Timeline:
    """The cards of one model and variant over time; finds the one for an instant."""

    __slots__ = ("_by_start", "_starts")

    def __init__(self, cards: list[RateCard]) -> None:
        cards = _merged(cards)
        starts = sorted({card.valid_from_ns or 0 for card in cards})
        self._starts = starts
        self._by_start: list[list[RateCard]] = [
            [card for card in cards if (card.valid_from_ns or 0) == start] for start in starts
        ]

    def at(self, time_ns: int) -> RateCard:
        """The card for an instant. Before the first date the book knows, its first card holds."""
        cards = self._by_start[max(bisect_right(self._starts, time_ns) - 1, 0)]
        if len(cards) > 1:
            second = time_ns // SECOND_NS % DAY_S
            for card in cards:
                if card.day_from_s <= second < card.day_to_s:
                    return card
        return cards[0]

    def cards(self) -> list[RateCard]:
        """All cards, oldest first."""
        return [card for cards in self._by_start for card in cards]


def _merged(cards: list[RateCard]) -> list[RateCard]:
    """Joins neighbours in time that have the same prices (a change may have been of another variant)."""
    merged: list[RateCard] = []
    for card in cards:
        last = merged[-1] if merged else None
        if (
            last is not None
            and last.valid_to_ns == card.valid_from_ns
            and (last.day_from_s, last.day_to_s) == (card.day_from_s, card.day_to_s) == (0, DAY_S)
            and (last.tiers, last.free, last.note, last.unpriced_reason)
            == (card.tiers, card.free, card.note, card.unpriced_reason)
        ):
            merged[-1] = structs.replace(last, valid_to_ns=card.valid_to_ns)
        else:
            merged.append(card)
    return merged


class Found(Struct, frozen=True):
    """A model of the library and the provider it was found at."""

    provider: "Provider"
    model: "ModelInfo"
    own: bool
    """False when the provider sells another provider's model at that one's price (Azure, Vertex)."""


class _ModelIndex:
    """The models of one provider: exact names in a dictionary, the few with looser rules in a list."""

    __slots__ = ("exact", "loose", "models")

    def __init__(self, provider: "Provider") -> None:
        self.models = provider.models
        self.exact: dict[str, int] = {}
        self.loose: list[tuple[int, list[_Clause]]] = []
        for number, model in enumerate(provider.models):
            loose: list[_Clause] = []
            for clause in _clauses(model.match):
                if clause.kind == "equals":
                    self.exact.setdefault(clause.text.lower(), number)
                else:
                    loose.append(clause)
            if loose:
                self.loose.append((number, loose))

    def find(self, name: str) -> "ModelInfo | None":
        """The first model whose rule matches, as the library does, if all of the name is understood."""
        exact = self.exact.get(name)
        for number, clauses in self.loose:
            if exact is not None and number > exact:
                break
            matched = [clause for clause in clauses if clause.logic.is_match(name)]
            if matched:
                for clause in matched:
                    if clause.kind == "regex" or understood(name, clause.text.lower()):
                        return self.models[number]
                return None
        return None if exact is None else self.models[exact]


class _Clause(Struct, frozen=True):
    kind: str
    text: str
    logic: Any


def _clauses(match: "MatchLogic") -> list[_Clause]:
    """The alternatives of a rule. Of an "and", the literal part stands for it (the rest only excludes)."""
    from genai_prices import types

    if isinstance(match, types.ClauseOr):
        return [clause for part in match.or_ for clause in _clauses(part)]
    if isinstance(match, types.ClauseAnd):
        literal = next(clause for part in match.and_ for clause in _clauses(part) if clause.kind != "regex")
        kind = "literal" if literal.kind == "equals" else literal.kind
        return [_Clause(kind, literal.text, match)]
    if isinstance(match, types.ClauseEquals):
        return [_Clause("equals", match.equals, match)]
    if isinstance(match, types.ClauseRegex):
        return [_Clause("regex", match.regex, match)]
    if isinstance(match, types.ClauseStartsWith):
        return [_Clause("literal", match.starts_with, match)]
    if isinstance(match, types.ClauseEndsWith):
        return [_Clause("literal", match.ends_with, match)]
    return [_Clause("literal", match.contains, match)]


class Library:
    """The installed price library, indexed."""

    def __init__(self) -> None:
        import genai_prices
        from genai_prices.data import providers

        self.version = f"genai-prices {genai_prices.__version__}"
        self.providers: dict[str, Provider] = {provider.id: provider for provider in providers}
        self._indexes: dict[str, _ModelIndex] = {}

    def find(self, provider_id: str, model: str) -> Found | None:
        """The model a name (lower case) means at a provider, or None. Falls back as the library does."""
        provider = self.providers[provider_id]
        info = self._index(provider_id).find(model)
        if info is not None:
            return Found(provider=provider, model=info, own=True)
        for other in provider.fallback_model_providers or ():
            info = self._index(other).find(model)
            if info is not None:
                return Found(provider=provider, model=info, own=False)
        return None

    def maker_of(self, model: str) -> str | None:
        """The provider whose naming rule a bare model name follows ("claude-…" → anthropic)."""
        for provider in self.providers.values():
            if provider.model_match is not None and provider.model_match.is_match(model):
                return provider.id
        return None

    def provider_of_url(self, url: str) -> str | None:
        """The provider whose API a URL belongs to."""
        for provider in self.providers.values():
            if re.match(provider.api_pattern, url):
                return provider.id
        return None

    def _index(self, provider_id: str) -> _ModelIndex:
        index = self._indexes.get(provider_id)
        if index is None:
            index = self._indexes[provider_id] = _ModelIndex(self.providers[provider_id])
        return index

    def contexts(self, model: "ModelInfo") -> list[dict[str, str]]:
        """The request contexts the library has separate prices of a model for."""
        found: list[dict[str, str]] = []
        for variant in model.price_variants or ():
            if variant.when not in found:
                found.append(variant.when)
        return found

    def cards(
        self, found: Found, *, variant: str = "", context: dict[str, str] | None = None
    ) -> list[RateCard]:
        """All cards of a model in a request context (none: standard), one for each interval of time."""
        model = found.model
        cards: list[RateCard] = []
        for interval in _intervals(model):
            prices = model.get_prices(_instant(interval), context if found.own else None)
            cards.append(_card(found, interval, variant, prices.__dict__, self.version))
        return cards


def _intervals(model: "ModelInfo") -> Iterator[Interval]:
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


def _instant(interval: Interval) -> datetime:
    """An instant inside an interval. Nothing in the book is older than 2000."""
    if interval.valid_from_ns is not None:
        midnight = interval.valid_from_ns // SECOND_NS
    else:
        midnight = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())
    return datetime.fromtimestamp(midnight + interval.day_from_s, UTC)


def _card(found: Found, interval: Interval, variant: str, prices: dict[str, Any], version: str) -> RateCard:
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
    free = _is_free(found, per_class, other_units)
    if free:
        tiers = (FREE_TIER,)
    reason = ""
    if not free and not any(name in _TOKEN_KEYS.values() for name in per_class):
        units = " and ".join(dict.fromkeys(other_units))
        reason = f"the book prices this model by {units}" if units else "the book lists it without a price"
    provider_id = found.provider.id
    start = interval.valid_from_ns
    since = "start" if start is None else datetime.fromtimestamp(start // SECOND_NS, UTC).date().isoformat()
    hours = "" if interval.day_to_s - interval.day_from_s == DAY_S else f"T{_clock(interval.day_from_s)}"
    label = f"{provider_id}/{found.model.id}{'+' + variant if variant else ''}@{since}{hours} ({version})"
    return RateCard(
        provider=provider_id,
        model=found.model.id,
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


def _is_free(found: Found, per_class: dict[str, Any], other_units: list[str]) -> bool:
    """Whether the book says "no charge": not the same as having no price listed."""
    if other_units:
        return False
    if per_class:
        return all(price == 0 for price in per_class.values())
    model = found.model
    words = f"{model.name or ''} {model.description or ''} {model.price_comments or ''}".lower()
    return model.id.endswith(":free") or "(free)" in words or any(word in words for word in _FREE_WORDS)
