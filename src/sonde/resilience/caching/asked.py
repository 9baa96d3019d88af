"""The question in a request: the last thing the user said, apart from everything around it."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

_CONVERSATIONS = ("messages", "input", "contents")
_TEXTS = ("input", "prompt", "contents", "question", "query", "text")
_PUT_ASIDE = "\x00the question\x00"

_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_QUOTED = re.compile(r"\"([^\"\n]{1,200})\"|“([^”\n]{1,200})”|`([^`\n]{1,200})`")
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nothing|without|except|un(?:like|less)|n[’']t|cannot|nicht|kein\w*|nie|ohne|außer"
    r"|ne|pas|jamais|sans|sauf|ningun[oa]?|nunca|sin|excepto|não|nunca|sem|non|mai|senza)\b|n[’']t\b",
    re.IGNORECASE,
)


def question_of(request: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The question's text, and the request with a placeholder in its place; None when there is no one text.

    Knows the requests of OpenAI (chat, responses, completions), Anthropic and Google, and functions that take
    one text. A question with an image or a file beside its text has no one text.
    """
    for name in _CONVERSATIONS:
        turns = request.get(name)
        if isinstance(turns, list | tuple) and turns:
            found = _last_turn(cast("Sequence[Any]", turns))
            return None if found is None else (found[0], {**request, name: found[1]})
    texts = [name for name in _TEXTS if isinstance(request.get(name), str)]
    if not texts:
        texts = [name for name, value in request.items() if isinstance(value, str) and name != "model"]
    if len(texts) != 1:
        return None
    return request[texts[0]], {**request, texts[0]: _PUT_ASIDE}


def details_of(question: str) -> str:
    """A digest of what embeddings blur and answers hang on: numbers, quoted words, negations."""
    numbers = sorted(match.group() for match in _NUMBER.finditer(question))
    quoted = sorted(match.group() for match in _QUOTED.finditer(question))
    negations = len(_NEGATION.findall(question))
    return hashlib.sha256(repr((numbers, quoted, negations)).encode("utf-8", "surrogatepass")).hexdigest()


def _last_turn(turns: Sequence[Any]) -> tuple[str, list[Any]] | None:
    last = turns[-1]
    if isinstance(last, str):
        return last, [*turns[:-1], _PUT_ASIDE]
    if not isinstance(last, Mapping):
        return None
    turn = cast("Mapping[str, Any]", last)
    if turn.get("role", "user") != "user":
        return None
    for name in ("content", "parts"):
        if name not in turn:
            continue
        content = turn[name]
        if isinstance(content, str):
            return content, [*turns[:-1], {**turn, name: _PUT_ASIDE}]
        if isinstance(content, list | tuple):
            parts = cast("Sequence[Any]", content)
            text = _only_text(parts)
            return None if text is None else (text, [*turns[:-1], {**turn, name: [_PUT_ASIDE]}])
    return None


def _only_text(parts: Sequence[Any]) -> str | None:
    if len(parts) != 1:
        return None
    part = parts[0]
    text = cast("Mapping[str, Any]", part).get("text") if isinstance(part, Mapping) else part
    return text if isinstance(text, str) else None
