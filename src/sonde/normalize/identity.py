"""Operation, provider and models of one record."""

import re
from typing import Any

from sonde.model.facts import CALL_OPERATIONS
from sonde.normalize.bodies import answer_facts, request_model
from sonde.normalize.provider import canonical_provider
from sonde.normalize.walk import Values
from sonde.semconv.vercel import OPERATION_IDS
from sonde.semconv.words import OPERATIONS, PROVIDERS

_NAMED = re.compile(r"^(chat|text_completion|generate_content|embeddings) (\S+)$")
_SPEAKERS = frozenset({"otel-genai", "openlit", "openllmetry", "pydantic-ai", "vercel-ai"})
"""Conventions that name a model span "{operation} {model}"."""
_USAGE_FIELDS = ("input_tokens", "output_tokens", "usage_object")
_TRANSPORTS = frozenset({"raw_gen_ai_request"})
_ATTEMPT = "provider attempt "
"""OpenRouter's spans below the one of the call."""


_CLAIMS = (
    "provider",
    "request_model",
    "response_model",
    "model",
    "bare_model",
    "response_id",
    "parameters",
    "input_tokens",
    "output_tokens",
    "usage_object",
    "provider_hint",
)


def read_operation(values: Values, convention: str, name: str) -> str:
    """One of `SPAN_OPERATIONS`: the vendor's kind, then OpenTelemetry's name, then what else shows it.

    A span that somebody marked as a model call by hand, without a model, a provider or tokens, is not one.
    """
    found = _named_operation(values, convention, name)
    if found in CALL_OPERATIONS and not any(field in values for field in _CLAIMS):
        return "other"
    return found


def _named_operation(values: Values, convention: str, name: str) -> str:
    vendor, standard = values.get("operation"), values.get("otel_operation")
    if vendor is not None:
        if vendor == "workflow" and standard == "retrieval":
            return "retrieval"
        if convention == "openinference" and vendor == "chat" and "._prepare_" in name:
            # LlamaIndex prepares a request in a span of kind LLM; nothing is sent from it.
            return "other"
        if vendor == "other" and convention == "langfuse" and "model" in values and "usage_object" in values:
            # Langfuse's Python SDK up to 3.3.0 calls its generations spans.
            return "chat"
        return str(vendor)
    if standard is not None:
        if standard == "other" and "request_type" in values:
            return str(values["request_type"])
        return str(standard)
    if "request_type" in values:
        return str(values["request_type"])
    if values.get("claude_code_type") == "llm_request" or name == "claude_code.llm_request":
        return "chat"
    return _unnamed(values, convention, name)


def _unnamed(values: Values, convention: str, name: str) -> str:
    """No kind anywhere: a known library's span name, or a model together with tokens."""
    if name in _TRANSPORTS:
        return "other"
    named = values.get("vercel_operation")
    if isinstance(named, str) and named.partition(" ")[0] in OPERATION_IDS:
        return OPERATION_IDS[named.partition(" ")[0]]
    found = _NAMED.match(name) if convention in _SPEAKERS else None
    if found is not None:
        values.setdefault("request_model", found[2])
        return OPERATIONS[found[1]]
    if convention == "logfire" and "request_body" in values and "request_model" in values:
        # Logfire before it named operations.
        return "embeddings" if name.startswith("Embedding") else "chat"
    modelled = "request_model" in values or "response_model" in values
    if modelled and any(field in values for field in _USAGE_FIELDS):
        return "chat"
    return "tool" if "tool_name" in values else "other"


def read_role(values: Values, operation: str, convention: str, name: str) -> str:
    """How a record takes part in an invocation when it is not plainly one."""
    if name in _TRANSPORTS or (convention == "openrouter" and name.startswith(_ATTEMPT)):
        return "transport"
    if operation not in CALL_OPERATIONS:
        return ""
    kind = values.get("logfire_span_type")
    if kind == "pending_span":
        return "transport"
    if kind == "log":
        return "usage"
    return ""


def read_provider(values: Values, scope: str) -> str | None:
    """The seller of the model, in OpenTelemetry's spelling; the instrumentation's name is the last hint."""
    found = canonical_provider(values.get("provider"), values.get("host"))
    if found is None and "provider_hint" in values:
        found = canonical_provider(values["provider_hint"])
    if found is None:
        hint = scope.rpartition(".")[2]
        found = PROVIDERS.get(hint)
    return found


