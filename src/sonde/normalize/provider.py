"""One name per provider."""

from sonde.semconv.words import FRAMEWORKS, HOSTS, PROVIDERS

_known: dict[tuple[str | None, str | None], str | None] = {}


def canonical_provider(name: str | None, host: str | None = None) -> str | None:
    """OpenTelemetry's current value for any spelling; None for a framework's name.

    A host that belongs to another seller wins over "openai": OpenAI's client is used for many.
    """
    pair = (name, host)
    try:
        return _known[pair]
    except KeyError:
        pass
    found = _named(name)
    if host is not None and (found is None or found == "openai"):
        found = _hosted(host) or found
    if len(_known) < 10_000:
        _known[pair] = found
    return found


def _named(name: str | None) -> str | None:
    if not name:
        return None
    word = name.strip().lower()
    if word in PROVIDERS:
        return PROVIDERS[word]
    if word in FRAMEWORKS or name.endswith(("VectorStore", "Retriever", "Embeddings")):
        return None
    head = word.partition(".")[0]
    if head in PROVIDERS and head not in ("google", "azure", "aws"):
        return PROVIDERS[head]
    return word


def _hosted(host: str) -> str | None:
    name = host.partition("://")[2] or host
    name = name.partition("/")[0].partition(":")[0].lower()
    for end, provider in HOSTS:
        if name == end or name.endswith(end if end.startswith(".") else "." + end):
            return provider
    if name.endswith("aiplatform.googleapis.com"):
        return "gcp.vertex_ai"
    return None


def provider_family(provider: str | None) -> str | None:
    """What two records of one call must agree on: who makes the model, not through whom it is bought."""
    if provider is None:
        return None
    if provider.startswith("gcp."):
        return "gcp"
    if provider.startswith("azure.") or provider == "openai":
        return "openai"
    return provider
