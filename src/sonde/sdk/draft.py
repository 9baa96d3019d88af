"""The attributes of a model call made by hand, while they are gathered."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sonde.resilience import events
from sonde.sdk import config, responses, tokens
from sonde.sdk.caller import FUNCTION, caller
from sonde.sdk.content import captured
from sonde.sdk.messages import as_messages
from sonde.sdk.safety import tell_once
from sonde.sdk.spans import OPERATION
from sonde.sdk.streams import FIRST_CHUNK, INCOMPLETE
from sonde.sdk.values import Value, amount, clean, clean_all, count
from sonde.semconv.words import PROVIDERS

CALL_OPERATIONS: Mapping[str, str] = {
    "chat": "chat",
    "generate_content": "chat",
    "text_completion": "text_completion",
    "completion": "text_completion",
    "embeddings": "embeddings",
    "embedding": "embeddings",
    "rerank": "rerank",
}
"""Accepted words → the operation that is sent."""

ESTIMATED = "sonde.usage.estimated"
TOKENIZER = "sonde.usage.tokenizer"
TOKENIZER_NATIVE = "sonde.usage.tokenizer_native"
DURATION_UNKNOWN = "sonde.duration.unknown"
"""On a span without length: nobody said how long the call took."""

TOKENS: Mapping[str, str] = {
    "input_tokens": responses.IN,
    "output_tokens": responses.OUT,
    "cached_input_tokens": responses.CACHED,
    "cache_write_tokens": responses.WRITTEN,
    "reasoning_tokens": responses.REASONING,
    "audio_input_tokens": responses.AUDIO_IN,
    "audio_output_tokens": responses.AUDIO_OUT,
}


@dataclass(frozen=True, slots=True)
class _Fact:
    key: str
    number: bool = False
    convert: Callable[[Any], Value | None] = clean


def _milliseconds_as_seconds(value: Any) -> Value | None:
    return None if value is None else float(value) / 1e3


def _flag(value: Any) -> Value | None:
    return None if value is None else bool(value)


def _reasons(value: Any) -> Value | None:
    return None if not value else [str(value)]


FACTS: Mapping[str, _Fact] = {
    "ttft_ms": _Fact(FIRST_CHUNK, number=True, convert=_milliseconds_as_seconds),
    "response_model": _Fact(responses.MODEL),
    "response_id": _Fact(responses.ID),
    "request_id": _Fact("sonde.request_id"),
    "finish_reason": _Fact(responses.REASONS, convert=_reasons),
    "streaming": _Fact("gen_ai.request.stream", convert=_flag),
    "incomplete": _Fact(INCOMPLETE, convert=_flag),
    "service_tier": _Fact(responses.TIER),
    "batch": _Fact("sonde.batch", convert=_flag),
    "cost_usd": _Fact("sonde.cost.billed_usd", number=True),
    "cache_hit": _Fact("sonde.cache.hit", convert=_flag),
    "attempt": _Fact(
        "sonde.attempt", number=True, convert=lambda value: None if value is None else int(value)
    ),
    "fallback_from": _Fact("sonde.fallback.from"),
}


class Draft:
    """The attributes of one call while they are gathered."""

    __slots__ = (
        "_input",
        "_output",
        "answered",
        "attributes",
        "model",
        "name",
        "operation",
        "provider",
        "started",
    )

    def __init__(self, operation: str, model: str, provider: str | None) -> None:
        self.operation = operation
        self.model = model
        self.name = f"{operation} {model}".strip()
        self.provider = PROVIDERS.get(provider.lower(), provider) if isinstance(provider, str) else None
        self.attributes: dict[str, Value] = {}
        self.answered = False
        self._input: object = None
        self._output: object = None

    def opening(self) -> dict[str, Value]:
        """What is known when the span begins: a sampler and the processors see it."""
        first: dict[str, Value] = {OPERATION: self.operation}
        if self.model:
            first["gen_ai.request.model"] = self.model
        if self.provider:
            first["gen_ai.provider.name"] = self.provider
        function = caller()
        if function:
            first[FUNCTION] = function
        first.update(events.stated())
        return first

    def input(self, value: object) -> None:
        """Prompt, messages or texts."""
        if value is None:
            return
        self._input = value
        if config.active().capture_content:
            text = captured(as_messages(value, "user"))
            if text is not None:
                self.attributes["gen_ai.input.messages"] = text

    def answer(self, value: object) -> None:
        """A text, messages or an answer object."""
        self.answered = True
        self.merge(responses.read(value) or {})
        shown = responses.text_of_answer(value) or value
        self._output = shown
        if self.operation != "embeddings" and config.active().capture_content:
            text = captured(as_messages(shown, "assistant"))
            if text is not None:
                self.attributes["gen_ai.output.messages"] = text

    def merge(self, facts: Mapping[str, Value]) -> None:
        """Take what an answer says; a later chunk's counts replace those of an earlier one."""
        for key, value in facts.items():
            known = self.attributes.get(key)
            if key == responses.IN and isinstance(known, int) and isinstance(value, int) and value < known:
                continue  # Anthropic's last event repeats the input without what was cached
            self.attributes[key] = value

    def count(self, name: str, value: object, place: str) -> None:
        """One token count; None and what is no count stay unknown."""
        kept = count(value, name, place)
        if kept is not None:
            self.attributes[TOKENS[name]] = kept

    def facts(self, given: Mapping[str, Any], place: str) -> None:
        """Facts by the names of `record_call`."""
        for name, fact in FACTS.items():
            value = given.get(name)
            if value is None:
                continue
            if fact.number:
                value = amount(value, name, place)
            kept = fact.convert(value)
            if kept is not None:
                self.attributes[fact.key] = kept
        self.parameters(given.get("parameters"))

    def parameters(self, parameters: Mapping[str, object] | None) -> None:
        """Request parameters."""
        for name, value in (parameters or {}).items():
            kept = clean(value)
            if kept is not None:
                key = name if "." in name else f"gen_ai.request.{name}"
                self.attributes[key] = kept

    def more(self, attributes: Mapping[str, object] | None) -> None:
        """Any attributes."""
        if attributes:
            self.attributes.update(clean_all(attributes))

    def estimate(self, *, failed: bool) -> None:
        """Count what the provider did not: the answer that came, and the prompt unless the call failed."""
        made: list[tokens.Estimate] = []
        chat = self.operation == "chat"
        if responses.IN not in self.attributes and self._input is not None and not failed:
            found = tokens.estimate(self._input, self.model, chat=chat)
            if found is not None:
                self.attributes[responses.IN] = found.tokens
                made.append(found)
        if (
            responses.OUT not in self.attributes
            and self._output is not None
            and self.operation in ("chat", "text_completion")
        ):
            found = tokens.estimate(self._output, self.model)
            if found is not None:
                self.attributes[responses.OUT] = found.tokens
                made.append(found)
        if made:
            self.attributes[ESTIMATED] = True
            self.attributes[TOKENIZER] = made[0].tokenizer
            self.attributes[TOKENIZER_NATIVE] = made[0].native


def operation_of(word: object, place: str) -> str:
    """The operation that is sent for a word; an unknown one is told and taken as chat."""
    found = CALL_OPERATIONS.get(str(word).lower())
    if found is None:
        tell_once(
            f"{place}.operation",
            f"sonde.{place}: operation {word!r:.40} is not known and taken as 'chat'; it is one of "
            "chat, text_completion, embeddings, rerank.",
        )
    return found or "chat"


def model_of(model: object, place: str) -> str:
    """The model's name; empty, and told, when it has none."""
    if isinstance(model, str) and model.strip():
        return model.strip()[:256]
    tell_once(
        f"{place}.model", f"sonde.{place}: the call has no model; give its name as text, not {model!r:.40}."
    )
    return ""


def complain_of(unknown: Iterable[str], place: str) -> None:
    """Tell about arguments nobody knows."""
    for name in unknown:
        tell_once(
            f"{place}.{name}",
            f"sonde.{place}: unknown argument {name!r} is ignored; more facts go into attributes={{…}}.",
        )