class Models:
    """Request model, response model and response id: what attributes and bodies say together."""

    __slots__ = ("finish_reason", "request", "response", "response_id", "usage")

    def __init__(self, request: str | None, response: str | None, response_id: str | None) -> None:
        self.request = request
        self.response = response
        self.response_id = response_id
        self.finish_reason: str | None = None
        self.usage: Any = None


_COPYING_SCOPES = frozenset(
    {
        "opentelemetry.instrumentation.google_generativeai",
        "opentelemetry.instrumentation.langchain",
    }
)
"""Scopes seen to repeat the asked model as the answering one."""
_REQUEST_ID = re.compile(r"'request_id': '(req_\w+)'")
"""Anthropic's request id as its clients print it in an error's message."""

_BODIED = frozenset({"openinference", "langfuse", "langsmith", "mlflow", "logfire", "google-adk"})
"""Conventions whose content is the raw body of a request and its answer."""


def read_models(values: Values, convention: str, scope: str, *, failed: bool, message: str | None) -> Models:
    """Which model was asked for and which answered; ``message`` is the error's, when it failed."""
    get = values.get
    models = Models(get("request_model"), get("response_model"), get("response_id"))
    if convention in _BODIED:
        _read_bodies(models, values, convention)
    parameters = get("parameters")
    if isinstance(parameters, dict):
        # The OpenAI Agents instrumentation puts the whole answer here, with the model that answered.
        asked = None if "created_at" in parameters else request_model(parameters)
        models.request = asked or models.request
    if "model" in values:
        _place_model(models, values["model"], convention, scope, failed=failed)
    if convention == "litellm":
        _correct_litellm(models, values)
    elif convention == "logfire":
        _correct_logfire(models, values)
    elif scope in _COPYING_SCOPES and models.response == models.request:
        models.response = None
    if failed:
        _correct_failure(models, values, message)
    return models


def _correct_failure(models: Models, values: Values, message: str | None) -> None:
    """A call that failed before an answer has no answering model; its request id stands for the answer's."""
    if models.response_id is None:
        if "input_tokens" not in values and "output" not in values and models.response == models.request:
            models.response = None
        models.response_id = values.get("request_id")
        if models.response_id is None and message:
            found = _REQUEST_ID.search(message)
            models.response_id = found[1] if found is not None else None


def _read_bodies(models: Models, values: Values, convention: str) -> None:
    get = values.get
    model, response_id, reason, usage = answer_facts(get("output"))
    if model is None and "response_body" in values:
        model, response_id, reason, usage = answer_facts(get("response_body"))
    models.finish_reason = reason
    models.usage = usage
    if models.response is None or convention in ("openinference", "mlflow"):
        models.response = model or models.response
    models.response_id = models.response_id or response_id
    if convention == "mlflow" and "bare_model" in values:
        models.request = values["bare_model"]
    elif models.request is None or convention == "openinference":
        asked = request_model(get("input")) or request_model(get("request_body"))
        models.request = asked or models.request


def _place_model(models: Models, model: str, convention: str, scope: str, *, failed: bool) -> None:
    """A key that holds the answering model once there is an answer, and the asked one before."""
    if failed or convention == "mlflow":
        models.request = models.request or model
        if convention == "mlflow" and not failed and models.response is None and model != models.request:
            models.response = model
    elif scope.endswith(("llama_index", "llama-index")) or model == models.request:
        models.request = models.request or model
    elif models.response is None:
        models.response = model


def _correct_litellm(models: Models, values: Values) -> None:
    """LiteLLM makes ids of its own for failures, and repeats the asked model on streams."""
    if models.response_id is not None and models.response_id == values.get("litellm_call_id"):
        models.response_id = None
    if models.response == models.request and values.get("streaming"):
        models.response = None


def _correct_logfire(models: Models, values: Values) -> None:
    """Logfire copies the asked model where no answer was read: on errors and on streams."""
    answered = models.response_id is not None
    if not answered and models.response == models.request:
        log = values.get("logfire_span_type") == "log"
        if log or ("input_tokens" not in values and "output_tokens" not in values):
            models.response = None
