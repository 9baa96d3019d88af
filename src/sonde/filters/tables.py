"""Which fields there are to filter by, as data."""

from dataclasses import replace

from sonde.filters.fields import Field, FieldTable, Kind, Table, Target
from sonde.model.facts import CALL_OPERATIONS, SPAN_OPERATIONS

SEVERITIES = ("trace", "debug", "info", "warn", "error", "fatal")
SPAN_KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")
ZERO_TRACE = "toFixedString(unhex('00000000000000000000000000000000'), 16)"
ZERO_SPAN = "toFixedString(unhex('0000000000000000'), 8)"

TOTAL_TOKENS = (
    "if(isNull($input_tokens) AND isNull($output_tokens), NULL, "
    "ifNull($input_tokens, 0) + ifNull($output_tokens, 0))"
)
LOG_ENVIRONMENT = (
    "coalesce(nullIf(JSONExtractString($resource, 'deployment.environment.name'), ''), "
    "nullIf(JSONExtractString($resource, 'deployment.environment'), ''))"
)


def _text(
    name: str, description: str, *aliases: str, column: str = "", example: str = "", suggest: bool = True
) -> Field:
    examples = (f"{name}:{example}",) if example else ()
    return Field(
        name, "text", description, (f"${column or name}",), aliases, examples=examples, suggest=suggest
    )


def _choice(name: str, description: str, choices: tuple[str, ...], *aliases: str) -> Field:
    return Field(
        name, "choice", description, (f"${name}",), aliases, choices, examples=(f"{name}:{choices[-1]}",)
    )


def _flag(name: str, description: str, *aliases: str) -> Field:
    return Field(name, "flag", description, (f"${name}",), aliases, examples=(f"{name}:true",))


def _count(name: str, description: str, *aliases: str, example: str = "") -> Field:
    examples = (f"{name}{example}",) if example else ()
    return Field(name, "count", description, (f"${name}",), aliases, examples=examples)


def _money(name: str, description: str, *aliases: str) -> Field:
    return Field(
        name, "money", description, (f"${name}",), aliases, examples=(f"{name}>0.05",), storage="decimal"
    )


def _ms(name: str, description: str, *aliases: str, example: str = "") -> Field:
    examples = (f"{name}{example}",) if example else ()
    return Field(
        name, "duration", description, (f"${name}",), aliases, examples=examples, storage="float", unit=10**6
    )


def _id(name: str, description: str, width: int, *aliases: str, column: str = "") -> Field:
    return Field(
        name, "id", description, (f"${column or name + '_id'}",), aliases, width=width, suggest=False
    )


MODEL = Field(
    "model", "text", "The model asked for, or the one that answered", ("$request_model", "$response_model"),
    examples=("model:gpt-4o", "model:claude-*", "model:(gpt-4o OR gpt-4.1)"),
)  # fmt: skip
REQUEST_MODEL = _text("request_model", "The model asked for", "gen_ai.request.model")
RESPONSE_MODEL = _text("response_model", "The model that answered", "gen_ai.response.model")
PROVIDER = _text("provider", "Who runs the model", "gen_ai.provider.name", "gen_ai.system", example="openai")
PROJECT = _text("project", "The project", suggest=False)
SERVICE = _text("service", "The service that sent it", "service.name", example="shop")
ENVIRONMENT = _text(
    "environment", "The deployment environment", "env", "deployment.environment.name", example="production"
)
RELEASE = _text("release", "The version of the service", "version", "service.version", example="1.4.*")
ENDPOINT = _text("endpoint", "The application's route or feature", "route", example="/chat")
FUNCTION = _text("function", "The function of the application that made it")
USER = _text("user", "The end user", "user_id", "user.id", column="user_id", example="u42")
SESSION = _text(
    "session", "The session or conversation", "session_id", "session.id", "conversation",
    column="session_id",
)  # fmt: skip
ERROR_TYPE = _text("error_type", "The kind of error", "error.type", example="*timeout*")
NAME = _text("name", "The span's name", "span_name", example='"chat gpt-4o"')
CONVENTION = _text("convention", "Which instrumentation's words it came in")
SCOPE = _text("scope", "The instrumentation scope", "scope_name", column="scope_name")
RESPONSE_ID = _text("response_id", "The provider's id of the answer", suggest=False)
TIME_FLAG = _text("time_flag", "future or invalid where the sent time was not used")
TRACE = _id("trace", "The trace's id", 16, "trace_id")
SPAN = _id("span", "The span's id", 8, "span_id")
PARENT = Field(
    "parent", "id", "The parent span's id; has:parent finds all but roots", ("$parent_span_id",),
    ("parent_id", "parent_span_id"), width=8, suggest=False,
)  # fmt: skip
TIME = Field(
    "time", "time", "When it began. A day or a minute stands for all of it", ("$time",),
    ("start", "timestamp"),
    examples=("time>=2026-11-21T10:00", "time:2026-11-21"), suggest=False,
)  # fmt: skip
HOUR = Field("hour", "number", "Hour of the day, 0 to 23, in the time zone of the question",
             ("toInt64(toHour($time, {zone}))",), examples=("hour:[9 TO 17]",), suggest=False)  # fmt: skip
