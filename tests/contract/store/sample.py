"""Rows as normalization makes them, from a seed: the same seed gives the same rows."""

import hashlib
import json
import random
from collections.abc import Callable, Sequence
from decimal import Decimal

import msgspec

from sonde.model.facts import SpanFacts, Usage
from sonde.model.rows import CallRow, Cost, LogContent, LogRow, Message, MetricPoint, Score, SpanRow

DAY_NS = 86_400 * 1_000_000_000
BASE_NS = 1_795_219_200 * 1_000_000_000
"""2026-11-21 00:00 UTC."""
MODELS = ("gpt-4o-mini", "gpt-4o", "gpt-4.1", "claude-sonnet-4-5", "gpt-5-mini")
WORDS = [
    "refund",
    "policy",
    "for",
    "orders",
    "shipped",
    "late",
    "says",
    "the",
    "customer",
    "gets",
    "a",
    "voucher",
    "or",
    "a",
    "new",
    "parcel",
    "within",
    "five",
    "days",
    "please",
    "summarise",
    "the",
    "quarterly",
    "report",
    "and",
    "list",
    "every",
    "open",
    "question",
    "about",
    "retention",
    "and",
    "latency",
]


def words(rng: random.Random, count: int) -> str:
    """Plain text of ``count`` words."""
    return " ".join(rng.choice(WORDS) for _ in range(count))


