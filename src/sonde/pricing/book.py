"""The price book: rate cards by provider, model, tier and time, and the price of a call.

Pure: reads the installed library's data, keeps no state but caches, does no input or output. ``PriceBook()``
imports the library (about a quarter of a second once); importing this module does not.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cached_property

from msgspec import Struct, structs

from sonde.model.facts import SpanFacts
from sonde.model.rows import Cost
from sonde.pricing import explain
from sonde.pricing.arithmetic import Unpriceable
from sonde.pricing.card import RateCard, RateRow, rows_of
from sonde.pricing.cost import amounts_of, cost_of, unpriced
from sonde.pricing.library import Found, Library
from sonde.pricing.money import QUANTUM, read_amount
from sonde.pricing.names import MODEL_NAME_CHARACTERS_MAX, plain
from sonde.pricing.own import OwnPrice
from sonde.pricing.resolve import Missing, place, read_provider
from sonde.pricing.routers import ROUTER, list_price_cards
from sonde.pricing.timeline import Timeline
from sonde.pricing.variants import (
    BATCH_HALF_PRICE,
    CAPACITY,
    Variant,
    context_of,
    half_price,
    variant_of,
    without_variant,
)

_CACHE_ENTRIES_MAX = 8_192


class Resolved(Struct, frozen=True):
    """What calls of a (provider, models, tier) pay over time; ``timeline`` is None without a price."""

    timeline: Timeline | None
    own: tuple[RateCard, ...] = ()
    """Own prices, tried first, newest last."""
    notes: tuple[explain.Note, ...] = ()


class PriceBook:
    """An immutable set of prices. Safe to share between threads."""

    def __init__(self, own: Iterable[OwnPrice] = ()) -> None:
        """Raises BadInput when an own price is not a price."""
        self._own = tuple(own)
        for price in self._own:
            price.check()
        self._own_cards = tuple(price.card(number + 1) for number, price in enumerate(self._own))
        self._library = Library()
        self._cache: dict[tuple[object, ...], Resolved] = {}
        self._timelines: dict[tuple[str, str, bool, str], Timeline] = {}

    @cached_property
    def version(self) -> str:
        """What the prices are: the library's version and the number of own prices."""
        own = f" + {len(self._own)} own" if self._own else ""
        return self._library.version + own

    def card(
        self,
        provider: str | None,
        model: str,
        time_ns: int,
        *,
        service_tier: str | None = None,
        batch: bool | None = None,
    ) -> RateCard | None:
        """The card that a call of this provider and model pays at a time (nanoseconds), or None."""
        return _card_at(self._resolve(provider, None, model, service_tier, batch), time_ns)

    def price(self, facts: SpanFacts, *, time_ns: int) -> Cost:
        """The cost of a call with its provenance. Never raises, never a zero that nobody said.

        Order: the provider's own figure (billed), nothing for an answer from a response cache, this book
        (computed), an instrumentation's figure (claimed), else unpriced with the reason.
        """
        claimed = read_amount(facts.claimed_cost_usd)
        if facts.billed_cost_usd is not None:
            billed = read_amount(facts.billed_cost_usd)
            if billed is not None:
                return self._billed(facts, time_ns, billed, claimed)
        cost = self._computed(facts, time_ns, claimed)
        if facts.cache_hit:
            return _from_cache(cost, claimed)
        if cost.state == "unpriced" and claimed:
            return structs.replace(cost, state="priced", source="claimed", cost_usd=claimed)
        return cost

    def rows(self) -> Iterator[RateRow]:
        """Every price of the book as flat rows (own prices first): the rate cards as a table."""
        for card in self._own_cards:
            yield from rows_of(card)
        for provider in self._library.providers.values():
            for model in provider.models:
                found = Found(provider=provider, model=model, own=True)
                variants = {_variant_name(context) for context in self._library.contexts(model)} - {None}
                for name in ("", *sorted(name for name in variants if name)):
                    for card in self._timeline(found, Variant(name)).cards():
                        yield from rows_of(card)

    def _billed(self, facts: SpanFacts, time_ns: int, billed: Decimal, claimed: Decimal | None) -> Cost:
        """The provider's figure, with the book's split when both agree."""
        computed = self._computed(facts, time_ns, claimed)
        notes = [explain.Note("billed", "the provider's or router's own figure")]
        same = computed.cost_usd is not None and abs(computed.cost_usd - billed) <= QUANTUM
        if same:
            return structs.replace(
                computed,
                state="free" if not billed else "priced",
                source="billed",
                explanation_json=explain.prepend(computed.explanation_json, notes),
            )
        if computed.cost_usd is not None:
            text = f"the book computes {computed.cost_usd:f} USD ({computed.rate_card})"
            notes.append(explain.Note("computed-differs", text))
        return Cost(
            state="priced" if billed else "free",
            source="billed",
            cost_usd=billed,
            claimed_cost_usd=claimed,
            explanation_json=explain.to_json((), notes),
        )

    def _computed(self, facts: SpanFacts, time_ns: int, claimed: Decimal | None) -> Cost:
        resolved = self._resolve(
            facts.provider, facts.response_model, facts.request_model, facts.service_tier, facts.batch
        )
        card = _card_at(resolved, time_ns)
        if card is None:
            return unpriced(claimed, resolved.notes)
        notes = list(resolved.notes)
        if card.note:
            notes.append(explain.Note("assumed", card.note))
        if card.unpriced_reason:
            return unpriced(claimed, [*notes, explain.Note("no-price", card.unpriced_reason)])
        usage = facts.usage
        amounts = amounts_of(usage, card, facts.operation)
        if isinstance(amounts, Unpriceable):
            return unpriced(claimed, [*notes, explain.Note(amounts.code, amounts.reason)])
        if usage.estimated:
            notes.append(explain.Note("tokens-estimated", "tokens were counted by the sender"))
        notes.extend(explain.Note("tokens", text) for text in amounts.notes)
        return cost_of(usage, amounts, card, claimed, notes)

    def _resolve(
        self,
        provider: str | None,
        response_model: str | None,
        request_model: str | None,
        service_tier: str | None,
        batch: bool | None,
    ) -> Resolved:
        key = (provider, response_model, request_model, service_tier, batch)
        resolved = self._cache.get(key)
        if resolved is None:
            resolved = self._find(provider, response_model, request_model, variant_of(service_tier, batch))
            texts = (provider, response_model, request_model, service_tier)
            if all(text is None or len(text) <= MODEL_NAME_CHARACTERS_MAX for text in texts):
                if len(self._cache) >= _CACHE_ENTRIES_MAX:
                    self._cache.clear()
                self._cache[key] = resolved
        return resolved

    def _find(
        self, provider: str | None, response_model: str | None, request_model: str | None, variant: Variant
    ) -> Resolved:
        names = [("response_model", response_model), ("request_model", request_model)]
        if (request_model or "").endswith(":free") and not (response_model or "").endswith(":free"):
            names.reverse()  # OpenRouter's free offer may answer under the paid model's name
        plain_names = [(source, name, plain(name)) for source, name in names if name]
        own = self._own_for(provider, [name for _, _, name in plain_names if name])
        if not plain_names:
            return Resolved(None, own, (explain.Note("no-model", "the call names no model"),))
        seller = read_provider(self._library, provider)
        if isinstance(seller, Missing):
            return Resolved(None, own, (explain.Note(seller.code, seller.reason),))
        if variant.name == CAPACITY:
            text = "capacity was bought in advance: the call's tokens have no price of their own"
            return Resolved(None, own, (explain.Note("capacity", text),))
        for source, _, name in plain_names:
            at = place(self._library, seller, name) if name else None
            if at is None:
                continue
            notes = [explain.Note("model", f"price of {at.found.model.id}, found by {source} {name!r}")]
            if seller is None:
                notes.append(explain.Note("assumed", "the seller is taken from the model's name"))
            notes.extend(explain.Note("assumed", note) for note in at.notes)
            if variant.note:
                notes.append(explain.Note("assumed", variant.note))
            return Resolved(self._timeline(at.found, variant), own, tuple(notes))
        unknown = next((name for _, _, name in plain_names if name), None)
        where = f" at {seller}" if seller else ""
        text = f"model {unknown!r} is not in the price book{where}" if unknown else "no plain model name"
        return Resolved(None, own, (explain.Note("unknown-model", text),))

    def _own_for(self, provider: str | None, models: list[str]) -> tuple[RateCard, ...]:
        if not self._own:
            return ()
        seller = plain(provider) or ""
        for model in models:
            cards = tuple(
                card
                for price, card in zip(self._own, self._own_cards, strict=True)
                if price.matches(seller, model)
            )
            if cards:
                return cards
        return ()

    def _timeline(self, found: Found, variant: Variant) -> Timeline:
        key = (found.provider.id, found.model.id, found.own, variant.name)
        timeline = self._timelines.get(key)
        if timeline is None:
            timeline = self._timelines[key] = self._make_timeline(found, variant)
        return timeline

    def _make_timeline(self, found: Found, variant: Variant) -> Timeline:
        standard = self._library.cards(found)
        if not variant.name:
            if found.provider.id == ROUTER:
                standard = list_price_cards(self._library, found, standard)
            return Timeline(standard)
        context = context_of(variant.name, found.provider.id)
        special = self._library.cards(found, variant=variant.name, context=context)
        cards: list[RateCard] = []
        for card, plain_card in zip(special, standard, strict=True):
            if card.free or card.unpriced_reason or card.tiers != plain_card.tiers:
                cards.append(card)
            elif variant.name == "batch" and found.provider.id in BATCH_HALF_PRICE:
                cards.append(half_price(plain_card, variant.name, self._library.version))
            else:
                cards.append(without_variant(plain_card, variant.name))
        return Timeline(cards)


