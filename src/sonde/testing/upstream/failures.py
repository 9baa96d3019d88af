"""How each provider says that something went wrong."""

from dataclasses import dataclass
from typing import Literal

from sonde.testing.upstream.dialect import Api, Json

Kind = Literal["context_window", "content_filter", "quota"]
"""Errors that share a status with others and are told apart by code or text."""

OPENAI = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    403: ("permission_error", "unsupported_country_region_territory"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("requests", "rate_limit_exceeded"),
    503: ("server_error", "overloaded"),
}
OPENAI_KINDS = {
    "context_window": ("invalid_request_error", "context_length_exceeded"),
    "content_filter": ("invalid_request_error", "content_filter"),
    "quota": ("insufficient_quota", "insufficient_quota"),
}
ANTHROPIC = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
GEMINI = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
TEXTS = {
    400: "The request is not valid.",
    401: "Incorrect API key provided.",
    403: "You are not allowed to do this.",
    404: "The model does not exist.",
    429: "Rate limit reached. Please try again later.",
    500: "The server had an error while processing your request.",
    503: "The engine is currently overloaded, please try again later.",
    529: "Overloaded",
}
KIND_TEXTS = {
    "context_window": {
        "openai": "This model's maximum context length is 128000 tokens. Please reduce your messages.",
        "anthropic": "prompt is too long: 210000 tokens > 200000 maximum",
        "gemini": "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
    },
    "content_filter": {
        "openai": "The response was filtered due to the prompt triggering the content management policy.",
        "anthropic": "Output blocked by content filtering policy",
        "gemini": "The prompt was blocked by a safety filter.",
    },
    "quota": {
        "openai": "You exceeded your current quota, please check your plan and billing details.",
        "anthropic": "Your credit balance is too low to access the Anthropic API.",
        "gemini": "You exceeded your current quota, please check your plan and billing details.",
    },
}


@dataclass(frozen=True, slots=True)
class Failure:
    """An error answer. ``message`` None: the provider's usual words for this status and kind."""

    status: int
    kind: Kind | None = None
    message: str | None = None
    retry_after_s: float | None = None


def provider_of(api: Api) -> str:
    """``openai``, ``anthropic`` or ``gemini``."""
    return api.split(".", maxsplit=1)[0]


def text_of(failure: Failure, api: Api) -> str:
    """The message a client sees."""
    if failure.message is not None:
        return failure.message
    if failure.kind is not None:
        return KIND_TEXTS[failure.kind][provider_of(api)]
    return TEXTS.get(failure.status, f"The server answered {failure.status}.")


def error_json(failure: Failure, api: Api, number: str) -> Json:
    """The body of an error answer in the provider's shape."""
    text, provider = text_of(failure, api), provider_of(api)
    if provider == "anthropic":
        word = ANTHROPIC.get(failure.status, "api_error")
        return {"type": "error", "error": {"type": word, "message": text}, "request_id": f"req_{number}"}
    if provider == "gemini":
        word = GEMINI.get(failure.status, "UNKNOWN")
        error: Json = {"code": failure.status, "message": text, "status": word}
        if failure.retry_after_s is not None:
            kind = "type.googleapis.com/google.rpc.RetryInfo"
            error["details"] = [{"@type": kind, "retryDelay": f"{failure.retry_after_s:g}s"}]
        return {"error": error}
    kind, code = OPENAI.get(failure.status, ("server_error", None))
    if failure.kind is not None:
        kind, code = OPENAI_KINDS[failure.kind]
    return {"error": {"message": text, "type": kind, "param": None, "code": code}}


def error_headers(failure: Failure) -> dict[str, str]:
    """``Retry-After`` in seconds, and in milliseconds where a part of a second matters."""
    if failure.retry_after_s is None:
        return {}
    whole = max(1, round(failure.retry_after_s)) if failure.retry_after_s else 0
    return {"retry-after": str(whole), "retry-after-ms": str(round(failure.retry_after_s * 1_000))}
