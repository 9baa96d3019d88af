"""Anthropic messages."""

from collections.abc import Iterator
from typing import Any

from sonde.testing.upstream.answers import halves, pieces, text_in
from sonde.testing.upstream.dialect import Api, Exchange, Json, compact, sse

STOP_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
    "refusal": "refusal",
}


def usage_json(exchange: Exchange) -> Json:
    """The usage object: ``input_tokens`` leaves out what was read from or written to the cache."""
    used = exchange.usage
    written, an_hour = used.cache_write_tokens or 0, used.cache_write_1h_tokens or 0
    return {
        "input_tokens": exchange.uncached,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": used.cached_input_tokens or 0,
        "cache_creation": {
            "ephemeral_5m_input_tokens": written - an_hour,
            "ephemeral_1h_input_tokens": an_hour,
        },
        "output_tokens": used.output_tokens or 0,
        "service_tier": "standard",
    }


class Messages:
    """``POST /v1/messages``."""

    api: Api = "anthropic"

    def complaint(self, request: Json) -> str | None:
        """Refuse a request without model, messages or max_tokens."""
        for name in ("model", "messages", "max_tokens"):
            if not request.get(name):
                return f"{name}: Field required"
        return None

    def prompt(self, request: Json) -> str:
        """System prompt, messages and tools."""
        return text_in([request.get("system"), request.get("messages"), request.get("tools")])

    def blocks(self, exchange: Exchange) -> list[Json]:
        """The content: thinking, text, tool calls."""
        answer, found = exchange.answer, list[Json]()
        if answer.reasoning:
            found.append({"type": "thinking", "thinking": answer.reasoning, "signature": "ZmFrZQ=="})
        if answer.text and not answer.tool_calls:
            found.append({"type": "text", "text": answer.text})
        for at, call in enumerate(answer.tool_calls):
            identity = call.id or f"toolu_{exchange.number}_{at}"
            found.append(
                {"type": "tool_use", "id": identity, "name": call.name, "input": dict(call.arguments)}
            )
        return found

    def body(self, exchange: Exchange) -> Json:
        """A ``message``."""
        return {
            "id": f"msg_{exchange.number}",
            "type": "message",
            "role": "assistant",
            "model": exchange.model,
            "content": self.blocks(exchange),
            "stop_reason": STOP_REASONS[exchange.answer.why],
            "stop_sequence": None,
            "usage": usage_json(exchange),
        }

    def events(self, exchange: Exchange) -> Iterator[bytes]:
        """Events from ``message_start`` to ``message_stop``; the output tokens come near the end."""

        def event(kind: str, **values: Any) -> bytes:
            return sse({"type": kind, **values}, kind)

        whole = self.body(exchange)
        opening: Json = {"content": [], "stop_reason": None, "usage": whole["usage"] | {"output_tokens": 1}}
        yield event("message_start", message=whole | opening)
        yield event("ping")
        for index, block in enumerate(whole["content"]):
            empty: dict[str, Json] = {
                "thinking": {"thinking": "", "signature": ""},
                "text": {"text": ""},
                "tool_use": {"input": {}},
            }
            yield event("content_block_start", index=index, content_block=block | empty[block["type"]])
            for delta in self.deltas(block):
                yield event("content_block_delta", index=index, delta=delta)
            yield event("content_block_stop", index=index)
        stop = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
        yield event("message_delta", delta=stop, usage={"output_tokens": whole["usage"]["output_tokens"]})
        yield event("message_stop")

    @staticmethod
    def deltas(block: Json) -> Iterator[Json]:
        """The pieces of one content block."""
        if block["type"] == "thinking":
            for piece in pieces(block["thinking"]):
                yield {"type": "thinking_delta", "thinking": piece}
            yield {"type": "signature_delta", "signature": block["signature"]}
        elif block["type"] == "text":
            for piece in pieces(block["text"]):
                yield {"type": "text_delta", "text": piece}
        else:
            for part in halves(compact(block["input"])):
                yield {"type": "input_json_delta", "partial_json": part}
