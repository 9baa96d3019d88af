"""``with sonde.call(…)``: a model call made by hand, while it runs."""

import time
from collections.abc import Mapping
from contextvars import Token
from types import TracebackType
from typing import Any, Self

from opentelemetry import context as otel
from opentelemetry import trace
from opentelemetry.trace import INVALID_SPAN, SpanKind

from sonde.sdk import providers, responses
from sonde.sdk.attached import leave
from sonde.sdk.block import Block
from sonde.sdk.chunks import Classify
from sonde.sdk.draft import FACTS, TOKENS, Draft, complain_of, model_of, operation_of
from sonde.sdk.safety import failed, tell_once
from sonde.sdk.spans import mark_failed
from sonde.sdk.streams import INCOMPLETE, Measured, Meter, is_stream, not_a_stream
from sonde.sdk.values import clean_all

TEXT_KEPT_MAX = 1_000_000
"""Characters of a streamed answer that are kept for capture and for counting."""


class call(Block):  # noqa: N801 - reads as a word where it is used
    """A model call made inside a block: ``with sonde.call(model="m", provider="p", input=messages) as call:
    …``.

    Tell it what came back with `answer`, `usage` or `set`, or hand its stream through `stream`. An exception
    that leaves the block marks the call as failed and goes on. Also ``async with``. Nothing in here raises
    by itself.
    """

    __slots__ = (
        "_draft",
        "_estimate",
        "_meter",
        "_place",
        "_started_ns",
        "_text",
        "_text_size",
        "_token",
    )

    def __init__(
        self,
        model: str,
        *,
        provider: str | None = None,
        operation: str = "chat",
        input: object = None,  # noqa: A002 - the word the field uses
        estimate: bool = True,
        parameters: Mapping[str, object] | None = None,
        attributes: Mapping[str, object] | None = None,
    ) -> None:
        self._draft = Draft(operation_of(operation, "call"), model_of(model, "call"), provider)
        self._draft.input(input)
        self._draft.parameters(parameters)
        self._draft.more(attributes)
        self._estimate = estimate
        self._token: Token[otel.Context] | None = None
        self._meter: Meter | None = None
        self._text: list[str] = []
        self._text_size = 0
        self._started_ns = 0
        self.otel = INVALID_SPAN

    def __enter__(self) -> Self:
        self._started_ns = time.perf_counter_ns()
        try:
            self.otel = providers.tracer().start_span(
                self._draft.name, kind=SpanKind.CLIENT, attributes=self._draft.opening()
            )
            self._token = otel.attach(trace.set_span_in_context(self.otel))
        except Exception as error:  # noqa: BLE001 - the host's block runs whatever happens here
            failed("starting a call", error)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._token is not None:
                leave(self._token)
                self._token = None
            if self._meter is not None:
                self._draft.attributes.update(self._meter.attributes())
            if self._text and not self._draft.answered:
                self._draft.answer("".join(self._text))
            if self._estimate:
                self._draft.estimate(failed=error is not None)
            self.otel.set_attributes(self._draft.attributes)
            if error is not None:
                mark_failed(self.otel, error)
            self.otel.end()
        except Exception as problem:  # noqa: BLE001 - the host's block has ended whatever happens here
            failed("ending a call", problem)

    def answer(self, answer: object) -> Self:
        """What came back: a text, messages, or the provider's answer object with its model, id and tokens."""
        try:
            self._draft.answer(answer)
        except Exception as error:  # noqa: BLE001 - telling must not hurt what is told
            failed("reading an answer", error)
        return self

    def usage(self, **tokens: int | None) -> Self:
        """Token counts by name: ``input_tokens``, ``output_tokens``, ``cached_input_tokens``,
        ``cache_write_tokens``, ``reasoning_tokens``, ``audio_input_tokens``, ``audio_output_tokens``.
        """
        try:
            for name, value in tokens.items():
                if name in TOKENS:
                    self._draft.count(name, value, "call.usage")
                else:
                    tell_once(
                        f"usage.{name}",
                        f"sonde.call.usage: unknown count {name!r} is ignored; one of {', '.join(TOKENS)}.",
                    )
        except Exception as error:  # noqa: BLE001 - telling must not hurt what is told
            failed("taking token counts", error)
        return self

    def set(self, **facts: Any) -> Self:
        """Facts by the names of `record_call`, like ``response_id`` and ``cost_usd``."""
        try:
            self._draft.facts(facts, "call.set")
            complain_of({name: value for name, value in facts.items() if name not in FACTS}, "call.set")
        except Exception as error:  # noqa: BLE001 - telling must not hurt what is told
            failed("taking facts of a call", error)
        return self

    def event(self, name: str, attributes: Mapping[str, object] | None = None, /, **more: object) -> Self:
        """Tell that something happened now."""
        try:
            self.otel.add_event(name, clean_all({**(attributes or {}), **more}))
        except Exception as error:  # noqa: BLE001 - telling must not hurt what is told
            failed("adding an event", error)
        return self

    def stream(self, stream: Any, *, classify: Classify | None = None) -> Any:
        """The stream, measured: iterate over what this returns, inside the block.

        Usage, ids and finish reasons are read from its chunks where they are in a shape of OpenAI, Anthropic
        or Gemini. ``classify`` tells of a chunk of another shape whether it is "text", "reasoning", "tool"
        or "other".
        """
        if not is_stream(stream):
            not_a_stream(stream, "call.stream")
            return stream
        self._meter = Meter(self._started_ns or time.perf_counter_ns())
        self._draft.attributes["gen_ai.request.stream"] = True
        return Measured(stream, self._meter, classify=classify, seen=self._seen, ended=self._ended)

    def _seen(self, chunk: Any) -> None:
        facts = responses.read(chunk)
        if facts:
            self._draft.merge(facts)
        if self._text_size < TEXT_KEPT_MAX:
            text = responses.text_of_answer(chunk)
            if text:
                self._text.append(text)
                self._text_size += len(text)

    def _ended(self, error: BaseException | None) -> None:
        if error is not None and not isinstance(error, Exception):
            self._draft.attributes[INCOMPLETE] = True
