"""Sonde: LLM observability and cost control in one process.

Importing this package is cheap: names are loaded when they are first used, then OpenTelemetry at most, never
the storage engine or the web server.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sonde._version import __version__

if TYPE_CHECKING:
    from sonde.resilience.batch import batch
    from sonde.resilience.breaker import Breaker
    from sonde.resilience.caching import (
        EmbeddingCache,
        MemoryStore,
        RedisStore,
        ResponseCache,
        SemanticCache,
        SqliteStore,
    )
    from sonde.resilience.cost_stop import CostStop
    from sonde.resilience.failures import Failure
    from sonde.resilience.fallback import Fallback, Target
    from sonde.resilience.guardrails import GuardrailBlocked, Guardrails
    from sonde.resilience.limits import Limits
    from sonde.resilience.loops import LoopDetector
    from sonde.resilience.policy import policy
    from sonde.resilience.prices import UnitPrices
    from sonde.resilience.ratelimit_headers import watch_client
    from sonde.resilience.retry import Retry, RetryBudget
    from sonde.resilience.scope import scope
    from sonde.sdk.call import call
    from sonde.sdk.context import context, continued, headers
    from sonde.sdk.init import flush, init, ledger, shutdown
    from sonde.sdk.logs import (
        JsonFormatter,
        json_logging,
        loguru_patcher,
        loguru_sink,
        structlog_processor,
        structlog_renderer,
    )
    from sonde.sdk.measure import stream
    from sonde.sdk.observe import observe
    from sonde.sdk.record import record_call
    from sonde.sdk.scores import score
    from sonde.sdk.spans import span
    from sonde.sdk.summary import summary

_PLACES = {
    "Breaker": "sonde.resilience.breaker",
    "CostStop": "sonde.resilience.cost_stop",
    "EmbeddingCache": "sonde.resilience.caching",
    "Failure": "sonde.resilience.failures",
    "Fallback": "sonde.resilience.fallback",
    "GuardrailBlocked": "sonde.resilience.guardrails",
    "Guardrails": "sonde.resilience.guardrails",
    "JsonFormatter": "sonde.sdk.logs",
    "Limits": "sonde.resilience.limits",
    "LoopDetector": "sonde.resilience.loops",
    "MemoryStore": "sonde.resilience.caching",
    "RedisStore": "sonde.resilience.caching",
    "ResponseCache": "sonde.resilience.caching",
    "Retry": "sonde.resilience.retry",
    "RetryBudget": "sonde.resilience.retry",
    "SemanticCache": "sonde.resilience.caching",
    "SqliteStore": "sonde.resilience.caching",
    "Target": "sonde.resilience.fallback",
    "UnitPrices": "sonde.resilience.prices",
    "batch": "sonde.resilience.batch",
    "call": "sonde.sdk.call",
    "context": "sonde.sdk.context",
    "continued": "sonde.sdk.context",
    "flush": "sonde.sdk.init",
    "headers": "sonde.sdk.context",
    "init": "sonde.sdk.init",
    "json_logging": "sonde.sdk.logs",
    "ledger": "sonde.sdk.init",
    "loguru_patcher": "sonde.sdk.logs",
    "loguru_sink": "sonde.sdk.logs",
    "observe": "sonde.sdk.observe",
    "policy": "sonde.resilience.policy",
    "record_call": "sonde.sdk.record",
    "scope": "sonde.resilience.scope",
    "score": "sonde.sdk.scores",
    "shutdown": "sonde.sdk.init",
    "span": "sonde.sdk.spans",
    "stream": "sonde.sdk.measure",
    "structlog_processor": "sonde.sdk.logs",
    "structlog_renderer": "sonde.sdk.logs",
    "summary": "sonde.sdk.summary",
    "watch_client": "sonde.resilience.ratelimit_headers",
}
"""Public name → the module that has it."""

__all__ = [
    "Breaker",
    "CostStop",
    "EmbeddingCache",
    "Failure",
    "Fallback",
    "GuardrailBlocked",
    "Guardrails",
    "JsonFormatter",
    "Limits",
    "LoopDetector",
    "MemoryStore",
    "RedisStore",
    "ResponseCache",
    "Retry",
    "RetryBudget",
    "SemanticCache",
    "SqliteStore",
    "Target",
    "UnitPrices",
    "__version__",
    "batch",
    "call",
    "context",
    "continued",
    "flush",
    "headers",
    "init",
    "json_logging",
    "ledger",
    "loguru_patcher",
    "loguru_sink",
    "observe",
    "policy",
    "record_call",
    "scope",
    "score",
    "shutdown",
    "span",
    "stream",
    "structlog_processor",
    "structlog_renderer",
    "summary",
    "watch_client",
]


def __getattr__(name: str) -> Any:
    place = _PLACES.get(name)
    if place is None:
        raise AttributeError(f"module 'sonde' has no attribute {name!r}")
    value = getattr(import_module(place), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})
