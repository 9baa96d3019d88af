"""``sonde.stream(…)``: measures of a stream whose call is traced by an instrumentation."""

import time
from types import AsyncGeneratorType, GeneratorType
from typing import Any

from opentelemetry import trace

from sonde.sdk.chunks import Classify
from sonde.sdk.processor import last_call, measure
from sonde.sdk.safety import failed
from sonde.sdk.streams import INCOMPLETE, Measured, Meter, is_stream, not_a_stream, started_at


def stream(stream: Any, *, classify: Classify | None = None) -> Any:
    """The stream, measured: ``for chunk in sonde.stream(client.chat.completions.create(…, stream=True)): …``.

    Time to the first token, thinking time, the pauses between tokens and stalls go on the span of the model
    call that this thread or task began last; where there is none, on the span of the work at hand. What is
    returned works like the stream itself (``for``, ``async for``, ``with``, ``close``). Never raises by
    itself.

    Args:
        stream: What the client returned, awaited where it has to be.
        classify: For chunks of a shape of your own: "text", "reasoning", "tool" or "other".
    """
    try:
        if not is_stream(stream):
            not_a_stream(stream, "stream")
            return stream
        binding = _Binding()
        if not _is_late(stream):
            binding.to_call()  # the request is out, so its call has begun
        return Measured(stream, binding.meter, classify=classify, seen=binding.first, ended=binding.ended)
    except Exception as error:  # noqa: BLE001 - the host gets its stream whatever happens here
        failed("measuring a stream", error)
        return stream


def _is_late(stream: object) -> bool:
    """Whether the request is made when the first chunk is asked for: so do generators."""
    return isinstance(stream, GeneratorType | AsyncGeneratorType)


class _Binding:
    """Finds the span whose stream this is: now, or, where the request is made late, with the first chunk."""

    __slots__ = ("_bound", "_span", "meter")

    def __init__(self) -> None:
        self.meter = Meter(time.perf_counter_ns())
        self._bound = False
        self._span: trace.Span | None = None

    def to_call(self) -> None:
        """Bind to the running model call that began last in this thread or task, if there is one."""
        call = last_call()
        if call is not None:
            self._bound = True
            self.meter.started_ns = started_at(call.start_time)
            measure(call, self.meter)

    def first(self, _chunk: object) -> None:
        """A chunk has come."""
        if self._bound:
            return
        self.to_call()
        if not self._bound:
            self._bound = True
            span = trace.get_current_span()
            self._span = span if span.is_recording() else None

    def ended(self, error: BaseException | None) -> None:
        """Nothing comes any more."""
        if self._span is None or not self._span.is_recording():
            return
        for key, value in self.meter.attributes().items():
            self._span.set_attribute(key, value)
        if error is not None and not isinstance(error, Exception):
            self._span.set_attribute(INCOMPLETE, True)
