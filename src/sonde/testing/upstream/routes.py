"""Which API an address means."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from sonde.testing.upstream.anthropic import Messages
from sonde.testing.upstream.dialect import Dialect
from sonde.testing.upstream.embeddings import Embeddings, GeminiEmbeddings
from sonde.testing.upstream.gemini import GenerateContent
from sonde.testing.upstream.openai_chat import Chat
from sonde.testing.upstream.openai_responses import Responses

# What a client is told as its base URL; the client adds the rest.
BASE_PATHS = {"openai": "/v1", "anthropic": "", "gemini": ""}

FIXED: dict[str, Dialect] = {
    "/v1/chat/completions": Chat(),
    "/v1/responses": Responses(),
    "/v1/embeddings": Embeddings(),
    "/v1/messages": Messages(),
}
GEMINI = re.compile(r"/v1(?:alpha|beta)?/models/(?P<model>[^/:]+):(?P<method>\w+)")
GEMINI_METHODS: dict[str, Dialect] = {
    "generateContent": GenerateContent(),
    "streamGenerateContent": GenerateContent(),
    "embedContent": GeminiEmbeddings(),
    "batchEmbedContents": GeminiEmbeddings(),
}


@dataclass(frozen=True, slots=True)
class Route:
    """A dialect, and what the address alone says. ``stream`` None: the body says it."""

    dialect: Dialect
    model: str | None = None
    stream: bool | None = None
    options: dict[str, str] | None = None


def find(target: str) -> Route | None:
    """The route of a request target, None for an unknown one."""
    parts = urlsplit(target)
    dialect = FIXED.get(parts.path.rstrip("/"))
    if dialect is not None:
        return Route(dialect)
    match = GEMINI.fullmatch(parts.path)
    dialect = GEMINI_METHODS.get(match["method"]) if match else None
    if match is None or dialect is None:
        return None
    options = {name: value for name, value in parse_qsl(parts.query) if name != "key"}
    return Route(dialect, match["model"], match["method"] == "streamGenerateContent", options)
