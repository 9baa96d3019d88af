"""OTLP export requests as a load generator needs them: encoded once, then only ids and times are patched.

A trace is an agent's span with four chat calls inside, each span with 20 to 25 attributes. Request
`number` is the same bytes whenever it is rendered (ids and times follow from the number), so a client
that was not answered can send it again, and what must be in the store is known without keeping it.
"""

import json
import random
import struct
from collections.abc import Sequence

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

MODELS = ("gpt-4o-mini", "gpt-4o", "gpt-4.1", "claude-sonnet-4-5", "gpt-5-mini")
VARIANTS = ("content", "bare")
SPANS_PER_TRACE = 5
CALLS_PER_TRACE = 4
"""The first span of a trace is the agent around them."""
SESSION = "sess-0000000000"
USERS = 5_000

_TEXT = (
    "the of and to in is that for it as was with be by on not are this have from or had which one you "
    "were all there would their we been has when who will more if out so said what its about than into "
    "them can only other time new some could these two may first then do any like now over such our "
    "retrieval token latency customer invoice database schema request response vector embedding agent "
    "planner tool policy refund warranty shipment tracking analysis quarterly revenue forecast configure "
    "deployment kubernetes however although sometimes between"
)
_WORDS = _TEXT.split()

Value = str | int | float | list[str]


def _words(rng: random.Random, characters: int) -> str:
    out: list[str] = []
    size = 0
    while size < characters:
        word = rng.choice(_WORDS)
        out.append(word)
        size += len(word) + 1
    return " ".join(out)[:characters]


def _attribute(key: str, value: Value) -> KeyValue:
    pair = KeyValue(key=key)
    if isinstance(value, str):
        pair.value.string_value = value
    elif isinstance(value, int):
        pair.value.int_value = value
    elif isinstance(value, float):
        pair.value.double_value = value
    else:
        for item in value:
            pair.value.array_value.values.add(string_value=item)
    return pair


def span_attributes(rng: random.Random, content: Sequence[str], *, agent: bool) -> list[KeyValue]:
    """Attributes of a chat call or of the agent; `content`: system prompt, question and answer, or empty."""
    model = rng.choice(MODELS)
    input_tokens, output_tokens = rng.randint(300, 900), rng.randint(100, 400)
    failed = rng.random() < 0.02 and not agent
    values: dict[str, Value] = {
        "gen_ai.operation.name": "invoke_agent" if agent else "chat",
        "gen_ai.provider.name": "anthropic" if model.startswith("claude") else "openai",
        "gen_ai.request.model": model,
        "gen_ai.request.temperature": 0.7,
        "gen_ai.request.top_p": 0.95,
        "gen_ai.request.max_tokens": 1024,
        "gen_ai.request.seed": 42,
        "gen_ai.output.type": "text",
        "gen_ai.conversation.id": SESSION,
        "session.id": SESSION,
        "user.id": f"user-{rng.randrange(USERS):05d}",
        "server.address": "api.openai.com",
        "server.port": 443,
        "deployment.environment.name": "production",
        "app.feature": rng.choice(("search", "support", "summarise")),
        "app.tenant": f"tenant-{rng.randrange(200):03d}",
        "gen_ai.prompt.name": "answer",
        "gen_ai.prompt.version": f"{rng.randint(1, 30)}",
    }
    if agent:
        values["gen_ai.agent.name"] = "assistant"
    elif failed:
        values["error.type"] = "RateLimitError"
    else:
        values |= {
            "gen_ai.response.model": f"{model}-2026-08-06",
            "gen_ai.response.finish_reasons": ["stop"],
            "gen_ai.usage.input_tokens": input_tokens,
            "gen_ai.usage.output_tokens": output_tokens,
            "gen_ai.usage.cache_read.input_tokens": input_tokens // 2,
        }
    if content:
        system, question, answer = content
        asked = [
            {"role": "system", "parts": [{"type": "text", "content": system}]},
            {"role": "user", "parts": [{"type": "text", "content": question}]},
        ]
        said = [
            {"role": "assistant", "parts": [{"type": "text", "content": answer}], "finish_reason": "stop"}
        ]
        values["gen_ai.input.messages"] = json.dumps(asked, ensure_ascii=False)
        values["gen_ai.output.messages"] = json.dumps(said, ensure_ascii=False)
    return [_attribute(key, value) for key, value in values.items()]


def empty_request() -> ExportTraceServiceRequest:
    """A request with resource and scope and no spans yet."""
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    for key, value in (
        ("service.name", "chat-backend"),
        ("service.version", "1.4.2"),
        ("telemetry.sdk.language", "python"),
        ("telemetry.sdk.name", "opentelemetry"),
        ("telemetry.sdk.version", "1.45.2"),
        ("host.name", "node-17"),
    ):
        resource.resource.attributes.append(_attribute(key, value))
    scope = resource.scope_spans.add()
    scope.scope.name, scope.scope.version = "opentelemetry.instrumentation.genai.openai", "1.3b0"
    return request


