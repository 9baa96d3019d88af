"""What the store writes: one type per table.

Text columns that hold JSON say so in their name. Rows are made by normalization, priced and redacted,
journaled, then written in batches; they never change after that except by a newer version of the same key.
"""

from decimal import Decimal

from msgspec import Struct, field

from sonde.model.facts import SpanFacts


class Message(Struct, frozen=True, gc=False, omit_defaults=True):
    """One piece of content of a span."""

    direction: str
    """system | input | output | tools | tool_input | tool_output | documents | embedding_input."""
    role: str
    """system, user, assistant, tool … (the sender's word, lower case); empty where there is none."""
    text: str
    """The plain text, for reading and for search."""
    parts_json: str = ""
    """JSON list of parts in OpenTelemetry's shape when the content is more than one plain text."""


class SpanRow(Struct, frozen=True, gc=False):
    """Table ``spans``: every span, key (project, time, span_id, trace_id)."""

    project: str
    trace_id: str
    span_id: str
    parent_span_id: str
    time_ns: int
    """Start of the span. Receive time when the sent time cannot be used (then ``time_flag`` says so)."""
    end_ns: int
    received_ns: int
    duration_ns: int
    name: str
    kind: str
    """unspecified | internal | server | client | producer | consumer."""
    status: str
    """unset | ok | error."""
    status_message: str
    service: str
    scope_name: str
    scope_version: str
    trace_state: str
    flags: int
    time_flag: str
    """Empty, "future" (more than an hour ahead) or "invalid" (before 1990, past 2262, end before start)."""
    attributes_json: str
    """All attributes but content, keys as sent."""
    resource_json: str
    events_json: str
    """JSON list of {name, time_ns, attributes}; empty text when there are none."""
    links_json: str
    dropped_count: int
    """Attributes, events and links dropped by the sender or by our limits."""
    facts: SpanFacts
    messages: list[Message] = field(default_factory=list[Message])
    """Content; goes to table ``contents`` with its own retention."""
    content_hash: str = ""
    """Hash over everything above but the receive time: tells a redelivery from a newer version."""


class Cost(Struct, frozen=True, gc=False):
    """Money of one call with its provenance.

    ``state``: priced | unpriced | free. ``source``: computed | billed | claimed | none. Amounts are USD.
    """

    state: str
    source: str
    cost_usd: Decimal | None = None
    input_cost_usd: Decimal | None = None
    output_cost_usd: Decimal | None = None
    cached_input_cost_usd: Decimal | None = None
    """Part of ``input_cost_usd``."""
    cache_write_cost_usd: Decimal | None = None
    """Part of ``input_cost_usd``."""
    reasoning_cost_usd: Decimal | None = None
    """Part of ``output_cost_usd``."""
    fees_usd: Decimal | None = None
    """Request and tool fees, beside input and output."""
    claimed_cost_usd: Decimal | None = None
    saved_usd: Decimal | None = None
    """What a call that a response cache answered would have cost."""
    rate_card: str = ""
    """Which price was used: "provider/model@valid-from" of the price book and its version."""
    explanation_json: str = ""
    """JSON list of {token_class, tokens, unit_price_usd_per_million, cost_usd} and reasons in words."""


class CallRow(Struct, frozen=True, gc=False):
    """Table ``calls``: one candidate invocation; ``counted`` false for a repeat of another one.

    ``facts`` are those of the span after the invocation was put together: fields its own span did not
    know are filled from its duplicates, its log events and its ancestors (user, session …).
    """

    project: str
    time_ns: int
    facts: SpanFacts
    cost: Cost
    counted: bool
    duplicate_of: str
    """Span id of the record that is counted instead; empty when counted."""
    duplicate_reason: str
    attributes_json: str
    time_flag: str
    content_hash: str
    """Hash over everything above: an unchanged decision is not written again."""
    version: int
    """Microseconds; the highest version of a key wins."""


class LogRow(Struct, frozen=True, gc=False):
    """Table ``logs``."""

    project: str
    time_ns: int
    observed_ns: int
    received_ns: int
    trace_id: str
    span_id: str
    service: str
    severity_number: int
    severity: str
    """trace | debug | info | warn | error | fatal | '' (from the number, else from the text)."""
    event_name: str
    body: str
    """Text as sent, or JSON when the body is structured."""
    attributes_json: str
    resource_json: str
    scope_name: str
    time_flag: str
    record_id: str
    """Hash of the record and of its position among equal records of one request: the key of redelivery."""


class MetricPoint(Struct, frozen=True, gc=False):
    """Table ``metrics``: one data point of any of OTLP's five kinds."""

    project: str
    time_ns: int
    start_ns: int
    received_ns: int
    service: str
    name: str
    unit: str
    description: str
    kind: str
    """gauge | sum | histogram | exponential_histogram | summary."""
    temporality: str
    """cumulative | delta | ''."""
    monotonic: bool
    attributes_json: str
    resource_json: str
    scope_name: str
    series_id: str
    """Hash of project, resource, scope, name and attributes: one time series."""
    value: float | None = None
    """Gauge and sum."""
    value_int: int | None = None
    """The exact value when it was sent as an integer."""
    count: int | None = None
    sum: float | None = None
    min: float | None = None
    max: float | None = None
    bounds: list[float] = field(default_factory=list[float])
    """Histogram: explicit bounds. Summary: the quantiles."""
    bucket_counts: list[int] = field(default_factory=list[int])
    """Histogram: counts per bucket."""
    quantile_values: list[float] = field(default_factory=list[float])
    """Summary: value per quantile of ``bounds``."""
    scale: int | None = None
    zero_count: int | None = None
    zero_threshold: float | None = None
    positive_offset: int | None = None
    positive_counts: list[int] = field(default_factory=list[int])
    negative_offset: int | None = None
    negative_counts: list[int] = field(default_factory=list[int])
    exemplars_json: str = ""
    flags: int = 0


class Score(Struct, frozen=True, gc=False):
    """Table ``scores``: a judgement of a span, a trace or a session."""

    project: str
    time_ns: int
    score_id: str
    """Given by the sender, else a hash of the rest: the key of redelivery."""
    name: str
    trace_id: str = ""
    span_id: str = ""
    session_id: str = ""
    response_id: str = ""
    """When the sender knew only the answer it judged."""
    value: float | None = None
    label: str = ""
    comment: str = ""
    source: str = ""
    """How it arrived: otel, openlit, openinference, langfuse, logfire, api …"""
    author: str = ""
    data_type: str = ""
    """numeric | boolean | categorical | ''."""
    attributes_json: str = "{}"


class LogContent(Struct, frozen=True, gc=False):
    """Content of a span that arrived as a log event."""

    trace_id: str
    span_id: str
    response_id: str
    """Joins when the event has no span id."""
    time_ns: int
    position: int
    """Order among the events of one span."""
    messages: list[Message]
    record_id: str


class Batch(Struct):
    """Rows that are journaled together and written together. Calls are derived at write time."""

    project: str
    received_ns: int
    spans: list[SpanRow] = field(default_factory=list[SpanRow])
    log_facts: list[SpanFacts] = field(default_factory=list[SpanFacts])
    """Facts from GenAI log events (usage, response id) that complete a span's own."""
    log_messages: list[LogContent] = field(default_factory=list[LogContent])
    logs: list[LogRow] = field(default_factory=list[LogRow])
    metrics: list[MetricPoint] = field(default_factory=list[MetricPoint])
    scores: list[Score] = field(default_factory=list[Score])
