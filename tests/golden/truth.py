"""What the calls of a set must show, field by field, and what they do show."""

from typing import Any

from sonde.model.facts import SpanFacts
from sonde.normalize.provider import canonical_provider
from tests.golden.payloads import Reading

UNKNOWN = "unknown"
"""Shown where the answer is NULL."""

_TOKENS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cached_read": "cached_input_tokens",
    "cache_write": "cache_write_tokens",
    "reasoning": "reasoning_tokens",
    "audio_in": "audio_input_tokens",
    "audio_out": "audio_output_tokens",
}
_EMBEDDINGS = {"embeddings"}

Shown = dict[str, tuple[Any, Any]]
"""Field → (expected, shown)."""


def compare(reading: Reading) -> Shown:
    """Every field the truth speaks of. ``unknown`` is honest, any other unequal pair is wrong."""
    app, expected = reading.truth["app"], reading.truth["expected"]
    calls = reading.calls
    shown: Shown = {}
    _counts(shown, reading.truth, calls)
    _models(shown, expected, calls)
    for name, field in _TOKENS.items():
        shown[name] = (expected["billable_totals_inclusive"][name], _total(calls, field))
        if shown[name] == (0, UNKNOWN):
            shown[name] = (0, 0)
    _outcome(shown, app, calls)
    _identity(shown, app, calls)
    _streaming(shown, app, calls)
    return shown


def _counts(shown: Shown, truth: dict[str, Any], calls: list[SpanFacts]) -> None:
    app, expected = truth["app"], truth["expected"]
    embedded = sum(1 for call in truth["upstream_calls"] if "embed" in call["api"].lower())
    embeddings = [call for call in calls if call.operation in _EMBEDDINGS]
    others = [call for call in calls if call.operation not in _EMBEDDINGS]
    if app.get("operation") == "embeddings":
        shown["calls"] = (expected["expected_llm_calls"], len(calls))
    else:
        shown["calls"] = (expected["expected_llm_calls"], len(others))
        shown["embedding_calls"] = (embedded, len(embeddings))


def _models(shown: Shown, expected: dict[str, Any], calls: list[SpanFacts]) -> None:
    for name, field in (("request_models", "request_model"), ("response_models", "response_model")):
        found = sorted({getattr(call, field) for call in calls} - {None})
        shown[name] = (sorted(expected[name]), found or ([] if not expected[name] else UNKNOWN))


def _total(calls: list[SpanFacts], field: str) -> Any:
    known = [count for call in calls if (count := getattr(call.usage, field)) is not None]
    return sum(known) if known else UNKNOWN


def _outcome(shown: Shown, app: dict[str, Any], calls: list[SpanFacts]) -> None:
    failed = [call for call in calls if call.status == "error"]
    should = 1 if app.get("error") or app.get("fallback") else 0
    shown["errors"] = (should, len(failed))
    if app.get("error") is True and failed:
        right = app["client_exception"].partition("(")[0].rpartition(".")[2]
        kinds = {(call.error_type or UNKNOWN).rpartition(".")[2] for call in failed}
        alike = {_squashed(kind) for kind in kinds} == {_squashed(right)}
        shown["error_type"] = (right, right if alike else " ".join(sorted(kinds)))
    if app.get("aborted_by_client"):
        shown["incomplete"] = ([True], [call.incomplete for call in calls])
    else:
        shown["incomplete"] = (0, sum(1 for call in calls if call.incomplete))


def _squashed(kind: str) -> str:
    """``rate_limit_error`` and ``RateLimitError`` are one error."""
    return kind.replace("_", "").lower()


def _each(calls: list[SpanFacts], field: str) -> Any:
    """The one value all calls show; all of them when they differ."""
    found = {getattr(call, field) for call in calls}
    if found == {None} or not found:
        return UNKNOWN
    return found.pop() if len(found) == 1 else sorted(map(str, found))


def _identity(shown: Shown, app: dict[str, Any], calls: list[SpanFacts]) -> None:
    if not calls:
        return
    for name in ("user_id", "session_id", "prompt_version", "environment", "release"):
        if name in app:
            shown[name] = (app[name], _each(calls, name))
    if "tags" in app:
        found = {tuple(sorted(call.tags)) for call in calls}
        tags = list(found.pop()) if len(found) == 1 else sorted(map(str, found))
        shown["tags"] = (sorted(app["tags"]), tags or UNKNOWN)
    if "provider" in app:
        shown["provider"] = (canonical_provider(app["provider"]), _each(calls, "provider"))
    if "expected_tool_calls" in app and "tool" in app:
        known = [call.tool_calls for call in calls if call.tool_calls is not None]
        shown["tool_calls"] = (app["expected_tool_calls"], sum(known) if known else UNKNOWN)


def _streaming(shown: Shown, app: dict[str, Any], calls: list[SpanFacts]) -> None:
    if not calls:
        return
    if app.get("streaming") is True:
        shown["streaming"] = (True, _each(calls, "streaming"))
    elif app.get("streaming") is False:
        # Most libraries mark streams only: silence means no stream.
        shown["streaming"] = (False, any(call.streaming for call in calls))
    if "min_ttft_s" in app:
        least = app["min_ttft_s"] * 1_000
        known = [call.ttft_ms for call in calls if call.ttft_ms is not None]
        shown["ttft"] = ("late enough", UNKNOWN if not known else _late(min(known), least))


def _late(shown_ms: float, least_ms: float) -> str:
    return "late enough" if shown_ms >= least_ms else f"{shown_ms:.1f} ms"
