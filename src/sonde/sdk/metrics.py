"""Metrics by OpenTelemetry: the GenAI client metrics, the process and its host, the lag of event loops."""

import importlib.util
import sys
import threading
import weakref
from typing import TYPE_CHECKING, Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

from sonde.sdk import providers
from sonde.sdk.facts import CallFacts
from sonde.sdk.safety import failed, tell_once

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

DURATION_BUCKETS_S = (
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
)  # fmt: skip
TOKEN_BUCKETS = (
    1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
)  # fmt: skip
LAG_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

LAG_INTERVAL_S = 0.5
"""How often each event loop is looked at."""

_MEASURE_THEMSELVES = ("opentelemetry.", "openlit", "pydantic-ai", "pydantic_ai", "traceloop")
"""Instrumentations that record the client metrics of their calls; counting these again would double them."""

_HOST_AND_PROCESS: dict[str, list[str] | None] = {
    "system.cpu.time": ["idle", "user", "system", "irq"],
    "system.cpu.utilization": ["idle", "user", "system", "irq"],
    "system.memory.usage": ["used", "free", "cached"],
    "system.memory.utilization": ["used", "free", "cached"],
    "system.swap.usage": ["used", "free"],
    "system.disk.io": ["read", "write"],
    "system.disk.operations": ["read", "write"],
    "system.disk.time": ["read", "write"],
    "system.network.io": ["transmit", "receive"],
    "system.network.packets": ["transmit", "receive"],
    "system.network.errors": ["transmit", "receive"],
    "system.network.dropped.packets": ["transmit", "receive"],
    "process.cpu.time": ["user", "system"],
    "process.cpu.utilization": ["user", "system"],
    "process.memory.usage": None,
    "process.memory.virtual": None,
    "process.disk.io": ["read", "write"],
    "process.open_file_descriptor.count": None,
    "process.thread.count": None,
    "process.context_switches": ["involuntary", "voluntary"],
    "cpython.gc.collections": None,
    "cpython.gc.collected_objects": None,
    "cpython.gc.uncollectable_objects": None,
}
"""All of the instrumentation but its deprecated ``process.runtime.*`` and the list of open connections."""


class ClientMetrics:
    """``gen_ai.client.operation.duration``, ``….time_to_first_chunk`` and ``gen_ai.client.token.usage``."""

    def __init__(self) -> None:
        meter = providers.meter()
        self._duration = meter.create_histogram(
            "gen_ai.client.operation.duration",
            unit="s",
            description="GenAI operation duration.",
            explicit_bucket_boundaries_advisory=DURATION_BUCKETS_S,
        )
        self._first_chunk = meter.create_histogram(
            "gen_ai.client.operation.time_to_first_chunk",
            unit="s",
            description="Time to receive the first chunk of a streamed answer.",
            explicit_bucket_boundaries_advisory=DURATION_BUCKETS_S,
        )
        self._tokens = meter.create_histogram(
            "gen_ai.client.token.usage",
            unit="{token}",
            description="Number of input and output tokens used.",
            explicit_bucket_boundaries_advisory=TOKEN_BUCKETS,
        )

    def __call__(self, call: CallFacts) -> None:
        """Record a call that no instrumentation has recorded."""
        if call.scope.startswith(_MEASURE_THEMSELVES):
            return
        attributes = client_attributes(call)
        context = _context(call)  # an exemplar leads from the metric to the trace
        failure = {} if call.error_type is None else {"error.type": call.error_type}
        timed = {**attributes, **failure}
        if call.duration_ms is not None:
            self._duration.record(call.duration_ms / 1e3, timed, context=context)
        if call.streaming and call.ttft_ms is not None:
            self._first_chunk.record(call.ttft_ms / 1e3, timed, context=context)
        for kind, count in (("input", call.input_tokens), ("output", call.output_tokens)):
            if count is not None:
                self._tokens.record(count, {**attributes, "gen_ai.token.type": kind}, context=context)