def _from_cache(bought: Cost, claimed: Decimal | None) -> Cost:
    """A response cache gave the answer: no provider was asked, so nothing was bought. What it would have cost
    stays in the explanation.
    """
    text = "answered from a response cache: no provider was asked"
    if bought.cost_usd is not None:
        text += f"; asked, it would have cost {bought.cost_usd:f} USD ({bought.rate_card})"
    return Cost(
        state="free",
        source="computed",
        cost_usd=Decimal(0),
        claimed_cost_usd=claimed,
        saved_usd=bought.cost_usd,
        explanation_json=explain.to_json((), [explain.Note("cache-hit", text)]),
    )


def _variant_name(context: dict[str, str]) -> str | None:
    """The variant a library context is, None for contexts that no call can tell us."""
    if context == {"processing": "batch"}:
        return "batch"
    if context == {"speed": "fast"}:
        return "fast"
    tier = context.get("service_tier")
    return tier if tier in ("flex", "priority", "fast") and len(context) == 1 else None


def _card_at(resolved: Resolved, time_ns: int) -> RateCard | None:
    for card in reversed(resolved.own):
        after_start = card.valid_from_ns is None or time_ns >= card.valid_from_ns
        if after_start and (card.valid_to_ns is None or time_ns < card.valid_to_ns):
            return card
    return None if resolved.timeline is None else resolved.timeline.at(time_ns)
