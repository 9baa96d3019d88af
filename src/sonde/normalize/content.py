"""The content of one record: which sources hold it, and the messages they make."""

import hashlib
from typing import Any, cast

from sonde.model.rows import Message
from sonde.normalize.events import MESSAGE_EVENTS
from sonde.normalize.flat import openinference_messages, unflatten
from sonde.normalize.messages import Thread, parse, read, read_tools
from sonde.normalize.parts import as_text, tool_call
from sonde.normalize.rendering import to_json
from sonde.normalize.walk import Stated
from sonde.semconv.convert import mapping

CONTENT_FIELDS = frozenset(
    {
        "input",
        "output",
        "system",
        "tools",
        "tool_input",
        "tool_output",
        "query",
        "documents",
        "embedding_input",
        "response_body",
        "request_body",
        "vercel_text",
        "vercel_object",
        "vercel_tool_calls",
        "vercel_reasoning",
        "logfire_events",
    }
)

_BODY_KEYS = frozenset({"messages", "input", "prompt", "contents"})
_INPUTS = ("input", "flat_input", "flat_prompt", "flat_prompts", "request_body")
_OUTPUTS = (
    "output",
    "flat_output",
    "flat_output_bare",
    "flat_completion",
    "flat_choices",
    "vercel_text",
    "vercel_object",
    "vercel_tool_calls",
    "response_body",
)


def read_content(stated: Stated, operation: str) -> Thread:
    """All messages of a record: system, input, tools, then output."""
    thread = Thread([])
    values = stated.values
    sources = [] if _has_own_input(values, operation) else _ranked(stated, _INPUTS)
    source = sources[0] if sources else None
    if source == "request_body" and _BODY_KEYS.isdisjoint(mapping(parse(values[source]))):
        source = None
    if "system" in values:
        read(thread, values["system"], "system", "system")
    if "logfire_events" in values and not {"input", "output"} & values.keys():
        _read_events(thread, values["logfire_events"])
    if source is not None:
        _read_input(thread, source, values[source], operation)
    if "query" in values:
        thread.messages.append(Message("input", "", as_text(parse(values["query"]))))
    if "embedding_input" in values:
        _read_texts(thread, values["embedding_input"], "embedding_input")
    if "tool_input" in values:
        thread.messages.append(Message("tool_input", "", _flat_text(values["tool_input"])))
    _read_tools(thread, values)
    if not _has_own_output(values, operation):
        before = len(thread.messages)
        for source in _ranked(stated, _OUTPUTS):
            _read_output(thread, source, values, operation)
            if len(thread.messages) > before:
                break
    if "tool_output" in values:
        thread.messages.append(Message("tool_output", "tool", _flat_text(values["tool_output"])))
    _read_documents(thread, values)
    _drop_repeated_system(thread)
    return thread


def _read_events(thread: Thread, value: Any) -> None:
    """The events of the 1.28 era as one list (pydantic-ai and Logfire 1): each names what it is."""
    events = parse(value)
    for event in cast(list[Any], events) if isinstance(events, list) else []:
        body = mapping(event)
        name = body.get("event.name")
        direction, role = MESSAGE_EVENTS.get(name if isinstance(name, str) else "", ("input", ""))
        if direction == "output":
            read(thread, {"choices": [body]}, direction, role)
        elif body:
            read(thread, {"role": role, **body}, direction, role)


def _has_own_input(values: dict[str, Any], operation: str) -> bool:
    """Whether a more specific field says what a tool or an embedding was given."""
    return (operation == "tool" and "tool_input" in values) or (
        operation == "embeddings" and not {"flat_embeddings", "embedding_input"}.isdisjoint(values)
    )


def _has_own_output(values: dict[str, Any], operation: str) -> bool:
    """Whether the output is said elsewhere, or is vectors, which nobody reads."""
    return (
        operation == "embeddings"
        or (operation == "tool" and "tool_output" in values)
        or (operation == "retrieval" and not {"documents", "flat_documents"}.isdisjoint(values))
    )


def _ranked(stated: Stated, fields: tuple[str, ...]) -> list[str]:
    """The sources a record has, best first."""
    rules = stated.rules
    found = [field for field in fields if field in rules]
    if len(found) > 1:
        found.sort(key=lambda field: rules[field].rank)
    return found


def _read_input(thread: Thread, field: str, value: Any, operation: str) -> None:
    if field == "flat_input":
        read(thread, openinference_messages(value), "input", "user")
    elif operation == "tool":
        thread.messages.append(Message("tool_input", "", _flat_text(value)))
    elif operation == "embeddings":
        _read_embedded(thread, field, value)
    elif field in ("flat_prompt", "flat_prompts"):
        read(thread, unflatten(value), "input", "user")
    elif operation in ("chat", "text_completion"):
        read(thread, value, "input", "user")
    else:
        _read_plain(thread, value, "input")


def _read_plain(thread: Thread, value: Any, direction: str) -> None:
    """Input or output of a chain or an agent: OpenTelemetry messages are read, the rest stays as sent."""
    parsed = parse(value)
    if isinstance(parsed, list) and parsed and isinstance(parsed[0], dict) and "parts" in parsed[0]:
        read(thread, cast(Any, parsed), direction, "user" if direction == "input" else "assistant")
    else:
        thread.messages.append(Message(direction, "", _flat_text(value)))


def _flat_text(value: Any) -> str:
    """Text as sent; a JSON-quoted text is unquoted; structures become JSON."""
    if isinstance(value, str):
        parsed = parse(value) if value[:1] == '"' else value
        return parsed if isinstance(parsed, str) else value
    return to_json(value)


