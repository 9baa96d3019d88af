"""Content of any dialect → `Message`s in order.

One reader understands what the conventions send: OpenTelemetry's messages, the bodies of the OpenAI,
Anthropic and Gemini APIs, LangChain's serialized objects, Vercel's messages, plain text.
"""

from typing import Any, cast

import orjson
from msgspec import Struct

from sonde.model.rows import Message
from sonde.normalize.parts import Part, as_text, is_plain, text_of, to_parts, tool_call
from sonde.normalize.rendering import to_json

Body = dict[str, Any]

_SYSTEM = frozenset({"system", "developer"})
_LANGCHAIN_ROLES = {
    "human": "user",
    "ai": "assistant",
    "aimessagechunk": "assistant",
    "humanmessage": "user",
    "aimessage": "assistant",
    "systemmessage": "system",
    "toolmessage": "tool",
    "model": "assistant",
    "function": "tool",
}


_SPEAKERS = {"tool_call": "assistant", "reasoning": "assistant", "tool_call_response": "tool"}
"""Who says an item of OpenAI's Responses API that stands without a role."""


class Thread(Struct, gc=False):
    """Messages read so far, and what they said beside their text."""

    messages: list[Message]
    tool_calls: int = 0
    """Tool calls in output messages."""
    finish_reason: str = ""
    """The first finish reason an output message carries."""


def parse(value: Any) -> Any:
    """JSON text → structure; any other value as it is."""
    if isinstance(value, str) and value[:1] in ("[", "{", '"'):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def read(thread: Thread, value: Any, direction: str, role: str = "") -> None:
    """Append the messages a content value holds. ``role`` is for messages that do not name theirs."""
    value = parse(value)
    if value is None or value in ("", [], {}):
        return
    if isinstance(value, list):
        _read_list(thread, cast(list[Any], value), direction, role)
    elif isinstance(value, dict):
        _read_dict(thread, cast(Body, value), direction, role)
    else:
        thread.messages.append(Message(direction, role, as_text(value)))


def _read_list(thread: Thread, items: list[Any], direction: str, role: str) -> None:
    first = items[0]
    if isinstance(first, dict) and not _is_message(cast(Body, first)) and _is_part(cast(Body, first)):
        _append(thread, to_parts(items), direction, role)
        return
    for item in items:
        if isinstance(item, dict):
            _read_dict(thread, cast(Body, item), direction, role)
        else:
            read(thread, item, direction, role)


def _is_message(item: Body) -> bool:
    return "role" in item or "parts" in item or "kwargs" in item or "message" in item or "data" in item


def _is_part(item: Body) -> bool:
    return "type" in item and ("role" not in item) and item["type"] not in _LANGCHAIN_ROLES


def _read_dict(thread: Thread, item: Body, direction: str, role: str) -> None:
    if "role" in item or "parts" in item:
        _read_message(thread, item, direction, str(item.get("role") or role))
    elif isinstance(item.get("kwargs"), dict):
        _read_langchain(thread, cast(Body, item["kwargs"]), item, direction)
    elif isinstance(item.get("data"), dict) and "type" in item:
        _read_langchain(thread, cast(Body, item["data"]), item, direction)
    elif not _read_body(thread, item, direction, role):
        if item.get("type") in _LANGCHAIN_ROLES:
            _read_langchain(thread, item, item, direction)
        elif item.get("type") == "message" or ("content" in item and "type" not in item):
            _read_message(thread, item, direction, role)
        elif "type" in item:
            parts = to_parts([item])
            _append(thread, parts, direction, _SPEAKERS.get(parts[0]["type"], role))
        elif any(value is not None for value in item.values()):
            thread.messages.append(Message(direction, role, to_json(item)))


def _read_langchain(thread: Thread, inner: Body, outer: Body, direction: str) -> None:
    word = str(inner.get("type") or outer.get("type") or "")
    if word == "constructor":
        names = outer.get("id")
        word = str(cast(list[Any], names)[-1]) if isinstance(names, list) and names else ""
    if "content" in inner:
        role = _LANGCHAIN_ROLES.get(word.lower(), word.lower())
        _read_message(thread, inner, direction, role)
    else:
        read(thread, inner.get("messages") or to_json(inner), direction)


def _read_message(thread: Thread, item: Body, direction: str, role: str) -> None:
    if _read_plain_text(thread, item, direction, role):
        return
    content = item.get("content")
    if role == "tool" and isinstance(content, dict) and cast(Body, content).get("type") == "function":
        # Langfuse's LangChain callback puts each tool definition among the messages.
        read_tools(thread, [content])
        return
    parts = to_parts(item["parts"] if "parts" in item else item.get("content"))
    calls = item.get("tool_calls") or item.get("function_call")
    if calls and not any(part.get("type") == "tool_call" for part in parts):
        for call in cast(list[Any], calls if isinstance(calls, list) else [calls]):
            parts.append(tool_call(call))
    reasoning = item.get("reasoning_content")
    if isinstance(reasoning, str) and reasoning:
        parts.insert(0, {"type": "reasoning", "content": reasoning})
    answered = item.get("tool_call_id")
    if answered and not any(part.get("type") == "tool_call_response" for part in parts):
        parts = [{"type": "tool_call_response", "id": answered, "response": text_of(parts)}]
    reason = item.get("finish_reason") or item.get("stop_reason")
    if isinstance(reason, str) and reason and not thread.finish_reason and direction == "output":
        thread.finish_reason = reason
    _append(thread, parts, direction, role)