def client_attributes(call: CallFacts) -> dict[str, str]:
    """The conventions' attributes of a call's metrics: no user, no session, nothing unbounded."""
    named = {
        "gen_ai.operation.name": call.operation,
        "gen_ai.provider.name": call.provider,
        "gen_ai.request.model": call.request_model,
        "gen_ai.response.model": call.response_model,
    }
    return {key: value for key, value in named.items() if value}


def _context(call: CallFacts) -> Context:
    where = SpanContext(
        int(call.trace_id, 16),
        int(call.span_id, 16),
        is_remote=False,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )
    return trace.set_span_in_context(NonRecordingSpan(where), Context())


class ProcessMetrics:
    """CPU, memory, network, disk, threads and garbage collection, by OpenTelemetry's own instrumentation."""

    def __init__(self) -> None:
        self._instrumentor: Any = None

    def start(self) -> bool:
        """Switch on. False, and one log line with the fix, when the extra is not installed."""
        package = "opentelemetry.instrumentation"
        if (
            importlib.util.find_spec(package) is None
            or importlib.util.find_spec(f"{package}.system_metrics") is None
            or importlib.util.find_spec("psutil") is None
        ):
            tell_once(
                "metrics",
                "sonde.init: metrics=True records model calls but not CPU, memory, network, disk and garbage "
                "collection; pip install 'sonde[metrics]' adds these.",
            )
            return False
        try:
            from opentelemetry.instrumentation.system_metrics import SystemMetricsInstrumentor

            instrumentor = SystemMetricsInstrumentor(config=_HOST_AND_PROCESS)
            if instrumentor.is_instrumented_by_opentelemetry:
                return True  # the app has done it
            instrumentor.instrument(meter_provider=providers.meter_provider())
            self._instrumentor = instrumentor
        except Exception as error:  # noqa: BLE001 - the app goes on without these
            failed("starting process metrics", error)
            return False
        return True

    def stop(self) -> None:
        """Switch off what was switched on here."""
        if self._instrumentor is not None:
            try:
                self._instrumentor.uninstrument()
            except Exception as error:  # noqa: BLE001 - the app goes on
                failed("stopping process metrics", error)
            self._instrumentor = None


class LoopLag:
    """How late event loops run what is due: ``sonde.event_loop.lag``, a histogram in seconds.

    A loop that is blocked (a synchronous call inside a coroutine) delays every stream and every request of
    it.
    """

    def __init__(self, interval_s: float = LAG_INTERVAL_S) -> None:
        self._interval_s = interval_s
        self._watched: weakref.WeakSet[AbstractEventLoop] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._stopped = False
        self._lag = providers.meter().create_histogram(
            "sonde.event_loop.lag",
            unit="s",
            description="How late an asyncio event loop ran a timer.",
            explicit_bucket_boundaries_advisory=LAG_BUCKETS_S,
        )

    def watch_running(self) -> None:
        """Watch the loop that is running in this thread, if one is. Costs next to nothing when it is
        watched.
        """
        asyncio = sys.modules.get("asyncio")
        if asyncio is None:
            return
        loop: AbstractEventLoop | None = asyncio._get_running_loop()  # noqa: SLF001 - never raises
        if loop is None or loop in self._watched or self._stopped:
            return
        with self._lock:
            if loop in self._watched:
                return
            self._watched.add(loop)
        self._arm(loop)

    def stop(self) -> None:
        """Watch no more; pending timers end by themselves."""
        self._stopped = True

    def _arm(self, loop: "AbstractEventLoop") -> None:
        due = loop.time() + self._interval_s
        loop.call_at(due, self._look, weakref.ref(loop), due)

    def _look(self, reference: "weakref.ref[AbstractEventLoop]", due: float) -> None:
        loop = reference()
        if loop is None or self._stopped:
            return
        try:
            self._lag.record(max(0.0, loop.time() - due))
            self._arm(loop)
        except Exception as error:  # noqa: BLE001 - a timer in the app's loop
            failed("measuring the event loop", error)