WEEKDAY = Field("weekday", "number", "Day of the week, 1 is Monday, in the time zone of the question",
                ("toInt64(toDayOfWeek($time, 0, {zone}))",), examples=("weekday:(6 OR 7)",),
                suggest=False)  # fmt: skip
DURATION = Field(
    "duration_ms", "duration", "How long it took; milliseconds unless a unit says otherwise",
    ("$duration_ns",), ("duration", "latency"), examples=("duration>2s", "duration:[500ms TO 1m]"),
)  # fmt: skip
CONTENT = Field(
    "content", "words", "Words or a phrase of the prompts and answers; the same as a bare word",
    aliases=("text", "message"), examples=("refund", '"out of stock"', "content:refund", "has:content"),
    suggest=False,
)  # fmt: skip
ERROR = Field(
    "error", "presence", "Whether it failed: has:error", known="$status = 'error'", examples=("has:error",)
)
TOOL = Field(
    "tool", "presence", "Whether the model asked for a tool: has:tool", ("ifNull($tool_calls, 0) > 0",),
    ("tools",), known="ifNull($tool_calls, 0) > 0", examples=("has:tool",),
)  # fmt: skip
ATTRIBUTES = Field(
    "attributes.*", "attribute", "Any attribute by its key as it was sent", ("$attributes",),
    examples=("attributes.app.tenant:acme", 'attributes."a key":5', "attributes.retries>2"), suggest=False,
)  # fmt: skip
RESOURCE = Field(
    "resource.*", "attribute", "Any attribute of the sender by its key", ("$resource",),
    examples=("resource.host.name:web-1",), suggest=False,
)  # fmt: skip

CALL_ONLY = (
    Field(
        "tag", "list", "A tag; any of several", ("$tags",), ("tags",), examples=("tag:beta",)
    ),
    _text("prompt_name", "The prompt template's name", "prompt"),
    _text("prompt_version", "The prompt template's version"),
    _text("prompt_hash", "The prompt template's hash"),
    _text("finish_reason", "Why the model stopped: stop, length, tool_calls, content_filter …", "finish",
          example="length"),
    _text("service_tier", "The provider's service tier", "tier"),
    _text("fallback_from", "The model that failed before this one"),
    _text("error_message", "What the error said", example="*quota*", suggest=False),
    _text("rate_card", "The price used", suggest=False),
    _choice("cost_state", "Whether there is a price", ("priced", "free", "unpriced")),
    _choice("cost_source", "Where the cost came from", ("computed", "claimed", "none", "billed")),
    _flag("streaming", "Whether the answer was streamed", "stream"),
    _flag("incomplete", "Whether a stream was aborted"),
    _flag("batch", "Whether it was a batch request"),
    _flag("cache_hit", "Whether a response cache answered", "cached"),
    _flag("fallback", "Whether another model or provider stood in"),
    _flag("tokens_estimated", "Whether the sender counted the tokens itself", "estimated"),
    _ms("ttft_ms", "Time to the first token", "ttft", example=">800ms"),
    _ms("thinking_ms", "Time spent thinking", "thinking"),
    _ms("itl_p95_ms", "95th percentile of the time between tokens", "itl"),
    _count("stalls", "Pauses inside the stream"),
    Field("total_tokens", "count", "Input and output tokens", (TOTAL_TOKENS,), ("tokens",),
          examples=("tokens>1k",)),
    _count("input_tokens", "Input tokens, cached ones included", "input", "prompt_tokens", example=">10k"),
    _count("output_tokens", "Output tokens, reasoning included", "output", "completion_tokens",
           example="<5"),
    _count("cached_input_tokens", "Input tokens read from the provider's cache", "cached_tokens"),
    _count("cache_write_tokens", "Input tokens written to the provider's cache"),
    _count("reasoning_tokens", "Output tokens spent on reasoning", "reasoning"),
    _count("audio_input_tokens", "Audio input tokens"),
    _count("audio_output_tokens", "Audio output tokens"),
    _count("web_searches", "Searches the provider ran"),
    _count("tool_calls", "Tool calls the model asked for", example=">=3"),
    _count("attempts", "Tries, the first included", example=">1"),
    Field("content_bytes", "bytes", "Size of prompt and answer", ("$content_bytes",), ("size",),
          examples=("size>100kB",)),
    _money("cost_usd", "Cost in US dollars", "cost"),
    _money("input_cost_usd", "Cost of the input", "input_cost"),
    _money("output_cost_usd", "Cost of the output", "output_cost"),
    _money("reasoning_cost_usd", "Cost of the reasoning", "reasoning_cost"),
    _money("fees_usd", "Fees per request and per tool", "fees"),
    _money("claimed_cost_usd", "What an instrumentation said it cost", "claimed_cost"),
)  # fmt: skip
"""What only calls know."""