def _read_plain_text(thread: Thread, item: Body, direction: str, role: str) -> bool:
    """The usual message, one text and nothing else, without the detour through parts."""
    parts = item.get("parts")
    if type(parts) is not list or len(cast(list[Any], parts)) != 1:
        return False
    part = cast(list[Any], parts)[0]
    if type(part) is not dict or cast(Body, part).get("type") != "text" or role == "tool":
        return False
    text = cast(Body, part).get("content")
    if type(text) is not str or "tool_calls" in item or "tool_call_id" in item or "reasoning_content" in item:
        return False
    reason = item.get("finish_reason")
    if direction == "output" and isinstance(reason, str) and reason and not thread.finish_reason:
        thread.finish_reason = reason
    role = role.lower()
    if direction == "input" and role in _SYSTEM:
        direction = "system"
    thread.messages.append(Message(direction, _LANGCHAIN_ROLES.get(role, role), text))
    return True


def _append(thread: Thread, parts: list[Part], direction: str, role: str) -> None:
    if not parts:
        return
    role = role.lower()
    role = _LANGCHAIN_ROLES.get(role, role)
    if direction == "input" and role in _SYSTEM:
        direction = "system"
    if direction == "output":
        thread.tool_calls += sum(1 for part in parts if part.get("type") == "tool_call")
    if is_plain(parts):
        thread.messages.append(Message(direction, role, parts[0]["content"]))
    else:
        thread.messages.append(Message(direction, role, text_of(parts), to_json(parts)))


_OUTPUT_KEYS = ("choices", "output", "candidates", "generations", "outputs")


def _read_body(thread: Thread, body: Body, direction: str, role: str) -> bool:
    """A whole request or answer of an API. False when it is neither."""
    if direction == "output":
        return _read_answer(thread, body, role)
    if direction == "input":
        return _read_request(thread, body)
    return False


def _read_request(thread: Thread, body: Body) -> bool:
    conversation: Any = None
    for key in ("messages", "contents", "input", "prompt", "prompts", "inputs"):
        if body.get(key):
            conversation = body[key]
            break
    if conversation is None:
        return False
    for key in ("system", "instructions", "system_instruction"):
        if body.get(key):
            read(thread, body[key], "system", "system")
    config = body.get("config")
    if isinstance(config, dict) and cast(Body, config).get("system_instruction"):
        read(thread, cast(Body, config)["system_instruction"], "system", "system")
    read(thread, conversation, "input", "user")
    if body.get("tools"):
        read_tools(thread, body["tools"])
    return True


def _read_answer(thread: Thread, body: Body, role: str) -> bool:
    for key in _OUTPUT_KEYS:
        items = body.get(key)
        if not items:
            continue
        if key == "generations":
            items = _flattened(items)
        for item in cast(list[Any], items if isinstance(items, list) else [items]):
            _read_choice(thread, item)
        return True
    for key in ("message", "combined_chunk_content", "messages", "update"):
        if body.get(key):
            read(thread, body[key], "output", role or "assistant")
            return True
    return False


def _flattened(items: Any) -> list[Any]:
    found: list[Any] = []
    for item in cast(list[Any], items if isinstance(items, list) else [items]):
        found.extend(cast(list[Any], item) if isinstance(item, list) else [item])
    return found


def _read_choice(thread: Thread, item: Any) -> None:
    """One of the answers: OpenAI's choice, a Responses item, Gemini's candidate, LangChain's generation."""
    if not isinstance(item, dict):
        read(thread, item, "output", "assistant")
        return
    choice = cast(Body, item)
    info = choice.get("generation_info")
    reason = choice.get("finish_reason") or choice.get("finishReason")
    if reason is None and isinstance(info, dict):
        reason = cast(Body, info).get("finish_reason")
    if isinstance(reason, str) and reason and not thread.finish_reason:
        thread.finish_reason = reason
    for key in ("message", "delta"):
        if isinstance(choice.get(key), dict):
            read(thread, choice[key], "output", "assistant")
            return
    if isinstance(choice.get("content"), dict):
        read(thread, choice["content"], "output", "assistant")
    else:
        read(thread, [choice], "output", "assistant")


def read_tools(thread: Thread, value: Any) -> None:
    """Tool definitions: one message with the names as text and the definitions as they came."""
    found = parse(value)
    tools = [parse(tool) for tool in cast(list[Any], found)] if isinstance(found, list) else [found]
    names: list[str] = []
    for tool in tools:
        if isinstance(tool, dict):
            item = cast(Body, tool)
            function = item.get("function")
            source = cast(Body, function) if isinstance(function, dict) else item
            name = source.get("name")
            if isinstance(name, str) and name:
                names.append(name)
    thread.messages.append(Message("tools", "", ", ".join(names), to_json(tools)))
