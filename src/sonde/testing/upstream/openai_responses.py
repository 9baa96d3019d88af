"""OpenAI responses."""

from collections.abc import Iterator
from typing import Any

from sonde.testing.upstream.answers import halves, pieces, text_in
from sonde.testing.upstream.dialect import Api, Exchange, Json, compact, sse

# What a response repeats of its request, with the provider's defaults.
REPEATED: Json = {
    "background": False,
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "reasoning": {"effort": None, "summary": None},
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}


class Responses:
    """``POST /v1/responses``."""

    api: Api = "openai.responses"

    def complaint(self, request: Json) -> str | None:
        """Refuse a request without model or input."""
        for name in ("model", "input"):
            if not request.get(name):
                return f"Missing required parameter: '{name}'."
        return None

    def prompt(self, request: Json) -> str:
        """Instructions, input and tools."""
        return text_in([request.get("instructions"), request.get("input"), request.get("tools")])

    def body(self, exchange: Exchange) -> Json:
        """A finished ``response``."""
        return self.response(exchange, self.items(exchange))

    def items(self, exchange: Exchange) -> list[Json]:
        """The output: reasoning first, then tool calls or a message."""
        answer, number = exchange.answer, exchange.number
        found: list[Json] = []
        if answer.reasoning:
            summary = [{"type": "summary_text", "text": answer.reasoning}]
            found.append({"id": f"rs_{number}", "type": "reasoning", "summary": summary})
        for at, call in enumerate(answer.tool_calls):
            found.append({
                "id": f"fc_{number}_{at}", "type": "function_call", "status": "completed", "name": call.name,
                "call_id": call.id or f"call_{number}_{at}", "arguments": compact(dict(call.arguments)),
            })  # fmt: skip
        if not answer.tool_calls:
            part: Json = {"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []}
            if answer.finish == "refusal":
                part = {"type": "refusal", "refusal": answer.text}
            message: Json = {"id": f"msg_{number}", "type": "message", "role": "assistant"}
            found.append(message | {"status": "completed", "content": [part]})
        return found

    def response(self, exchange: Exchange, output: list[Json] | None) -> Json:
        """The response object; ``output`` None while it is in progress."""
        used, why = exchange.usage, exchange.answer.why
        given, made = used.input_tokens or 0, used.output_tokens or 0
        reasons = {"length": "max_output_tokens", "content_filter": "content_filter"}
        cut_short = reasons.get(why) if output is not None else None
        status = "in_progress" if output is None else "incomplete" if cut_short else "completed"
        usage: Json = {
            "input_tokens": given,
            "input_tokens_details": {
                "cached_tokens": used.cached_input_tokens or 0,
                "cache_write_tokens": used.cache_write_tokens or 0,
            },
            "output_tokens": made,
            "output_tokens_details": {"reasoning_tokens": used.reasoning_tokens or 0},
            "total_tokens": given + made,
        }
        return {
            "id": f"resp_{exchange.number}",
            "object": "response",
            "created_at": exchange.created,
            "status": status,
            "error": None,
            "incomplete_details": {"reason": cut_short} if cut_short else None,
            "model": exchange.model,
            "output": output or [],
            "service_tier": "default",
            "usage": usage if output is not None else None,
            **{name: exchange.request.get(name) or value for name, value in REPEATED.items()},
        }

    def events(self, exchange: Exchange) -> Iterator[bytes]:
        """Numbered events from ``response.created`` to ``response.completed``."""
        ordinal = iter(range(1 << 30))

        def event(kind: str, **values: Any) -> bytes:
            return sse({"type": kind, "sequence_number": next(ordinal), **values}, kind)

        started = self.response(exchange, None)
        yield event("response.created", response=started)
        yield event("response.in_progress", response=started)
        items = self.items(exchange)
        for at, item in enumerate(items):
            where: Json = {"item_id": item["id"], "output_index": at}
            empty: dict[str, Json] = {
                "message": {"content": []},
                "function_call": {"arguments": ""},
                "reasoning": {"summary": []},
            }
            opened: Json = item | empty[item["type"]]
            if "status" in item:
                opened["status"] = "in_progress"
            yield event("response.output_item.added", output_index=at, item=opened)
            for kind, values in self.inner(item):
                yield event(kind, **where, **values)
            yield event("response.output_item.done", output_index=at, item=item)
        whole = self.response(exchange, items)
        yield event(f"response.{whole['status']}", response=whole)

    @staticmethod
    def inner(item: Json) -> Iterator[tuple[str, Json]]:
        """The events of one output item: name and values."""
        if item["type"] == "function_call":
            for fragment in halves(item["arguments"]):
                yield "response.function_call_arguments.delta", {"delta": fragment}
            done = {"arguments": item["arguments"], "name": item["name"]}
            yield "response.function_call_arguments.done", done
            return
        thinking = item["type"] == "reasoning"
        part: Json = item["summary" if thinking else "content"][0]
        refusal = part["type"] == "refusal"
        word = "reasoning_summary_part" if thinking else "content_part"
        text = "reasoning_summary_text" if thinking else "refusal" if refusal else "output_text"
        key = "refusal" if refusal else "text"
        index: Json = {"summary_index" if thinking else "content_index": 0}
        more: Json = {"logprobs": []} if text == "output_text" else {}
        yield f"response.{word}.added", {**index, "part": part | {key: ""}}
        for piece in pieces(part[key]):
            yield f"response.{text}.delta", {**index, "delta": piece, **more}
        yield f"response.{text}.done", {**index, key: part[key], **more}
        yield f"response.{word}.done", {**index, "part": part}