def _total(
    name: str, kind: Kind, description: str, sql: str, of: Table, *aliases: str, example: str
) -> Field:
    return Field(
        f"trace.{name}", kind, description, (sql,), tuple(f"trace.{alias}" for alias in aliases),
        examples=(f"trace.{aliases[0] if aliases else name}{example}",), total=of,
        storage="decimal" if kind == "money" else "whole", empty=sql.startswith("count"), suggest=False,
    )  # fmt: skip


TOTALS = (
    _total("cost_usd", "money", "Cost of all calls of the trace", "sumOrNull($cost_usd)", "calls", "cost",
           example=">1"),
    _total("calls", "count", "Calls of the trace", "count()", "calls", example=">5"),
    _total("total_tokens", "count", "Tokens of all calls of the trace",
           f"sumOrNull({TOTAL_TOKENS})", "calls", "tokens", example=">10k"),
    _total("input_tokens", "count", "Input tokens of all calls of the trace", "sumOrNull($input_tokens)",
           "calls", "input", example=">10k"),
    _total("output_tokens", "count", "Output tokens of all calls of the trace", "sumOrNull($output_tokens)",
           "calls", "output", example=">10k"),
    _total("unpriced", "count", "Calls of the trace without a price", "countIf($cost_state = 'unpriced')",
           "calls", example=">0"),
    _total("errors", "count", "Spans of the trace with an error", "countIf($status = 'error')", "spans",
           example=">0"),
    _total("spans", "count", "Spans of the trace", "count()", "spans", example=">100"),
    _total("duration_ms", "duration", "From the first start to the last end of the trace",
           "max(toUnixTimestamp64Nano($time) + $duration_ns) - min(toUnixTimestamp64Nano($time))", "spans",
           "duration", "latency", example=">1m"),
)  # fmt: skip
"""Sums over a whole trace."""

SPAN_ONLY = (
    _choice("kind", "The span's kind", SPAN_KINDS),
    _text("status_message", "What the status said", "error_message", example="*refused*", suggest=False),
    _text("scope_version", "The version of the instrumentation scope"),
    _count("dropped_count", "Attributes, events and links that were dropped", "dropped"),
    Field("root", "presence", "Whether it has no parent: has:root",
          known=f"$parent_span_id = {ZERO_SPAN}", examples=("has:root",)),
    Field("event", "presence", "Whether it has events: has:event", aliases=("events",),
          known="$events NOT IN ('', '[]')", examples=("has:event",)),
    Field("link", "presence", "Whether it has links: has:link", aliases=("links",),
          known="$links NOT IN ('', '[]')", examples=("has:link",)),
)  # fmt: skip

_SHARED = (
    MODEL, REQUEST_MODEL, RESPONSE_MODEL, PROVIDER, SERVICE, ENVIRONMENT, RELEASE, USER, SESSION, ENDPOINT,
    FUNCTION, ERROR_TYPE, NAME, CONVENTION, SCOPE, RESPONSE_ID, TIME_FLAG, PROJECT,
)  # fmt: skip


