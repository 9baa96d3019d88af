"""Embeddings, OpenAI's and Gemini's. Vectors depend on words only, so that like texts are near each other."""

import base64
import hashlib
import math
import struct
from typing import Any

from sonde.testing.upstream.answers import text_in
from sonde.testing.upstream.dialect import Api, Exchange, Json

SIZES = {"text-embedding-3-large": 3072, "gemini-embedding-001": 3072}
DEFAULT_SIZE = 1536


def vector(text: str, size: int) -> list[float]:
    """A unit vector of a text: each word has two places in it. No common word: (nearly) orthogonal."""
    found = [0.0] * size
    for word in text.lower().split() or [""]:
        digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
        for at in (0, 4):
            found[int.from_bytes(digest[at : at + 3], "big") % size] += 1.0 if digest[at + 3] & 1 else -1.0
    length = math.sqrt(sum(value * value for value in found)) or 1.0
    return [value / length for value in found]


class Embeddings:
    """``POST /v1/embeddings``, always answered whole."""

    api: Api = "openai.embeddings"

    def complaint(self, request: Json) -> str | None:
        """Refuse a request without model or input."""
        for name in ("model", "input"):
            if not request.get(name):
                return f"Missing required parameter: '{name}'."
        return None

    def prompt(self, request: Json) -> str:
        """The texts; a token id counts as one token."""
        return text_in(self.texts(request))

    @staticmethod
    def texts(request: Json) -> list[str]:
        """The inputs as texts, also when they came as token ids."""
        given: Any = request["input"]
        if isinstance(given, str):
            return [given]
        several: list[Any] = list(given)
        if several and isinstance(several[0], int):
            several = [several]
        return [
            one if isinstance(one, str) else "".join(f"{token:04d}"[-4:] for token in one) for one in several
        ]

    def body(self, exchange: Exchange) -> Json:
        """A list of vectors, as base64 when that was asked for."""
        request = exchange.request
        size = int(request.get("dimensions") or SIZES.get(exchange.model, DEFAULT_SIZE))
        data: list[Json] = []
        for at, text in enumerate(self.texts(request)):
            values: Any = vector(text, size)
            if request.get("encoding_format") == "base64":
                values = base64.b64encode(struct.pack(f"<{size}f", *values)).decode()
            data.append({"object": "embedding", "index": at, "embedding": values})
        tokens = exchange.usage.input_tokens or 0
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return {"object": "list", "data": data, "model": exchange.model, "usage": usage}


class GeminiEmbeddings:
    """``POST /v1beta/models/MODEL:embedContent`` and ``:batchEmbedContents``, always answered whole."""

    api: Api = "gemini.embeddings"

    def complaint(self, request: Json) -> str | None:
        """Refuse a request without content."""
        return None if request.get("requests") or request.get("content") else "content is required"

    def prompt(self, request: Json) -> str:
        """The texts."""
        return text_in([one.get("content") for one in self.requests(request)])

    @staticmethod
    def requests(request: Json) -> list[Json]:
        """One request a text."""
        return list(request.get("requests") or [request])

    def body(self, exchange: Exchange) -> Json:
        """One vector, or a list of them for a batch."""
        found: list[Json] = []
        for one in self.requests(exchange.request):
            size = int(one.get("outputDimensionality") or SIZES.get(exchange.model, DEFAULT_SIZE))
            found.append({"values": vector(text_in(one.get("content")), size)})
        usage = {"usageMetadata": {"promptTokenCount": exchange.usage.input_tokens or 0}}
        return ({"embeddings": found} if "requests" in exchange.request else {"embedding": found[0]}) | usage
