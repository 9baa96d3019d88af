"""One model invocation as it happens: tokens, time, errors, cache, incidents. In no convention yet."""

from dataclasses import dataclass, field
from random import Random

from sonde.demo import assumptions, incidents
from sonde.demo.calendar import SECOND
from sonde.demo.figures import ITL_MS, TTFT_S
from sonde.demo.incidents import Disturbances
from sonde.demo.sampling import Choice, Sampler
from sonde.demo.world import MODELS, Model

_TTFT = Sampler(TTFT_S)
_ITL = Sampler(ITL_MS)


@dataclass(frozen=True)
class Failure:
    """A way for a call to fail. ``classes`` names the exception per client library."""

    kind: str
    http_status: int
    message: str
    openai: str
    anthropic: str
    seconds: float
    """Typical time until it fails."""

    def exception(self, provider: str) -> str:
        """The exception class the provider's own client raises."""
        return self.anthropic if provider == "anthropic" else self.openai


RATE_LIMITED = Failure(
    "rate_limit", 429, "Error code: 429 - Rate limit reached for requests.",
    "openai.RateLimitError", "anthropic.RateLimitError", 0.3,
)  # fmt: skip
TIMEOUT = Failure(
    "timeout", 0, "Request timed out.", "openai.APITimeoutError", "anthropic.APITimeoutError", 60.0
)
CONTEXT_LENGTH = Failure(
    "context_length", 400,
    "Error code: 400 - This model's maximum context length is 128000 tokens; reduce the messages.",
    "openai.BadRequestError", "anthropic.BadRequestError", 0.4,
)  # fmt: skip
CONTENT_FILTER = Failure(
    "content_filter", 400, "Error code: 400 - The response was filtered by the content management policy.",
    "openai.BadRequestError", "anthropic.BadRequestError", 0.9,
)  # fmt: skip
SERVER_ERROR = Failure(
    "server_error", 500, "Error code: 500 - The server had an error while processing your request.",
    "openai.InternalServerError", "anthropic.InternalServerError", 2.5,
)  # fmt: skip
OVERLOADED = Failure(
    "overloaded", 503, "Error code: 503 - The engine is currently overloaded, please try again later.",
    "openai.InternalServerError", "anthropic.OverloadedError", 8.0,
)  # fmt: skip

_EVERYDAY = Choice(
    (RATE_LIMITED, TIMEOUT, SERVER_ERROR, OVERLOADED, CONTENT_FILTER, CONTEXT_LENGTH),
    (0.60, 0.07, 0.15, 0.12, 0.035, 0.025),
)
_OUTAGE = Choice((OVERLOADED, SERVER_ERROR, TIMEOUT), (0.6, 0.25, 0.15))


@dataclass(frozen=True)
class Want:
    """What a service asks of a model."""

    service: str
    input_tokens: int
    output: Sampler
    prompt: str = ""
    cached_share: float = 0.0
    """Share of the input that the provider's cache would know."""
    cache_write_share: float = 0.0
    stream: bool = False
    error_share: float = 0.01
    max_tokens: int = 1_024
    operation: str = "chat"
    tier_factor: float = 1.0
    """How much slower the service tier is."""
    audio_input_tokens: int = 0
    audio_output: bool = False


@dataclass
class Call:
    """What came of it."""

    model: Model
    want: Want
    start_ns: int
    end_ns: int
    response_id: str
    ttft_s: float | None = None
    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    audio_input_tokens: int = 0
    audio_output_tokens: int = 0
    finish: str = "stop"
    failure: Failure | None = None
    aborted: bool = False
    attempts: int = 1
    fallback_from: str = ""
    incidents: list[str] = field(default_factory=list[str])

    @property
    def seconds(self) -> float:
        """Duration."""
        return (self.end_ns - self.start_ns) / SECOND

    @property
    def total_tokens(self) -> int:
        """Input and output."""
        return self.input_tokens + self.output_tokens


_ID_PREFIX = {"openai": "chatcmpl-", "anthropic": "msg_", "mistral": "", "deepseek": "", "google": ""}


def invoke(rng: Random, model_name: str, want: Want, start_ns: int, disturbed: Disturbances) -> Call:
    """Call a model once. The client's own retries are inside: they add `attempts` and time, not calls."""
    model = MODELS[model_name]
    prefix = _ID_PREFIX.get(model.provider, "")
    call = Call(model, want, start_ns, start_ns, f"{prefix}{rng.getrandbits(96):024x}")
    waited = 0.0
    failure = _fails(rng, call, disturbed)
    # The clients of both big providers retry twice what is worth a retry.
    while failure is not None and failure.http_status in (429, 500, 503) and call.attempts < 3:
        waited += failure.seconds * rng.uniform(0.5, 1.5) + 0.5 * 2**call.attempts
        call.attempts += 1
        failure = (
            _fails(rng, call, disturbed) if call.incidents else (failure if rng.random() < 0.45 else None)
        )
    if failure is not None:
        call.failure = failure
        call.finish = ""
        call.end_ns = start_ns + int((waited + failure.seconds * rng.uniform(0.6, 1.4)) * SECOND)
        return call
    _answer(rng, call, disturbed)
    _time(rng, call, waited, disturbed)
    return call