def _in(tables: tuple[Table, ...], *fields: Field) -> tuple[Field, ...]:
    """The fields, looked up in other tables."""
    return tuple(replace(field, tables=tables) for field in fields)


CALLS = FieldTable(
    "calls",
    (
        *_SHARED,
        _choice("status", "ok or error", ("ok", "error")),
        _choice("operation", "What was asked for", tuple(sorted(CALL_OPERATIONS)), "gen_ai.operation.name"),
        DURATION, *CALL_ONLY, TIME, HOUR, WEEKDAY, TRACE, SPAN, PARENT, CONTENT, ERROR, TOOL, ATTRIBUTES,
        *_in(("spans",), RESOURCE),
        *TOTALS,
    ),
)  # fmt: skip

SPANS = FieldTable(
    "spans",
    (
        *_SHARED,
        _choice("status", "unset, ok or error", ("unset", "ok", "error")),
        _choice("operation", "What the span does", tuple(sorted(SPAN_OPERATIONS)), "gen_ai.operation.name"),
        DURATION, *SPAN_ONLY,
        *_in(("calls",), *(field for field in CALL_ONLY if field.name != "error_message")),
        TIME, HOUR, WEEKDAY, TRACE, SPAN, PARENT, CONTENT, ERROR, *_in(("calls",), TOOL),
        ATTRIBUTES, RESOURCE, *TOTALS,
    ),
)  # fmt: skip


def _own(total: Field) -> Field:
    """A sum over a trace as a column of the list of traces: ``cost`` as well as ``trace.cost``."""
    short = tuple(alias.removeprefix("trace.") for alias in total.aliases)
    return replace(
        total,
        name=total.name.removeprefix("trace."),
        aliases=(*short, total.name, *total.aliases),
        examples=tuple(example.removeprefix("trace.") for example in total.examples),
    )


_TRACE_ROW = tuple(_own(field) for field in TOTALS)
_TOTAL_NAMES = frozenset(field.name for field in _TRACE_ROW)

TRACES = FieldTable(
    "traces",
    (
        *_TRACE_ROW,
        *_in(("spans", "calls"), USER, SESSION, ENVIRONMENT, RELEASE, ENDPOINT, FUNCTION, SERVICE, MODEL,
             REQUEST_MODEL, RESPONSE_MODEL, PROVIDER, ERROR_TYPE, RESPONSE_ID),
        *_in(("spans",), NAME, CONVENTION, SCOPE, TIME_FLAG, SPAN, *SPAN_ONLY[:4], *SPAN_ONLY[5:],
             _choice("operation", "What a span of it does", tuple(sorted(SPAN_OPERATIONS))),
             ERROR, ATTRIBUTES, RESOURCE, TIME),
        replace(PROJECT, tables=()), replace(TRACE, tables=()),
        Field("status", "choice", "error when any span of the trace has one, else ok",
              ("if(countIf($status = 'error') > 0, 'error', 'ok')",), choices=("ok", "error"), total="spans",
              examples=("status:error",)),
        Field("root_name", "text", "The root span's name", (f"if($parent_span_id = {ZERO_SPAN}, $name, '')",),
              ("root",), tables=("spans",), examples=("root_name:*checkout*",)),
        *_in(("calls",), *(field for field in CALL_ONLY
                           if field.name not in _TOTAL_NAMES and field.name != "error_message"), TOOL),
        CONTENT,
    ),
)  # fmt: skip

LOGS = FieldTable(
    "logs",
    (
        SERVICE, PROJECT,
        Field("severity", "level", "How serious it is; severity>=warn", ("$severity",), ("level",),
              SEVERITIES, examples=("severity:error", "severity>=warn")),
        _text("event_name", "The event's name", "event"),
        Field("environment", "text", "The deployment environment", (LOG_ENVIRONMENT,), ("env",)),
        Field("release", "text", "The version of the service",
              ("nullIf(JSONExtractString($resource, 'service.version'), '')",), ("version",)),
        SCOPE, TIME_FLAG, TIME, HOUR, WEEKDAY, TRACE, SPAN,
        replace(CONTENT, description="Words or a phrase of the body; the same as a bare word",
                aliases=("body", "text", "message"), examples=("timeout", '"connection refused"')),
        ATTRIBUTES, RESOURCE,
        *TOTALS,
    ),
)  # fmt: skip

TABLES: dict[Target, FieldTable] = {"calls": CALLS, "spans": SPANS, "traces": TRACES, "logs": LOGS}
