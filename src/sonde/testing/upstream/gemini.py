"""Gemini's generateContent and streamGenerateContent."""

from collections.abc import Iterator

from sonde.testing.upstream.answers import pieces, text_in
from sonde.testing.upstream.dialect import Api, Exchange, Json, compact

FINISH = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "tool_calls": "STOP",
    "content_filter": "SAFETY",
    "refusal": "STOP",
}


def usage_json(exchange: Exchange) -> Json:
    """The usage object: candidates leave out the thoughts, and parts that are nothing are not named."""
    used = exchange.usage
    given, made, thoughts = used.input_tokens or 0, used.output_tokens or 0, used.reasoning_tokens or 0
    found: Json = {"promptTokenCount": given, "candidatesTokenCount": made - thoughts}
    found["totalTokenCount"] = given + made
    if used.cached_input_tokens:
        found["cachedContentTokenCount"] = used.cached_input_tokens
    if thoughts:
        found["thoughtsTokenCount"] = thoughts
    return found


class GenerateContent:
    """``POST /v1beta/models/MODEL:generateContent`` and ``:streamGenerateContent``."""

    api: Api = "gemini"

    def complaint(self, request: Json) -> str | None:
        """Refuse a request without contents."""
        return None if request.get("contents") else "contents is not specified"

    def prompt(self, request: Json) -> str:
        """System instruction, contents and tools."""
        return text_in([request.get("systemInstruction"), request.get("contents"), request.get("tools")])

    def body(self, exchange: Exchange) -> Json:
        """A whole answer."""
        answer, parts = exchange.answer, list[Json]()
        if answer.reasoning:
            parts.append({"text": answer.reasoning, "thought": True})
        if answer.text and not answer.tool_calls and answer.finish != "content_filter":
            parts.append({"text": answer.text})
        parts += self.calls(exchange)
        return self.candidate(exchange, parts, FINISH[answer.why]) | {"usageMetadata": usage_json(exchange)}

    def events(self, exchange: Exchange) -> Iterator[bytes]:
        """Partial answers, the last one with the whole usage. A JSON array without ``alt=sse``."""
        answer, parts = exchange.answer, list[Json]()
        parts += [{"text": piece, "thought": True} for piece in pieces(answer.reasoning)]
        if not answer.tool_calls and answer.finish != "content_filter":
            parts += [{"text": piece} for piece in pieces(answer.text)]
        parts += self.calls(exchange)
        events_wanted = exchange.options.get("alt") == "sse"
        for at, part in enumerate(parts or [{"text": ""}]):
            last = at >= len(parts) - 1
            value = self.candidate(exchange, [part], FINISH[answer.why] if last else None)
            given = exchange.usage.input_tokens or 0
            partial = {"promptTokenCount": given, "totalTokenCount": given}
            value["usageMetadata"] = usage_json(exchange) if last else partial
            if events_wanted:
                yield f"data: {compact(value)}\r\n\r\n".encode()
            else:
                yield f"{',' if at else '['}{compact(value)}{']' if last else ''}".encode()

    @staticmethod
    def calls(exchange: Exchange) -> list[Json]:
        """The tool calls as parts."""
        return [
            {
                "functionCall": {"name": call.name, "args": dict(call.arguments)}
                | ({"id": call.id} if call.id else {})
            }
            for call in exchange.answer.tool_calls
        ]

    @staticmethod
    def candidate(exchange: Exchange, parts: list[Json], finish: str | None) -> Json:
        """An answer with one candidate."""
        found: Json = {"content": {"role": "model", "parts": parts}, "index": 0}
        if finish:
            found["finishReason"] = finish
        return {"candidates": [found], "modelVersion": exchange.model, "responseId": exchange.number}
