"""Provider and model as written on a call → the model of the book that was billed, with the reasons."""

from msgspec import Struct

from sonde.pricing.library import Found, Library
from sonde.pricing.names import (
    GATEWAYS,
    MAKERS,
    SELF_HOSTED,
    dashed_date,
    plain,
    provider_id,
    provider_of_bedrock_id,
    without_date,
    without_path,
    without_router_suffix,
)

_BARE_NAME_SELLERS = ("openai", "anthropic", "google", "x-ai", "mistral", "cohere")
"""Where a bare name that follows no maker's rule is looked up ("text-embedding-3-small")."""
_OPEN_WEIGHTS = ("gpt-oss", "gemma")
"""Models of these makers that anybody may serve: a bare name does not tell who bills."""
_DEEPSEEK_API_MODELS = frozenset({"deepseek-chat", "deepseek-reasoner"})
"""Sold under these names by DeepSeek only; its open-weight names are served by many."""


class Place(Struct, frozen=True):
    """Where a model was found and what had to be assumed."""

    found: Found
    notes: tuple[str, ...] = ()


class Missing(Struct, frozen=True):
    """Why nothing was found."""

    code: str
    reason: str


def read_provider(library: Library, word: str | None) -> str | Missing | None:
    """The library's provider id; None when the word does not name a seller; `Missing` when it is unknown."""
    if word is None or not word.strip():
        return None
    if "://" in word[:16]:
        url = word.strip().lower()[:512]
        known = library.provider_of_url(url)
        return known or Missing("unknown-provider", "no provider of the book has this address")
    name = plain(word.strip().replace(" ", "_")[:300])
    if name is None:
        return Missing("unknown-provider", "the provider's name is not a plain name")
    if name in GATEWAYS:
        return None
    if name in SELF_HOSTED:
        return Missing("self-hosted", f"{name} runs on own machines: no token price (own prices can be set)")
    known = provider_id(name)
    if known is None and name in library.providers:
        known = name
    if known is None or known not in library.providers:
        return Missing("unknown-provider", f"provider {name!r} is not in the price book")
    return known


def place(library: Library, provider: str | None, model: str) -> Place | None:
    """Finds a plain, lower-case model name at a provider (None: find out from the name)."""
    if provider is None:
        return _by_name(library, model, note="")
    at = _at(library, provider, model)
    if at is not None:
        return at
    if provider == "anthropic" and provider_of_bedrock_id(model):
        return _at(library, "aws", model)
    if provider == "openai":
        # The OpenAI client is how most proxies are called: its name says little about who bills.
        return _by_name(library, model, note="provider 'openai' does not sell it: price of its maker used")
    return None


def _by_name(library: Library, model: str, note: str) -> Place | None:
    """Who bills, from the model's name alone."""
    notes = (note,) if note else ()
    if provider_of_bedrock_id(model):
        return _with(_at(library, "aws", model), notes)
    vendor, slash, rest = model.partition("/")
    if slash:
        known = provider_id(vendor)
        if known is not None and (not note or known in MAKERS or known == "openrouter"):
            return _with(_at(library, known, model) or _at(library, known, rest), notes)
        if vendor in ("accounts", "projects", "publishers", "models") and not note:
            maker = "google" if vendor != "accounts" else "fireworks"
            return _with(_at(library, maker, model), notes)
        return None
    if model.startswith(_OPEN_WEIGHTS):
        return None
    maker = library.maker_of(model)
    if maker is not None:
        sold_here = not note or maker in MAKERS or model in _DEEPSEEK_API_MODELS
        return _with(_at(library, maker, model), notes) if sold_here else None
    if note:
        return None
    found = (_at(library, seller, model) for seller in _BARE_NAME_SELLERS)
    return next((at for at in found if at is not None), None)


def _with(found: Place | None, notes: tuple[str, ...]) -> Place | None:
    return Place(found.found, found.notes + notes) if found is not None and notes else found


def _at(library: Library, provider: str, model: str) -> Place | None:
    """Finds a name at one provider: as written, then in the forms the same name is written in elsewhere."""
    forms = [model]
    bare = without_path(model)
    if bare != model:
        forms.append(bare)
    vendor, slash, rest = bare.partition("/")
    if slash and provider_id(vendor) == provider:
        forms.append(rest)
    for form in list(forms):
        dashed = dashed_date(form)
        if dashed != form:
            forms.append(dashed)
    for form in forms:
        found = library.find(provider, form)
        if found is not None:
            return Place(found)
    for form in forms:
        stem = without_date(form)
        if stem is not None:
            found = library.find(provider, stem)
            if found is not None:
                return Place(found, (f"the book does not list this dated version: price of {stem} used",))
        if provider == "openrouter":
            stem = without_router_suffix(form)
            if stem is not None:
                found = library.find(provider, stem)
                if found is not None:
                    return Place(found, (f"router option after ':' ignored: price of {stem} used",))
    return None
