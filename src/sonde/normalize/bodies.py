"""Facts inside content bodies: models, ids and finish reasons that some conventions state nowhere else."""

from typing import Any, cast

from sonde.normalize.messages import parse
from sonde.semconv.convert import text

Body = dict[str, Any]


def request_model(value: Any) -> str | None:
    """The model a request body asks for."""
    body = parse(value)
    if not isinstance(body, dict):
        return None
    item = cast(Body, body)
    for key in ("model", "model_name", "model_id", "modelId"):
        if isinstance(item.get(key), str):
            return text(item[key])
    return None


def request_streams(value: Any) -> bool | None:
    """Whether a request body asks for a stream."""
    body = parse(value)
    if isinstance(body, dict):
        stream = cast(Body, body).get("stream")
        if isinstance(stream, bool):
            return stream
    return None


def answer_facts(value: Any) -> tuple[str | None, str | None, str | None, Any]:
    """(model, response id, finish reason, usage) of an answer of OpenAI, Anthropic, Gemini or LangChain."""
    body = parse(value)
    if not isinstance(body, dict):
        return None, None, None, None
    item = cast(Body, body)
    inner = item
    output, generation = item.get("llm_output"), _generation(item)
    metadata = generation.get("response_metadata") if generation else item.get("response_metadata")
    if isinstance(output, dict) and cast(Body, output).get("id"):
        inner = cast(Body, output)
    elif isinstance(metadata, dict):
        inner = cast(Body, metadata)
    elif isinstance(item.get("kwargs"), dict):
        metadata = cast(Body, item["kwargs"]).get("response_metadata")
        inner = cast(Body, metadata) if isinstance(metadata, dict) else item
    model = _first(inner, "model_version", "modelVersion", "model_name", "model")
    response_id = _first(inner, "id", "response_id", "responseId")
    if response_id and response_id.startswith(("run-", "lc_run-", "run--")):
        response_id = None
    reason = _first(inner, "stop_reason", "finish_reason")
    usage = inner.get("usage") or inner.get("usage_metadata") or inner.get("usageMetadata")
    return model, response_id, reason, usage or inner.get("token_usage")


def _first(item: Body, *keys: str) -> str | None:
    for key in keys:
        if isinstance(item.get(key), str):
            return text(item[key])
    return None


def _generation(item: Body) -> Body | None:
    """The first LangChain message of ``generations[0][0]``."""
    node: Any = item.get("generations")
    while isinstance(node, list) and node:
        node = cast(list[Any], node)[0]
    if not isinstance(node, dict):
        return None
    message = cast(Body, node).get("message")
    if not isinstance(message, dict):
        return None
    outer = cast(Body, message)
    inner: Any = outer.get("kwargs") or outer.get("data") or outer
    return cast(Body, inner) if isinstance(inner, dict) else None
