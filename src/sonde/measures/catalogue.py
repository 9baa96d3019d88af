"""Every measure there is. The reference of the documentation is made from this file.

A formula is ClickHouse SQL over the names of `sonde.measures.aggregates`. Ratios have a denominator of what
is known, so a measure nobody reports is NULL and not 0.
"""

import re
from dataclasses import dataclass
from typing import Literal

from sonde.measures.aggregates import AGGREGATES

Unit = Literal["count", "ratio", "ms", "usd", "tokens", "per_second", "bytes"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A named aggregate of calls."""

    name: str
    title: str
    unit: Unit
    formula: str
    description: str
    null_means: str = "no call"
    better: Literal["up", "down"] | None = None
    """Which direction is good, where one is."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the aggregates in the formula."""
        words = dict.fromkeys(re.findall(r"[a-z_][a-z0-9_]*", self.formula))
        return tuple(word for word in words if word in AGGREGATES)


def _cost(aggregate: str) -> str:
    """A sum of money, NULL when no call has a known cost."""
    return f"if(calls > unpriced, {aggregate}, NULL)"


_TOKENS = "(input_tokens + output_tokens)"
_WITH_TOKENS = "nullIf(calls - tokens_unknown, 0)"
_PRICED = "nullIf(calls - unpriced, 0)"
_NO_TOKENS = "no call reports tokens"
_NO_COST = "no call has a known cost"


def _quantile(digest: str, position: int, factor: str = "") -> str:
    return f"{digest}[{position}]{factor}"


_NS_TO_MS = " / 1e6"

MEASURES: tuple[Measure, ...] = (
    # How much, and how well
    Measure(
        "calls", "Calls", "count", "calls",
        "Model calls. Duplicate spans of one call count once.", "never",
    ),
    Measure("errors", "Failed calls", "count", "errors", "Calls that ended with an error.", "never", "down"),
    Measure(
        "error_rate", "Error rate", "ratio", "errors / nullIf(calls, 0)",
        "Failed calls / calls. By `error_type` that is 1 for every type: use `errors` there.",
        better="down",
    ),
    Measure(
        "throughput_rps", "Throughput", "per_second", "calls / {seconds}",
        "Calls per second of the range, or of each step of a series.", "never",
    ),
    Measure(
        "incomplete_rate", "Incomplete", "ratio", "incomplete / nullIf(calls, 0)",
        "Streams that were aborted before their end / calls. An aborted stream is no error.", better="down",
    ),
    Measure(
        "truncation_rate", "Truncated", "ratio", "truncated / nullIf(finish_known, 0)",
        "Answers that ended at the token limit (finish reason `length`) / calls that tell why they ended.",
        "no call tells why it ended", "down",
    ),
    Measure(
        "tool_call_rate", "Tool calls", "ratio", "tools_called / nullIf(tools_known, 0)",
        "Calls whose answer asks for a tool / calls of which that is known.", "of no call is known",
    ),
    Measure(
        "fallback_rate", "Fallbacks", "ratio", "fallbacks / nullIf(calls, 0)",
        "Calls that another model or upstream had to take over / calls.", better="down",
    ),
    Measure(
        "retry_rate", "Retried", "ratio", "retried / nullIf(calls, 0)",
        "Calls that took more than one attempt / calls.", better="down",
    ),
    Measure(
        "guardrail_block_rate", "Blocked", "ratio", "blocked / nullIf(calls, 0)",
        "Calls that a guardrail stopped / calls.",
    ),
    Measure(
        "breaker_open_rate", "Breaker not closed", "ratio", "breaker_refused / nullIf(calls, 0)",
        "Calls made (or refused) while their circuit breaker was open or half open / calls.", better="down",
    ),
    Measure(
        "requests_headroom", "Requests headroom", "ratio", "requests_headroom",
        "Least share left of a provider's requests limit, from its rate-limit headers.",
        "no rate-limit header was captured", "up",
    ),
    Measure(
        "tokens_headroom", "Tokens headroom", "ratio", "tokens_headroom",
        "Least share left of a provider's tokens limit, from its rate-limit headers.",
        "no rate-limit header was captured", "up",
    ),
    # How fast
    Measure(
        "latency_avg_ms", "Latency mean", "ms", "duration_ns / nullIf(calls, 0) / 1e6",
        "Mean duration of a call, first byte sent to last byte received.", better="down",
    ),
    Measure(
        "latency_p50_ms", "Latency p50", "ms", _quantile("duration_digest", 1, _NS_TO_MS),
        "Half of the calls are faster.", better="down",
    ),
    Measure(
        "latency_p90_ms", "Latency p90", "ms", "duration_p90_ns / 1e6",
        "Nine of ten calls are faster.", better="down",
    ),
    Measure(
        "latency_p95_ms", "Latency p95", "ms", _quantile("duration_digest", 2, _NS_TO_MS),
        "95 of 100 calls are faster.", better="down",
    ),
    Measure(
        "latency_p99_ms", "Latency p99", "ms", _quantile("duration_digest", 3, _NS_TO_MS),
        "99 of 100 calls are faster.", better="down",
    ),
    Measure(
        "latency_max_ms", "Latency max", "ms", "if(calls > 0, duration_max_ns, NULL) / 1e6",
        "The slowest call.", better="down",
    ),
    Measure(
        "ttft_p50_ms", "First token p50", "ms", _quantile("ttft_digest", 1),
        "Time to the first token of streamed calls, median.", "no call reports it", "down",
    ),
    Measure(
        "ttft_p95_ms", "First token p95", "ms", _quantile("ttft_digest", 2),
        "Time to the first token of streamed calls, 95th percentile.", "no call reports it", "down",
    ),
    Measure(
        "thinking_p50_ms", "Thinking p50", "ms", _quantile("thinking", 1),
        "Time before the first visible token in which the model reasoned, median.",
        "no call reports it", "down",
    ),
    Measure(
        "thinking_p95_ms", "Thinking p95", "ms", _quantile("thinking", 2),
        "Time before the first visible token in which the model reasoned, 95th percentile.",
        "no call reports it", "down",
    ),
    Measure(
        "output_tokens_per_second", "Output speed", "per_second",
        "output_tokens / nullIf(output_duration_ns / 1e9, 0)",
        "Output tokens / seconds of the calls that report them, waiting for the first token included.",
        _NO_TOKENS, "up",
    ),
    Measure(
        "itl_p95_ms", "Gap between tokens p95", "ms", "itl_p95",
        "95th percentile over streams of each stream's own 95th percentile of gaps between chunks.",
        "no stream reports it", "down",
    ),
    Measure(
        "stalls", "Stalls", "count", "stall_sum",
        "Gaps between two chunks of a stream that were longer than a second.", "no stream reports it", "down",
    ),
    # Tokens
    Measure(
        "input_tokens", "Input tokens", "tokens", "input_tokens",
        "All input tokens, cached ones included.", "never",
    ),
    Measure(
        "uncached_input_tokens", "Uncached input", "tokens",
        "greatest(toInt64(input_tokens) - toInt64(cached_input_tokens) - toInt64(cache_write_tokens), 0)",
        "Input tokens that were neither read from nor written to the provider's prompt cache.", "never",
    ),
    Measure(
        "cached_input_tokens", "Cached input", "tokens", "cached_input_tokens",
        "Input tokens read from the provider's prompt cache; part of `input_tokens`.", "never",
    ),
    Measure(
        "cache_write_tokens", "Cache write", "tokens", "cache_write_tokens",
        "Input tokens written to the provider's prompt cache; part of `input_tokens`.", "never",
    ),
    Measure(
        "output_tokens", "Output tokens", "tokens", "output_tokens",
        "All output tokens, reasoning included.", "never",
    ),
    Measure(
        "reasoning_tokens", "Reasoning tokens", "tokens", "reasoning_tokens",
        "Output tokens the model thought with; part of `output_tokens`.", "never",
    ),
    Measure("total_tokens", "Tokens", "tokens", _TOKENS, "Input and output tokens.", "never"),
    Measure(
        "tokens_per_call", "Tokens per call", "tokens", f"{_TOKENS} / {_WITH_TOKENS}",
        "Tokens / calls that report them.", _NO_TOKENS,
    ),
    Measure(
        "output_tokens_avg", "Output per call", "tokens", "output_tokens / nullIf(output_known, 0)",
        "Mean output tokens of the calls that report them.", _NO_TOKENS,
    ),
    Measure(
        "output_tokens_variance", "Output variance", "tokens",
        "greatest(output_squares / nullIf(output_known, 0) "
        "- pow(output_tokens / nullIf(output_known, 0), 2), 0)",
        "Population variance of output tokens (tokens squared) of the calls that report them.", _NO_TOKENS,
    ),
    Measure(
        "prompt_cache_rate", "Prompt cache", "ratio", "cached_input_tokens / nullIf(input_tokens, 0)",
        "Share of the input tokens that the provider read from its prompt cache.", _NO_TOKENS, "up",
    ),
    Measure(
        "usage_missing_rate", "Usage missing", "ratio", "tokens_unknown / nullIf(calls, 0)",
        "Calls that report no tokens / calls.", better="down",
    ),
    # Money
    Measure(
        "cost_usd", "Cost", "usd", _cost("cost_usd"),
        "Billed where the provider says it, else computed from the price book. Unpriced calls are left out.",
        _NO_COST, "down",
    ),
    Measure(
        "input_cost_usd", "Input cost", "usd", _cost("input_cost_usd"),
        "Part of the cost for input.", _NO_COST, "down",
    ),
    Measure(
        "output_cost_usd", "Output cost", "usd", _cost("output_cost_usd"),
        "Part of the cost for output.", _NO_COST, "down",
    ),
    Measure(
        "cost_per_call_avg_usd", "Cost per call", "usd", f"toFloat64(cost_usd) / {_PRICED}",
        "Cost / calls with a known cost.", _NO_COST, "down",
    ),
    Measure(
        "cost_per_call_p50_usd", "Cost per call p50", "usd", "cost_median",
        "Half of the calls with a known cost cost less.", _NO_COST, "down",
    ),
    Measure(
        "cost_per_call_max_usd", "Dearest call", "usd", "cost_max", "The dearest call.", _NO_COST, "down",
    ),
    Measure(
        "cost_per_session_usd", "Cost per session", "usd",
        f"toFloat64({_cost('cost_usd')}) / nullIf(sessions, 0)",
        "Cost / different sessions. Filter `has:session` to leave out calls without one.",
        "no call has a known cost, or none a session", "down",
    ),
    Measure(
        "cost_per_user_usd", "Cost per user", "usd",
        f"toFloat64({_cost('cost_usd')}) / nullIf(users, 0)",
        "Cost / different users. Filter `has:user` to leave out calls without one.",
        "no call has a known cost, or none a user", "down",
    ),
    Measure(
        "cost_per_1k_tokens_usd", "Cost per 1k tokens", "usd",
        f"toFloat64({_cost('cost_usd')}) / nullIf({_TOKENS}, 0) * 1000",
        "Cost / tokens × 1,000.", _NO_COST, "down",
    ),
    Measure(
        "saved_usd", "Saved by cache", "usd", "if(cache_hits > 0, saved_usd, NULL)",
        "What the calls that a response cache answered would have cost.",
        "no call came from a response cache", "up",
    ),
    Measure(
        "cache_hit_rate", "Cache hits", "ratio", "cache_hits / nullIf(cache_known, 0)",
        "Calls that a response cache answered / calls that asked one.",
        "no call asked a response cache", "up",
    ),
    Measure(
        "unpriced_calls", "Unpriced calls", "count", "unpriced",
        "Calls whose price is not known.", "never", "down",
    ),
    Measure(
        "unpriced_rate", "Unpriced", "ratio", "unpriced / nullIf(calls, 0)",
        "Calls whose price is not known / calls.", better="down",
    ),
    # Who
    Measure("users", "Users", "count", "users", "Different users (approximate: `uniq`).", "never"),
    Measure(
        "sessions", "Sessions", "count", "sessions", "Different sessions (approximate: `uniq`).", "never"
    ),
    Measure("traces", "Traces", "count", "traces", "Different traces (approximate: `uniq`).", "never"),
)  # fmt: skip

BY_NAME = {measure.name: measure for measure in MEASURES}
