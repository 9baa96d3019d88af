"""Indexed attributes (``llm.input_messages.0.message.role``) → the nested structure they spell out."""

from typing import Any, cast

from sonde.semconv.rule import INDEX_DIGITS_MAX

Node = dict[str, Any]
Gathered = list[tuple[tuple[str, ...], Any]]


def unflatten(gathered: Gathered) -> list[Any]:
    """The list that a family of indexed keys describes, gaps closed, in order of the indexes."""
    root: Node = {}
    for path, value in gathered:
        node = root
        for name in path[:-1]:
            child = node.get(name)
            if not isinstance(child, dict):
                child = node[name] = {}
            node = cast(Node, child)
        node[path[-1]] = value
    listed = _listed(root)
    return cast(list[Any], listed) if isinstance(listed, list) else [listed]


def _listed(node: Node) -> Any:
    """Dicts whose keys are all indexes become lists."""
    for key, value in node.items():
        if type(value) is dict:
            node[key] = _listed(cast(Node, value))
    first = next(iter(node), "")
    if first.isdigit() and all(
        key.isascii() and key.isdigit() and len(key) <= INDEX_DIGITS_MAX for key in node
    ):
        return [node[key] for key in sorted(node, key=int)] if len(node) > 1 else [node[first]]
    return node


def openinference_messages(gathered: Gathered) -> list[Any]:
    """Messages of OpenInference in the shape of the OpenAI API."""
    messages: list[Any] = []
    for item in unflatten(gathered):
        entry = cast(Node, item) if isinstance(item, dict) else {}
        inner = entry.get("message", entry)
        if isinstance(inner, dict):
            messages.append(_message(cast(Node, inner)))
    return messages


def _message(source: Node) -> Node:
    message: Node = {"role": source.get("role") or ""}
    contents = source.get("contents")
    if isinstance(contents, dict):
        contents = list(cast(Node, contents).values())
    if isinstance(contents, list):
        message["content"] = [_content(item) for item in cast(list[Any], contents)]
    else:
        message["content"] = source.get("content")
    calls = source.get("tool_calls")
    if isinstance(calls, list):
        message["tool_calls"] = [_unwrap(call, "tool_call") for call in cast(list[Any], calls)]
    elif source.get("function_call_name"):
        message["tool_calls"] = [
            {"name": source["function_call_name"], "arguments": source.get("function_call_arguments_json")}
        ]
    if source.get("tool_call_id"):
        message["tool_call_id"] = source["tool_call_id"]
    return message


def _content(item: Any) -> Any:
    entry = cast(Node, item) if isinstance(item, dict) else {"type": "text", "text": item}
    if "tool_call" in entry:
        return {"type": "tool_call", **cast(Node, entry["tool_call"])}
    return entry.get("message_content", entry)


def _unwrap(item: Any, name: str) -> Any:
    if isinstance(item, dict):
        entry = cast(Node, item)
        return entry.get(name, entry)
    return item
