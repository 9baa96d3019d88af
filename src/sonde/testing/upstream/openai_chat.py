"""OpenAI chat completions (and what speaks the same: DeepSeek, vLLM, Groq, OpenRouter …)."""

from collections.abc import Iterator

from sonde.testing.upstream.answers import ToolCall, halves, pieces, text_in
from sonde.testing.upstream.dialect import Api, Exchange, Json, compact, sse

FINISH = {"refusal": "stop"}
# What OpenAI takes; it refuses a request with anything else in it.
ARGUMENTS = """
audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens messages
metadata modalities model n parallel_tool_calls prediction presence_penalty prompt_cache_key
prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier stop store stream
stream_options temperature tool_choice tools top_logprobs top_p user verbosity web_search_options
"""
KNOWN = frozenset(ARGUMENTS.split())


def usage_json(exchange: Exchange) -> Json:
    """The usage object; its parts are included in the sums."""
    used = exchange.usage
    given, made = used.input_tokens or 0, used.output_tokens or 0
    return {
        "prompt_tokens": given,
        "completion_tokens": made,
        "total_tokens": given + made,
        "prompt_tokens_details": {
            "cached_tokens": used.cached_input_tokens or 0,
            "audio_tokens": used.audio_input_tokens or 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": used.reasoning_tokens or 0,
            "audio_tokens": used.audio_output_tokens or 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


class Chat:
    """``POST /v1/chat/completions``."""

    api: Api = "openai.chat"

    def complaint(self, request: Json) -> str | None:
        """Refuse what OpenAI refuses: no model, no messages, arguments it does not know."""
        if not isinstance(request.get("model"), str):
            return "you must provide a model parameter"
        if not isinstance(request.get("messages"), list) or not request["messages"]:
            return "Missing required parameter: 'messages'."
        unknown = sorted(set(request) - KNOWN)
        return f"Unrecognized request argument supplied: {', '.join(unknown)}" if unknown else None

    def prompt(self, request: Json) -> str:
        """All messages and the tools."""
        return text_in([request.get("messages"), request.get("tools")])

    def body(self, exchange: Exchange) -> Json:
        """A ``chat.completion``, with as many choices as were asked for."""
        answer = exchange.answer
        message: Json = {
            "role": "assistant",
            "content": answer.text or None,
            "refusal": None,
            "annotations": [],
        }
        if answer.finish == "refusal":
            message |= {"content": None, "refusal": answer.text}
        if answer.reasoning:
            message["reasoning_content"] = answer.reasoning
        if answer.tool_calls:
            message |= {"content": None, "tool_calls": [
                {"id": self.call_id(exchange, at, call), "type": "function",
                 "function": {"name": call.name, "arguments": compact(dict(call.arguments))}}
                for at, call in enumerate(answer.tool_calls)
            ]}  # fmt: skip
        choice: Json = {"message": message, "logprobs": None, "finish_reason": self.finish(exchange)}
        return {
            **self.head(exchange, "chat.completion"),
            "choices": [{"index": at, **choice} for at in range(self.choices(exchange))],
            "usage": usage_json(exchange),
            "service_tier": "default",
            "system_fingerprint": "fp_fake",
        }

    def events(self, exchange: Exchange) -> Iterator[bytes]:
        """Chunks; the usage comes last, in a chunk of its own, and only when it was asked for."""
        answer = exchange.answer
        options: Json = exchange.request.get("stream_options") or {}
        with_usage = bool(options.get("include_usage"))
        head = self.head(exchange, "chat.completion.chunk") | {"service_tier": "default"}
        if with_usage:
            head["usage"] = None

        def chunk(delta: Json, index: int, finish: str | None = None) -> bytes:
            choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
            return sse({**head, "choices": [choice]})

        for index in range(self.choices(exchange)):
            yield chunk({"role": "assistant", "content": None if answer.tool_calls else ""}, index)
            for piece in pieces(answer.reasoning):
                yield chunk({"reasoning_content": piece}, index)
            said = "refusal" if answer.finish == "refusal" else "content"
            for piece in [] if answer.tool_calls else pieces(answer.text):
                yield chunk({said: piece}, index)
            for at, call in enumerate(answer.tool_calls):
                function: Json = {"name": call.name, "arguments": ""}
                opened = {"id": self.call_id(exchange, at, call), "type": "function", "function": function}
                yield chunk({"tool_calls": [{"index": at, **opened}]}, index)
                for part in halves(compact(dict(call.arguments))):
                    yield chunk({"tool_calls": [{"index": at, "function": {"arguments": part}}]}, index)
            yield chunk({}, index, self.finish(exchange))
        if with_usage:
            yield sse({**head, "choices": [], "usage": usage_json(exchange)})
        yield b"data: [DONE]\n\n"

    @staticmethod
    def head(exchange: Exchange, kind: str) -> Json:
        """What the whole answer and each chunk begin with."""
        number, created = exchange.number, exchange.created
        return {"id": f"chatcmpl-{number}", "object": kind, "created": created, "model": exchange.model}

    @staticmethod
    def choices(exchange: Exchange) -> int:
        """How many choices were asked for."""
        return int(exchange.request.get("n") or 1)

    @staticmethod
    def finish(exchange: Exchange) -> str:
        """Why it ended, in OpenAI's word."""
        return FINISH.get(exchange.answer.why, exchange.answer.why)

    @staticmethod
    def call_id(exchange: Exchange, at: int, call: ToolCall) -> str:
        """The id of a tool call."""
        return call.id or f"call_{exchange.number}_{at}"
