"""When two records may speak of one invocation."""

from sonde.model.facts import SpanFacts, Usage
from sonde.normalize.provider import provider_family

_CLASSES = {"chat": "chat", "text_completion": "chat", "embeddings": "embeddings", "rerank": "rerank"}

OFF_BY_MAX = 16
"""OpenLLMetry adds what Anthropic's stream announces at its start to the output count (trap T8)."""


def compatible(one: SpanFacts, other: SpanFacts) -> bool:
    """Nothing one record knows contradicts what the other knows."""
    return (
        _CLASSES[one.operation] == _CLASSES[other.operation]
        and _same_provider(one, other)
        and _same_response(one, other)
        and same_model(one, other)
        and same_tokens(one, other)
        and _same_outcome(one, other)
    )


def _same_provider(one: SpanFacts, other: SpanFacts) -> bool:
    first, second = provider_family(one.provider), provider_family(other.provider)
    return first is None or second is None or first == second


_OWN_IDS = ("aitxt-", "aiobj-", "run-", "lc_run-")
"""Begins of ids that a framework makes when the provider gives none."""


def _same_response(one: SpanFacts, other: SpanFacts) -> bool:
    """Two ids of the provider's that differ are two answers. LiteLLM may put an id of its own there."""
    first, second = one.response_id, other.response_id
    if first is None or second is None or first == second:
        return True
    return (
        "litellm" in (one.convention, other.convention)
        or first.startswith(_OWN_IDS)
        or second.startswith(_OWN_IDS)
    )


def may_repeat(outer: SpanFacts, inner: SpanFacts) -> bool:
    """Whether two nested records of one scope can be one invocation.

    One scope sees an invocation once, but for wrappers that know nothing of the answer themselves
    (LlamaIndex, Vercel's outer embedding span), and exact repeats.
    """
    if outer.scope != inner.scope:
        return True
    if outer.usage.known and inner.usage.known:
        return True
    return not outer.usage.known and outer.response_id is None and outer.finish_reason is None


def same_model(one: SpanFacts, other: SpanFacts) -> bool:
    """Response models agree, or request models, or what one asked for is what answered the other."""
    first = [plain_model(name) for name in (one.response_model, one.request_model) if name]
    second = [plain_model(name) for name in (other.response_model, other.request_model) if name]
    if not first or not second:
        return True
    if one.response_model and other.response_model:
        return _begins(first[0], second[0])
    return any(_begins(a, b) for a in first for b in second)


def plain_model(name: str) -> str:
    """A model's name without the seller's prefix: ``openai/gpt-4o`` → ``gpt-4o``."""
    return name.rpartition("/")[2].lower()


def _begins(one: str, other: str) -> bool:
    return one == other or one.startswith(other + "-") or other.startswith(one + "-")


def same_tokens(one: SpanFacts, other: SpanFacts) -> bool:
    """Every count both records know is equal (but for a known off-by-a-few)."""
    a, b = one.usage, other.usage
    return (
        _near(a.input_tokens, b.input_tokens, 0)
        and _near(a.output_tokens, b.output_tokens, _tolerance(one, other))
        and _same_details(a, b)
    )


def _same_details(a: Usage, b: Usage) -> bool:
    return _near(a.cached_input_tokens, b.cached_input_tokens, 0) and _near(
        a.reasoning_tokens, b.reasoning_tokens, 0
    )


def _near(one: int | None, other: int | None, tolerance: int) -> bool:
    return one is None or other is None or abs(one - other) <= tolerance


def _tolerance(one: SpanFacts, other: SpanFacts) -> int:
    loose = one.convention == "openllmetry" or other.convention == "openllmetry"
    return OFF_BY_MAX if loose and one.convention != other.convention else 0


def _same_outcome(one: SpanFacts, other: SpanFacts) -> bool:
    """A failure without tokens is not the success that has them."""
    if one.status == other.status:
        return True
    failed, fine = (one, other) if one.status == "error" else (other, one)
    return failed.usage.known or not fine.usage.known


def overlapping(one: SpanFacts, other: SpanFacts) -> bool:
    """Their times have a moment in common. A span that has not ended counts as its start."""
    return one.start_ns <= max(other.end_ns, other.start_ns) and other.start_ns <= max(
        one.end_ns, one.start_ns
    )


def distance(one: SpanFacts, other: SpanFacts) -> int:
    """How far two records are from covering the same time, in nanoseconds."""
    return abs(one.start_ns - other.start_ns) + abs(one.end_ns - other.end_ns)
