"""Sonde's own attributes: used only where no standard name exists. This is the file that documents them."""

from sonde.semconv.convert import boolean, integer, milliseconds, money, text, words
from sonde.semconv.rule import Family, Table, says

TABLE = Table(
    "sonde",
    (
        # The application's route or feature; never the provider's URL.
        says("sonde.endpoint", "endpoint", 10),
        # The function of the application that made the call.
        says("sonde.function", "function", 10),
        says("sonde.tags", "tags", 10, words),
        says("sonde.prompt.name", "prompt_name", 10),
        says("sonde.prompt.version", "prompt_version", 10),
        # Hash of the prompt's fixed part, when the sender keeps content to itself.
        says("sonde.prompt.hash", "prompt_hash", 10),
        # True when an answer came from a cache instead of the provider.
        says("sonde.cache.hit", "cache_hit", 10, boolean),
        # Which cache answered: exact or semantic.
        says("sonde.cache.kind", "", 10),
        # The model (or upstream) that failed before this call took over.
        says("sonde.fallback.from", "fallback_from", 10, text),
        # Which attempt this was, counted from 1.
        says("sonde.attempt", "attempts", 10, integer),
        says("sonde.breaker.state", "", 10),
        # What the provider or router really billed, in USD: wins over every computation.
        says("sonde.cost.billed_usd", "billed_cost_usd", 10, money),
        # Time in which the model reasoned before its first visible token.
        says("sonde.thinking_ms", "thinking_ms", 10, milliseconds),
        says("sonde.ttft_ms", "ttft_ms", 10, milliseconds),
        # Time between two chunks of a stream, 95th percentile; and how many gaps were longer than a second.
        says("sonde.itl_p95_ms", "itl_p95_ms", 10, milliseconds),
        says("sonde.stalls", "stalls", 10, integer),
        says("sonde.incomplete", "incomplete", 10, boolean),
        # The span has no length because nobody said how long the call took.
        says("sonde.duration.unknown", "", 10),
        # Sent through a provider's batch interface.
        says("sonde.batch", "batch", 10, boolean),
        # True when the tokens were counted by the sender, not by the provider.
        says("sonde.usage.estimated", "usage_estimated", 10, boolean),
        # With which vocabulary, and whether that is the model's own.
        says("sonde.usage.tokenizer", "", 10),
        says("sonde.usage.tokenizer_native", "", 10),
        # Streams: time to the first token a user sees, median time between two tokens, chunks that came.
        says("sonde.first_visible_ms", "", 10),
        says("sonde.itl_p50_ms", "", 10),
        says("sonde.chunks", "", 10),
        # What an observed generator yielded.
        says("sonde.items", "", 10),
        # Took longer, or cost more, than the app's `slow_ms` and `expensive_usd`.
        says("sonde.slow", "", 10),
        says("sonde.expensive", "", 10),
        # The provider's id of the request, for its support; how long it says it worked.
        says("sonde.request_id", "", 10),
        says("sonde.provider.processing_ms", "", 10),
        # What an own limit made the call wait; how often the same call had come.
        says("sonde.limit.waited_s", "", 10),
        says("sonde.loop.repeats", "", 10),
    ),
    (Family("sonde.guardrail."), Family("sonde.ratelimit."), Family("sonde.")),
)
