"""What a dialect gets and gives: one exchange in, a body or a stream of events out."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

from sonde.model.facts import Usage
from sonde.testing.upstream.answers import Answer

Api = Literal[
    "openai.chat", "openai.responses", "openai.embeddings", "anthropic", "gemini", "gemini.embeddings"
]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that is being answered: all that rendering depends on."""

    request: Json
    answer: Answer
    usage: Usage
    model: str
    number: str
    """Unique to this request: all ids in the answer end in it."""
    created: int
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the address said (Gemini says there whether it streams and how)."""

    @property
    def uncached(self) -> int:
        """Input tokens that were neither read from nor written to the provider's cache."""
        used = self.usage
        return (used.input_tokens or 0) - (used.cached_input_tokens or 0) - (used.cache_write_tokens or 0)


class Dialect(Protocol):
    """One provider API. All methods are pure."""

    api: Api

    def complaint(self, request: Json) -> str | None:
        """What a real provider would refuse about this request (answered with 400), None when nothing."""
        ...

    def prompt(self, request: Json) -> str:
        """The text whose tokens are counted as input."""
        ...

    def body(self, exchange: Exchange) -> Json:
        """The whole answer."""
        ...


@runtime_checkable
class Streaming(Dialect, Protocol):
    """A provider API that can stream its answer."""

    def events(self, exchange: Exchange) -> Iterator[bytes]:
        """The answer as a stream, in the order a provider sends it."""
        ...


def compact(value: object) -> str:
    """JSON without spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def sse(value: object, event: str | None = None) -> bytes:
    """One server-sent event."""
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {compact(value)}\n\n".encode()
