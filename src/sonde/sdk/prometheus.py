"""Prometheus metrics of this app's model calls, served by the app: ``init(prometheus_port=9464)``."""

import importlib.util
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from sonde.sdk.facts import CallFacts
from sonde.sdk.metrics import DURATION_BUCKETS_S, TOKEN_BUCKETS
from sonde.sdk.safety import failed, tell_once

if TYPE_CHECKING:
    from prometheus_client.core import GaugeMetricFamily

VALUES_MAX = 50
"""Different values of one label; what comes after is counted under ``other``."""
OTHER = "other"
ERROR_WINDOW_S = 300.0
_SLOT_S = 10.0

_NEEDS = "pip install 'sonde[prometheus]'"


class Bounded:
    """The first values of a label as they are, later ones as ``other``: series stay few whatever the app
    sends.
    """

    def __init__(self, values_max: int = VALUES_MAX) -> None:
        self._known: set[str] = set()
        self._values_max = values_max

    def __call__(self, value: str | None) -> str:
        """The value to put on a series."""
        text = (value or "")[:256]
        if not text or text in self._known:
            return text
        if len(self._known) >= self._values_max:
            return OTHER
        self._known.add(text)
        return text


class ErrorRate:
    """Share of failed calls per model over the last five minutes, in slots of ten seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, window_s: float = ERROR_WINDOW_S) -> None:
        self._clock = clock
        self._slots_max = max(1, round(window_s / _SLOT_S))
        self._lock = threading.Lock()
        self._slots: dict[str, deque[list[int]]] = {}

    def add(self, model: str, *, failed: bool) -> None:
        """Count a call."""
        slot = int(self._clock() // _SLOT_S)
        with self._lock:
            slots = self._slots.setdefault(model, deque())
            if not slots or slots[-1][0] != slot:
                slots.append([slot, 0, 0])
            slots[-1][1] += 1
            slots[-1][2] += failed
            self._forget(slots, slot)

    def rates(self) -> dict[str, float]:
        """Model → share; a model without a call in the window is not in it."""
        now = int(self._clock() // _SLOT_S)
        found: dict[str, float] = {}
        with self._lock:
            for model, slots in list(self._slots.items()):
                self._forget(slots, now)
                if not slots:
                    del self._slots[model]
                    continue
                found[model] = sum(slot[2] for slot in slots) / sum(slot[1] for slot in slots)
        return found

    def _forget(self, slots: deque[list[int]], now: int) -> None:
        while slots and slots[0][0] <= now - self._slots_max:
            slots.popleft()


class PrometheusMetrics:
    """The series, in a registry of their own. Raises ImportError without ``sonde[prometheus]``.

    ``llm_requests_total{model,status,endpoint}``, ``llm_request_duration_seconds{model,endpoint}``,
    ``llm_token_usage{model,token_type}``, ``llm_cost_usd_total{model}``, ``llm_error_rate{model}``, and
    under the conventions' names ``gen_ai_client_operation_duration_seconds`` and
    ``gen_ai_client_token_usage``.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, process: bool = True) -> None:
        from prometheus_client import CollectorRegistry, Counter, GCCollector, Histogram, ProcessCollector

        self.registry: CollectorRegistry = CollectorRegistry(auto_describe=True)
        self._model, self._endpoint, self._error = Bounded(), Bounded(), Bounded()
        self._rate = ErrorRate(clock)
        self._requests = Counter(
            "llm_requests", "Model calls.", ("model", "status", "endpoint"), registry=self.registry
        )
        self._duration = Histogram(
            "llm_request_duration_seconds",
            "Duration of model calls.",
            ("model", "endpoint"),
            buckets=DURATION_BUCKETS_S,
            registry=self.registry,
        )
        self._tokens = Histogram(
            "llm_token_usage",
            "Tokens of model calls; input includes cached, output includes reasoning tokens.",
            ("model", "token_type"),
            buckets=TOKEN_BUCKETS,
            registry=self.registry,
        )
        self._cost = Counter(
            "llm_cost_usd", "Cost of model calls where it is known here.", ("model",), registry=self.registry
        )
        names = (
            "gen_ai_operation_name",
            "gen_ai_provider_name",
            "gen_ai_request_model",
            "gen_ai_response_model",
        )
        self._standard_duration = Histogram(
            "gen_ai_client_operation_duration_seconds",
            "GenAI operation duration.",
            (*names, "error_type"),
            buckets=DURATION_BUCKETS_S,
            registry=self.registry,
        )
        self._standard_tokens = Histogram(
            "gen_ai_client_token_usage",
            "Number of input and output tokens used.",
            (*names, "gen_ai_token_type"),
            buckets=TOKEN_BUCKETS,
            registry=self.registry,
        )
        self.registry.register(_Rates(self._rate))
        if process:
            ProcessCollector(registry=self.registry)
            GCCollector(registry=self.registry)

    def __call__(self, call: CallFacts) -> None:
        """Count a call."""
        model, endpoint = self._model(call.model), self._endpoint(call.endpoint)
        failed_call = call.status == "error"
        self._requests.labels(model, call.status, endpoint).inc()
        self._rate.add(model, failed=failed_call)
        if call.cost_usd is not None:
            self._cost.labels(model).inc(call.cost_usd)
        standard = (
            call.operation,
            call.provider or "",
            self._model(call.request_model),
            self._model(call.response_model),
        )
        error = self._error(call.error_type) if failed_call else ""
        if call.duration_ms is not None:
            self._duration.labels(model, endpoint).observe(call.duration_ms / 1e3)
            self._standard_duration.labels(*standard, error).observe(call.duration_ms / 1e3)
        for kind, count in (("input", call.input_tokens), ("output", call.output_tokens)):
            if count is not None:
                self._tokens.labels(model, kind).observe(count)
                self._standard_tokens.labels(*standard, kind).observe(count)

    def text(self) -> bytes:
        """The page as Prometheus reads it."""
        from prometheus_client import generate_latest

        return generate_latest(self.registry)


