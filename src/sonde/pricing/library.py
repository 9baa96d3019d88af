"""Reads the `genai-prices` package: which of its models a name is, and its prices as rate cards.

With `conversion` the only file that knows the library. Its data is plain Python objects inside the package;
nothing is fetched. The library is imported on first use: it brings pydantic and an HTTP client with it.
"""

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from sonde.pricing.card import RateCard
from sonde.pricing.conversion import instant, intervals, make_card
from sonde.pricing.names import understood

if TYPE_CHECKING:
    from genai_prices.types import MatchLogic, ModelInfo, Provider


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
        for interval in intervals(model):
            prices = model.get_prices(instant(interval), context if found.own else None)
            seller = found.provider.id
            cards.append(make_card(seller, model, interval, variant, prices.__dict__, self.version))
        return cards