def add_span(request: ExportTraceServiceRequest, attributes: list[KeyValue]) -> Span:
    """Append one client span; ids, parent and times are still to be set."""
    span = request.resource_spans[0].scope_spans[0].spans.add()
    operation = attributes[0].value.string_value
    span.name = operation
    span.kind = Span.SPAN_KIND_CLIENT if operation == "chat" else Span.SPAN_KIND_INTERNAL
    failed = any(pair.key == "error.type" for pair in attributes)
    span.status.code = 2 if failed else 1  # pyright: ignore[reportAttributeAccessIssue]  (an enum's number)
    span.attributes.extend(attributes)
    return span


class Template:
    """One encoded request of `batch` spans and where its ids, times and session stand in it."""

    def __init__(self, batch: int, variant: str, seed: int) -> None:
        rng = random.Random(seed)
        self.batch = batch
        request = empty_request()
        self._duration_ns: list[int] = []
        for index in range(batch):
            content = [_words(rng, size) for size in (500, 1_500, 1_000)] if variant == "content" else []
            agent = batch > 1 and index % SPANS_PER_TRACE == 0
            span = add_span(request, span_attributes(rng, content, agent=agent))
            span.trace_id, span.span_id = rng.randbytes(16), rng.randbytes(8)
            if index % SPANS_PER_TRACE:
                span.parent_span_id = rng.randbytes(8)
            span.start_time_unix_nano = rng.getrandbits(63) | 1 << 63
            span.end_time_unix_nano = rng.getrandbits(63) | 1 << 63
            self._duration_ns.append(rng.randint(200, 6_000) * 1_000_000)
        self._raw = request.SerializeToString()
        self._marks: list[tuple[int, int, int, int, int, list[int]]] = []
        at = 0
        for span in request.resource_spans[0].scope_spans[0].spans:
            trace = self._raw.index(span.trace_id, at)
            own = self._raw.index(span.span_id, trace)
            parent = self._raw.index(span.parent_span_id, own) if span.parent_span_id else -1
            start = self._raw.index(struct.pack("<Q", span.start_time_unix_nano), own)
            end = self._raw.index(struct.pack("<Q", span.end_time_unix_nano), start)
            sessions: list[int] = []
            for _ in range(2):
                at = self._raw.index(SESSION.encode(), sessions[-1] + 1 if sessions else end)
                sessions.append(at)
            self._marks.append((trace, own, parent, start, end, sessions))

    def render(self, run: int, number: int, start_ns: int) -> bytearray:
        """The request with this number. Times begin at `start_ns`, one ms apart."""
        body = bytearray(self._raw)
        session = f"{number * 7_919 % 20_000:010d}".encode()
        for index, (trace, own, parent, start, end, sessions) in enumerate(self._marks):
            first = index - index % SPANS_PER_TRACE
            body[trace : trace + 16] = trace_id(run, number, first)
            body[own : own + 8] = span_id(run, number, index)
            if parent >= 0:
                body[parent : parent + 8] = span_id(run, number, first)
            begins = start_ns + index * 1_000_000
            body[start : start + 8] = struct.pack("<Q", begins)
            body[end : end + 8] = struct.pack("<Q", begins + self._duration_ns[index])
            for place in sessions:
                body[place + 5 : place + 15] = session
        return body


def trace_id(run: int, number: int, first: int) -> bytes:
    """Trace id: 4 bytes of the run, 8 of the request, 4 of the trace's first span."""
    return struct.pack(">IQI", run, number, first)


def span_id(run: int, number: int, index: int) -> bytes:
    """Span id: unique over 2^16 runs, 2^32 requests of each, 2^16 spans of each request."""
    return struct.pack(">HIH", run & 0xFFFF, number & 0xFFFF_FFFF, index + 1)


class Stream:
    """Request after request of one run: the same number is the same request."""

    def __init__(self, batch: int, variant: str, run: int, start_ns: int, step_ns: int) -> None:
        count = 64 if batch == 1 else 16 if batch <= 50 else 4
        self._templates = [Template(batch, variant, 1_000 * batch + index) for index in range(count)]
        self.batch, self.run, self._start_ns, self._step_ns = batch, run, start_ns, step_ns

    def time_ns(self, number: int) -> int:
        """When the spans of a request begin."""
        return self._start_ns + number * self._step_ns

    def request(self, number: int) -> bytearray:
        """The bytes of a request."""
        return self._templates[number % len(self._templates)].render(self.run, number, self.time_ns(number))