class _Rates:
    def __init__(self, rate: ErrorRate) -> None:
        self._rate = rate

    def describe(self) -> "Iterable[GaugeMetricFamily]":
        return [self._family()]

    def collect(self) -> "Iterable[GaugeMetricFamily]":
        family = self._family()
        for model, share in self._rate.rates().items():
            family.add_metric([model], share)
        return [family]

    def _family(self) -> "GaugeMetricFamily":
        from prometheus_client.core import GaugeMetricFamily

        return GaugeMetricFamily(
            "llm_error_rate", "Share of model calls that failed in the last 5 minutes.", labels=["model"]
        )


class PrometheusServer:
    """``GET /metrics`` on a port of its own, in one daemon thread."""

    def __init__(self, metrics: PrometheusMetrics, port: int, host: str = "127.0.0.1") -> None:
        """Raises OSError when the port is taken."""
        from prometheus_client import start_http_server

        started: Any = start_http_server(port, addr=host, registry=metrics.registry)
        self._server, self._thread = started
        self.port = int(self._server.server_address[1])

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


def start(port: int, host: str = "127.0.0.1") -> tuple[PrometheusMetrics, PrometheusServer] | None:
    """Metrics and the server that shows them; None, and one log line with the fix, when that cannot be."""
    if importlib.util.find_spec("prometheus_client") is None:
        tell_once("prometheus", f"sonde.init: prometheus_port is ignored: {_NEEDS} adds what it needs.")
        return None
    try:
        metrics = PrometheusMetrics()
        return metrics, PrometheusServer(metrics, port, host)
    except OSError as error:
        tell_once(
            "prometheus",
            f"sonde.init: Prometheus metrics cannot be served on {host}:{port} ({error.strerror or error}); "
            "choose another prometheus_port.",
        )
    except Exception as error:  # noqa: BLE001 - the app goes on without these
        failed("starting Prometheus metrics", error)
    return None
