"""Message parts of any dialect → OpenTelemetry's part shapes."""

from typing import Any, cast

import orjson

from sonde.normalize.rendering import to_json

Part = dict[str, Any]

_TEXT = frozenset({"text", "input_text", "output_text", "refusal", "summary_text"})
_REASONING = frozenset({"reasoning", "thinking", "redacted_thinking"})
_IMAGE = frozenset({"image", "image_url", "input_image"})
_CALL = frozenset(
    {"tool_call", "tool_use", "tool-call", "function_call", "toolUse", "server_tool_call", "server_tool_use"}
)
_RESULT = frozenset(
    {
        "tool_result",
        "tool-result",
        "tool_call_response",
        "function_call_output",
        "function_response",
        "server_tool_call_response",
    }
)


def as_text(value: Any) -> str:
    """Readable text of anything a text field may hold: text, a list of parts, a dict."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        pieces = [as_text(item) for item in cast(list[Any], value)]
        return "\n".join(piece for piece in pieces if piece)
    if isinstance(value, dict):
        item = cast(dict[str, Any], value)
        for key in ("text", "content"):
            if isinstance(item.get(key), (str, list)):
                return as_text(item[key])
        return to_json(item)
    return to_json(value)


def to_parts(content: Any) -> list[Part]:
    """The parts of a message's content, whatever it is."""
    if content is None or content == "":
        return []
    if isinstance(content, str):
        return [{"type": "text", "content": content}]
    if isinstance(content, dict):
        return [_part(cast(Part, content))]
    if isinstance(content, list):
        parts: list[Part] = []
        for item in cast(list[Any], content):
            if isinstance(item, dict):
                parts.append(_part(cast(Part, item)))
            elif item is not None and item != "":
                parts.append({"type": "text", "content": as_text(item)})
        return parts
    return [{"type": "text", "content": as_text(content)}]


def _part(item: Part) -> Part:
    kind = item.get("type") or _kind_of(item)
    if kind in _TEXT:
        inner = item.get("content", item.get("text", item.get("refusal")))
        return {"type": "text", "content": as_text(inner)}
    if kind in _REASONING:
        inner = item.get("content") or item.get("thinking") or item.get("text") or item.get("summary")
        return {"type": "reasoning", "content": as_text(inner)}
    if kind in _CALL:
        return tool_call(item.get("functionCall") or item.get("function_call") or item)
    if kind in _RESULT:
        return _tool_result(item)
    if kind in _IMAGE:
        return _image(item)
    return item if "type" in item else {"type": kind or "other", **item}


def _image(item: Part) -> Part:
    """An image by reference or by value, in OpenTelemetry's shapes."""
    inner: Any = item.get("image_url") or item.get("image") or item.get("source")
    while isinstance(inner, dict):
        source = cast(Part, inner)
        if "data" in source:
            mime = source.get("media_type") or source.get("mime_type")
            return {"type": "blob", "modality": "image", "mime_type": mime, "content": source["data"]}
        inner = source.get("url") or source.get("image")
    if isinstance(inner, str) and inner:
        return {"type": "uri", "modality": "image", "uri": inner}
    return item


def _kind_of(item: Part) -> str:
    """Gemini and Bedrock name a part by its key instead of a type."""
    if "text" in item:
        return "text"
    for key, kind in (
        ("functionCall", "tool_call"),
        ("function_call", "tool_call"),
        ("toolUse", "toolUse"),
        ("functionResponse", "tool_call_response"),
        ("function_response", "tool_call_response"),
        ("toolResult", "tool_call_response"),
        ("inlineData", "blob"),
        ("inline_data", "blob"),
    ):
        if item.get(key):
            return kind
    return "text" if "content" in item else ""


def tool_call(item: Any) -> Part:
    """A request of the model to run a tool: ``{type: tool_call, id, name, arguments}``."""
    call = cast(Part, item) if isinstance(item, dict) else {}
    inner = call.get("toolUse") or call.get("function") or call.get("tool_call") or call
    function = cast(Part, inner) if isinstance(inner, dict) else {"name": inner}
    arguments: Any = None
    for key in ("arguments", "args", "input"):
        if key in function:
            arguments = function[key]
            break
    return {
        "type": "tool_call",
        "id": call.get("id")
        or call.get("call_id")
        or call.get("toolCallId")
        or function.get("id")
        or function.get("toolUseId"),
        "name": function.get("name") or call.get("toolName"),
        "arguments": _parsed(arguments),
    }


def _parsed(value: Any) -> Any:
    """Arguments given as JSON text become the structure; other text stays."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def _tool_result(item: Part) -> Part:
    inner: Any = item.get("functionResponse") or item.get("function_response") or item.get("toolResult")
    source = cast(Part, inner) if isinstance(inner, dict) else item
    answer: Any = None
    for key in ("response", "result", "output", "content"):
        if key in source:
            answer = source[key]
            break
    return {
        "type": "tool_call_response",
        "id": source.get("id")
        or source.get("tool_use_id")
        or source.get("call_id")
        or source.get("toolCallId")
        or source.get("toolUseId"),
        "response": answer,
    }


def text_of(parts: list[Part]) -> str:
    """The readable text of parts: texts, else what tools answered."""
    texts = [str(part.get("content") or "") for part in parts if part.get("type") == "text"]
    if texts:
        return "\n".join(piece for piece in texts if piece)
    answers = [as_text(part.get("response")) for part in parts if part.get("type") == "tool_call_response"]
    return "\n".join(piece for piece in answers if piece)


def is_plain(parts: list[Part]) -> bool:
    """Whether the parts are one text, so that the text alone says everything."""
    return len(parts) == 1 and parts[0].get("type") == "text"