def _fails(rng: Random, call: Call, disturbed: Disturbances) -> Failure | None:
    provider = call.model.provider
    outage = disturbed.of(incidents.OUTAGE, provider, call.start_ns)
    if outage:
        _mark(call, outage.id)
        if rng.random() < assumptions.OUTAGE_ERROR_SHARE:
            return _OUTAGE.draw(rng)
    limited = disturbed.of(incidents.RATE_LIMIT, provider, call.start_ns)
    if limited:
        _mark(call, limited.id)
        if rng.random() < assumptions.RATE_LIMIT_ERROR_SHARE:
            return RATE_LIMITED
    # Seven of ten failures are cured by the client's retries, so first attempts fail 3.3 times as often.
    return _EVERYDAY.draw(rng) if rng.random() < call.want.error_share * 3.3 else None


def _answer(rng: Random, call: Call, disturbed: Disturbances) -> None:
    want = call.want
    call.input_tokens = want.input_tokens + want.audio_input_tokens
    call.audio_input_tokens = want.audio_input_tokens
    cached_share = want.cached_share
    collapse = disturbed.of(incidents.CACHE_COLLAPSE, want.service, call.start_ns)
    if collapse and cached_share:
        _mark(call, collapse.id)
        cached_share *= assumptions.CACHE_COLLAPSE_FACTOR
    # Providers cache in blocks: OpenAI in 128 tokens from 1,024 on, others similarly.
    cached = int(want.input_tokens * cached_share) // 128 * 128
    call.cached_tokens = cached if cached >= 1_024 else 0
    if model_writes_cache(call.model):
        wanted = want.cache_write_share if not collapse else want.cached_share + want.cache_write_share
        call.cache_write_tokens = min(int(want.input_tokens * wanted), want.input_tokens - call.cached_tokens)
    if want.operation != "chat":
        return
    drop = disturbed.of(incidents.OUTPUT_DROP, want.prompt, call.start_ns)
    factor = 1.0
    if drop:
        _mark(call, drop.id)
        factor = assumptions.OUTPUT_DROP_FACTOR
    visible = want.output.count(rng, factor)
    if call.model.reasoning:
        call.reasoning_tokens = int(visible * rng.uniform(0.3, 2.6)) // 64 * 64
    call.output_tokens = visible + call.reasoning_tokens
    if want.audio_output:
        call.audio_output_tokens = int(visible * 0.8)
    if rng.random() < assumptions.TRUNCATED_SHARE or call.output_tokens > want.max_tokens:
        call.output_tokens = min(call.output_tokens, want.max_tokens)
        call.reasoning_tokens = min(call.reasoning_tokens, call.output_tokens)
        call.finish = "length"


def _time(rng: Random, call: Call, waited: float, disturbed: Disturbances) -> None:
    model, want = call.model, call.want
    fresh = call.input_tokens - call.cached_tokens
    first = _TTFT.draw(rng) * model.first_token * want.tier_factor + fresh * 0.000_012
    between = _ITL.draw(rng) / 1_000 * model.per_token * want.tier_factor
    slow = disturbed.of(incidents.LATENCY, model.name, call.start_ns)
    if slow:
        _mark(call, slow.id)
        first *= assumptions.LATENCY_SPIKE_FACTOR * rng.uniform(0.6, 1.4)
        between *= assumptions.LATENCY_SPIKE_FACTOR * 0.7
    first += call.reasoning_tokens * between
    rest = (call.output_tokens - call.reasoning_tokens) * between
    if want.stream:
        call.ttft_s = round(waited + first, 6)
        if rng.random() < assumptions.ABORTED_STREAM_SHARE:
            call.aborted = True
            rest *= rng.uniform(0.05, 0.8)
    call.end_ns = call.start_ns + int((waited + first + rest) * SECOND)


def model_writes_cache(model: Model) -> bool:
    """Whether the provider bills writing to its cache (Anthropic does)."""
    return model.provider == "anthropic"


def _mark(call: Call, incident: str) -> None:
    if incident not in call.incidents:
        call.incidents.append(incident)


def invoke_with_fallback(
    rng: Random, models: tuple[str, ...], want: Want, start_ns: int, disturbed: Disturbances
) -> list[Call]:
    """Try models in order until one answers. Each try is a call; later ones name the first model."""
    calls: list[Call] = []
    at = start_ns
    for name in models:
        call = invoke(rng, name, want, at, disturbed)
        if calls:
            call.fallback_from = calls[0].model.name
            # The calls that jumped in are part of the incident that made them necessary.
            for incident in calls[0].incidents:
                _mark(call, incident)
        calls.append(call)
        if call.failure is None or call.failure in (CONTEXT_LENGTH, CONTENT_FILTER):
            break
        at = call.end_ns + int(rng.uniform(0.01, 0.08) * SECOND)
    return calls