class Sampler:
    """Makes rows. ``text`` gives the three texts of a span: system, user and assistant."""

    def __init__(
        self,
        seed: int = 1,
        *,
        project: str = "default",
        text: Callable[[random.Random], tuple[str, str, str]] | None = None,
    ) -> None:
        self.rng = random.Random(seed)
        self.project = project
        self._text = text or (lambda rng: (words(rng, 8), words(rng, 20), words(rng, 15)))
        self._trace_id = ""
        self._trace_left = 0
        self._root = ""

    def span(self, time_ns: int = BASE_NS, **changes: object) -> SpanRow:
        """One chat span; five of them make a trace. ``changes`` set fields of the row; fields of the facts
        are given as ``facts={...}``.
        """
        rng = self.rng
        if self._trace_left == 0:
            self._trace_id = rng.randbytes(16).hex()
            self._trace_left, self._root = 5, ""
        self._trace_left -= 1
        span_id = rng.randbytes(8).hex()
        parent, self._root = self._root, self._root or span_id
        model = rng.choice(MODELS)
        tokens_in, tokens_out = rng.randint(300, 900), rng.randint(100, 400)
        user, session = f"user-{rng.randint(0, 5000):05d}", f"sess-{rng.getrandbits(33):010d}"
        duration = rng.randint(200_000_000, 9_000_000_000)
        system, question, answer = self._text(rng)
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.system": "openai",
            "gen_ai.request.model": model,
            "gen_ai.response.model": model + "-2026-08-06",
            "gen_ai.response.finish_reasons": ["stop"],
            "gen_ai.request.temperature": 0.7,
            "gen_ai.request.top_p": 0.95,
            "gen_ai.request.max_tokens": 1024,
            "gen_ai.request.seed": 42,
            "gen_ai.output.type": "text",
            "gen_ai.usage.input_tokens": tokens_in,
            "gen_ai.usage.output_tokens": tokens_out,
            "gen_ai.usage.cache_read.input_tokens": tokens_in // 2,
            "gen_ai.conversation.id": session,
            "session.id": session,
            "user.id": user,
            "server.address": "api.openai.com",
            "server.port": 443,
            "deployment.environment.name": "production",
            "app.feature": rng.choice(["search", "support", "summarise"]),
            "app.tenant": f"tenant-{rng.randint(0, 200):03d}",
            "app.prompt.version": f"v{rng.randint(1, 30)}",
        }
        facts = SpanFacts(
            trace_id=self._trace_id,
            span_id=span_id,
            parent_span_id=parent,
            start_ns=time_ns,
            end_ns=time_ns + duration,
            scope="opentelemetry.instrumentation.openai",
            convention="genai",
            operation="chat",
            name=f"chat {model}",
            service="shop",
            environment="production",
            provider="openai",
            request_model=model,
            response_model=model + "-2026-08-06",
            user_id=user,
            session_id=session,
            finish_reason="stop",
            usage=Usage(input_tokens=tokens_in, cached_input_tokens=tokens_in // 2, output_tokens=tokens_out),
            content_bytes=len(system) + len(question) + len(answer),
        )
        own = changes.pop("facts", None)
        if isinstance(own, dict):
            facts = msgspec.structs.replace(facts, **own)
        row = SpanRow(
            project=self.project,
            trace_id=facts.trace_id,
            span_id=facts.span_id,
            parent_span_id=facts.parent_span_id,
            time_ns=time_ns,
            end_ns=time_ns + duration,
            received_ns=time_ns + duration + 5_000_000,
            duration_ns=duration,
            name=facts.name,
            kind="client",
            status="ok",
            status_message="",
            service=facts.service,
            scope_name=facts.scope,
            scope_version="1.3",
            trace_state="",
            flags=1,
            time_flag="",
            attributes_json=json.dumps(attributes, separators=(",", ":")),
            resource_json='{"service.name":"shop","telemetry.sdk.language":"python"}',
            events_json="",
            links_json="",
            dropped_count=0,
            facts=facts,
            messages=[
                Message("system", "system", system),
                Message("input", "user", question),
                Message("output", "assistant", answer),
            ],
        )
        if changes:
            row = msgspec.structs.replace(row, **changes)
        return hashed(row)

    def spans(self, count: int, start_ns: int = BASE_NS, step_ns: int = 1_000_000) -> list[SpanRow]:
        """``count`` spans, one every ``step_ns``."""
        return [self.span(start_ns + index * step_ns) for index in range(count)]

    def log(self, time_ns: int = BASE_NS, body: str = "the queue is long") -> LogRow:
        """One log record."""
        return LogRow(
            project=self.project,
            time_ns=time_ns,
            observed_ns=time_ns,
            received_ns=time_ns + 1_000_000,
            trace_id="",
            span_id="",
            service="shop",
            severity_number=9,
            severity="info",
            event_name="",
            body=body,
            attributes_json="{}",
            resource_json="{}",
            scope_name="",
            time_flag="",
            record_id=self.rng.randbytes(8).hex(),
        )

    def point(self, time_ns: int = BASE_NS, value: float = 1.5) -> MetricPoint:
        """One gauge point."""
        return MetricPoint(
            project=self.project,
            time_ns=time_ns,
            start_ns=time_ns,
            received_ns=time_ns,
            service="shop",
            name="queue.length",
            unit="1",
            description="",
            kind="gauge",
            temporality="",
            monotonic=False,
            attributes_json="{}",
            resource_json="{}",
            scope_name="",
            series_id=self.rng.randbytes(8).hex(),
            value=value,
        )

    def score(self, time_ns: int = BASE_NS, value: float = 0.5) -> Score:
        """One judgement."""
        return Score(
            project=self.project,
            time_ns=time_ns,
            score_id=self.rng.randbytes(8).hex(),
            name="helpful",
            trace_id=self.rng.randbytes(16).hex(),
            value=value,
            source="api",
        )

    def event(self, span: SpanRow, position: int = 0) -> LogContent:
        """Content of ``span`` that came as a log event."""
        return LogContent(
            trace_id=span.trace_id,
            span_id=span.span_id,
            response_id="",
            time_ns=span.time_ns + 10,
            position=position,
            messages=[Message("input", "user", words(self.rng, 12))],
            record_id=self.rng.randbytes(8).hex(),
        )


def hashed(row: SpanRow) -> SpanRow:
    """The row with its content hash, as normalization sets it."""
    plain = msgspec.structs.replace(row, received_ns=0, content_hash="")
    digest = hashlib.blake2b(msgspec.msgpack.encode(plain), digest_size=8).hexdigest()
    return msgspec.structs.replace(row, content_hash=digest)


def call_of(row: SpanRow, *, version: int = 1, counted: bool = True, **facts: object) -> CallRow:
    """The call row of a span, priced at a made-up price."""
    merged = msgspec.structs.replace(row.facts, **facts)
    tokens_in, tokens_out = merged.usage.input_tokens or 0, merged.usage.output_tokens or 0
    cost_in = Decimal(tokens_in) * Decimal("0.00000015")
    cost_out = Decimal(tokens_out) * Decimal("0.0000006")
    call = CallRow(
        project=row.project,
        time_ns=row.time_ns,
        facts=merged,
        cost=Cost(
            "priced", "computed", cost_in + cost_out, cost_in, cost_out, rate_card="openai/x@2026-01-01"
        ),
        counted=counted,
        duplicate_of="" if counted else "f" * 16,
        duplicate_reason="" if counted else "children explain its tokens",
        attributes_json=row.attributes_json,
        time_flag=row.time_flag,
        content_hash="",
        version=version,
    )
    digest = hashlib.blake2b(
        msgspec.msgpack.encode(msgspec.structs.replace(call, version=0)), digest_size=8
    ).hexdigest()
    return msgspec.structs.replace(call, content_hash=digest)


def calls_of(rows: Sequence[SpanRow], *, version: int = 1) -> list[CallRow]:
    """A counted call for every span."""
    return [call_of(row, version=version) for row in rows]