def _read_embedded(thread: Thread, field: str, value: Any) -> None:
    if field in ("flat_prompt", "flat_prompts"):
        value = [mapping(item).get("content", item) for item in unflatten(value)]
    value = parse(value)
    if isinstance(value, dict):
        body = cast(dict[str, Any], value)
        for key in ("input", "texts", "contents", "text", "query", "queries", "content"):
            if body.get(key):
                value = body[key]
                break
    _read_texts(thread, value, "embedding_input")


def _read_texts(thread: Thread, value: Any, direction: str) -> None:
    value = parse(value)
    for item in cast(list[Any], value) if isinstance(value, list) else [value]:
        text = as_text(parse(item)) if isinstance(item, str) else _message_text(item)
        if text:
            thread.messages.append(Message(direction, "", text))


def _message_text(item: Any) -> str:
    if isinstance(item, dict) and "parts" in item:
        return as_text(cast(dict[str, Any], item)["parts"])
    return as_text(item)


def _read_tools(thread: Thread, values: dict[str, Any]) -> None:
    if any(message.direction == "tools" for message in thread.messages):
        return
    if "tools" in values:
        read_tools(thread, values["tools"])
    elif "flat_tools" in values:
        schemas: list[Any] = []
        for item in unflatten(values["flat_tools"]):
            tool = cast(dict[str, Any], item).get("tool") if isinstance(item, dict) else item
            schema = cast(dict[str, Any], tool).get("json_schema", tool) if isinstance(tool, dict) else tool
            schemas.append(parse(schema))
        read_tools(thread, schemas)
    elif "flat_functions" in values:
        read_tools(thread, unflatten(values["flat_functions"]))
    elif "bare_tools" in values and isinstance(parse(values["bare_tools"]), list):
        read_tools(thread, values["bare_tools"])


def _read_output(thread: Thread, field: str, values: dict[str, Any], operation: str) -> None:
    value = values[field]
    if field.startswith("vercel"):
        _read_vercel(thread, values)
    elif operation == "tool":
        thread.messages.append(Message("tool_output", "tool", _flat_text(value)))
    elif field in ("flat_output", "flat_output_bare"):
        read(thread, openinference_messages(_rooted(value, field)), "output", "assistant")
    elif field in ("flat_completion", "flat_choices"):
        answers = [{"role": "assistant", **mapping(item)} for item in unflatten(value)]
        read(thread, answers, "output", "assistant")
    elif operation in ("chat", "text_completion"):
        read(thread, value, "output", "assistant")
    else:
        _read_plain(thread, value, "output")


def _rooted(value: Any, field: str) -> Any:
    """A few spans forget the ``llm.output_messages.0.`` before ``message.``."""
    if field == "flat_output_bare":
        return [(("0", "message", "tool_calls", *path), item) for path, item in value]
    return value


def _read_vercel(thread: Thread, values: dict[str, Any]) -> None:
    """Vercel's answer comes in pieces: reasoning, text or object, tool calls."""
    parts: list[dict[str, Any]] = []
    reasoning = as_text(parse(values.get("vercel_reasoning")))
    if reasoning:
        parts.append({"type": "reasoning", "content": reasoning})
    text = values.get("vercel_text") or values.get("vercel_object")
    if text:
        parts.append({"type": "text", "content": as_text(text)})
    calls = parse(values.get("vercel_tool_calls"))
    if isinstance(calls, list):
        parts.extend(tool_call(call) for call in cast(list[Any], calls))
    if parts:
        read(thread, [{"role": "assistant", "parts": parts}], "output", "assistant")


def _read_documents(thread: Thread, values: dict[str, Any]) -> None:
    if "documents" in values:
        _read_texts(thread, values["documents"], "documents")
    for field in ("flat_documents", "flat_reranked"):
        if field in values:
            for item in unflatten(values[field]):
                document = (
                    cast(dict[str, Any], item).get("document", item) if isinstance(item, dict) else item
                )
                text = as_text(document)
                if text:
                    thread.messages.append(Message("documents", "", text))
            break
    if "flat_embeddings" in values:
        for item in unflatten(values["flat_embeddings"]):
            embedding = cast(dict[str, Any], item).get("embedding") if isinstance(item, dict) else None
            if isinstance(embedding, dict) and cast(dict[str, Any], embedding).get("text"):
                text = as_text(cast(dict[str, Any], embedding)["text"])
                thread.messages.append(Message("embedding_input", "", text))


def _drop_repeated_system(thread: Thread) -> None:
    """OpenLIT sends the system prompt twice, as instructions and as a message."""
    system = [message for message in thread.messages if message.direction == "system"]
    if len(system) > 1 and len({message.text for message in system}) < len(system):
        seen: set[str] = set()
        kept: list[Message] = []
        for message in thread.messages:
            if message.direction == "system":
                if message.text in seen:
                    continue
                seen.add(message.text)
            kept.append(message)
        thread.messages = kept


def content_bytes(messages: list[Message]) -> int:
    """UTF-8 bytes of the content: the parts where there are any, else the text."""
    total = 0
    for message in messages:
        text = message.parts_json or message.text
        total += len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return total


def prompt_hash(messages: list[Message], template: Any) -> str | None:
    """16 hex digits over the system prompt and the template, None when neither is known.

    It is BLAKE2b-64 over the JSON list [system texts, template], so equal prompts have equal hashes wherever
    and whenever they are read, and user input has no part in it.
    """
    system = [message.text for message in messages if message.direction == "system"]
    if not system and not template:
        return None
    stable = to_json([system, as_text(template)])
    return hashlib.blake2b(stable.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
