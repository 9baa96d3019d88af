"""``sonde.stream(…)``: measures of a stream whose call is traced by an instrumentation."""

from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.trace import Span

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
        call = last_call()
        if call is not None:
            meter = Meter(started_at(call.start_time))
            measure(call, meter)
            return Measured(stream, meter, classify=classify)
        return _on_current(stream, classify)
    except Exception as error:  # noqa: BLE001 - the host gets its stream whatever happens here
        failed("measuring a stream", error)
        return stream


def _on_current(stream: Any, classify: Classify | None) -> Any:
    span = trace.get_current_span()
    if not span.is_recording():
        return stream
    meter = Meter(started_at(span.start_time if isinstance(span, Span) else None))

    def ended(error: BaseException | None) -> None:
        if not span.is_recording():
            return
        for key, value in meter.attributes().items():
            span.set_attribute(key, value)
        if error is not None and not isinstance(error, Exception):
            span.set_attribute(INCOMPLETE, True)

    return Measured(stream, meter, classify=classify, ended=ended)
