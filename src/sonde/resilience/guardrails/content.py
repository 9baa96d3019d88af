"""Checks of what a text says: patterns, lengths, topics, and functions of one's own."""

import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Literal, cast

from sonde.resilience.guardrails.finding import Action, Check, Find, Finding
from sonde.resilience.guardrails.personal import characters


def regex(
    pattern: str | re.Pattern[str], *, kind: str, action: Action = "redact", reach: int = 256, group: int = 0
) -> Check:
    """Whatever a pattern matches.

    Args:
        pattern: In RE2 syntax, matched in linear time; or a compiled pattern of Python's `re`, which a
            stranger's text may keep busy for long.
        kind: What it finds, in a word or two; the mask is ``[kind]``.
        action: What to do.
        reach: The longest text it can match, for streams.
        group: The group of a compiled pattern to redact, when not all of the match.
    """
    spans_in = _linear(pattern, kind) if isinstance(pattern, str) else _compiled(pattern, kind, group)

    def find(text: str) -> Sequence[Finding]:
        return [Finding(kind, start, end) for start, end in spans_in(text) if end > start]

    return Check(f"regex {kind}", find, action, reach=reach)


def _compiled(pattern: re.Pattern[str], kind: str, group: int) -> Callable[[str], Iterable[tuple[int, int]]]:
    if pattern.search("") is not None:
        raise ValueError(f"the pattern of {kind!r} matches the empty text")
    return lambda text: (match.span(group) for match in pattern.finditer(text))


def _linear(pattern: str, kind: str) -> Callable[[str], Iterable[tuple[int, int]]]:
    from sonde.redaction.engine import Pattern

    compiled = Pattern(pattern)
    if compiled.found(b""):
        raise ValueError(f"the pattern of {kind!r} matches the empty text")

    def spans_in(text: str) -> Iterable[tuple[int, int]]:
        raw = text.encode("utf-8", "surrogatepass")
        return ((characters(raw, start), characters(raw, end)) for start, end in compiled.spans(raw))

    return spans_in


def length(
    *,
    characters_max: int | None = None,
    tokens_max: int | None = None,
    count_tokens: Callable[[str], int] | None = None,
    action: Action = "block",
) -> Check:
    """Texts longer than they may be; redaction cuts them off.

    Args:
        characters_max: The most characters a text may have.
        tokens_max: The most tokens, as ``count_tokens`` counts them.
        count_tokens: Needed for ``tokens_max``: your model's tokenizer.
        action: What to do. Texts over ``tokens_max`` can be blocked or flagged, not cut.
    """
    if (tokens_max is None) != (count_tokens is None):
        raise ValueError("tokens_max and count_tokens go together")
    if characters_max is None and tokens_max is None:
        raise ValueError("say characters_max or tokens_max")
    if tokens_max is not None and action == "redact":
        raise ValueError("a text cannot be cut to tokens_max: use characters_max, or another action")

    def find(text: str) -> Sequence[Finding]:
        if characters_max is not None and len(text) > characters_max:
            return (Finding("too long", characters_max, len(text), mask="…"),)
        if tokens_max is not None and count_tokens is not None and count_tokens(text) > tokens_max:
            return (Finding("too long", 0, len(text)),)
        return ()

    return Check("length", find, action, when="end")


def topics(
    *,
    deny: Mapping[str, Collection[str]] | None = None,
    allow: Mapping[str, Collection[str]] | None = None,
    matches_min: int = 2,
    action: Action = "block",
) -> Check:
    """Lists of words by topic: texts about a topic that is not wanted, or about none that is.

    A word stands for itself in any case, with ``*`` at its end for every word that begins so; several words
    with blanks stand for the phrase. A text is about a topic when it holds ``matches_min`` different words of
    it (one is enough for a text of up to 12 words, or a list that is shorter).

    Args:
        deny: Topic → words. A finding for each word of a topic the text is about.
        allow: Topic → words. A finding for the whole text when it is about none.
        matches_min: How many different words make a topic.
        action: What to do.
    """
    denied = {topic: _words(words) for topic, words in (deny or {}).items()}
    allowed = {topic: _words(words) for topic, words in (allow or {}).items()}
    if not denied and not allowed:
        raise ValueError("say deny or allow")

    def about(text: str, pattern: re.Pattern[str], size: int) -> list[tuple[int, int]]:
        spans: list[tuple[int, int]] = []
        different: set[str] = set()
        for match in pattern.finditer(text):
            spans.append(match.span())
            different.add(match.group().casefold())
        enough = 1 if len(text.split(None, 12)) <= 12 else min(matches_min, size)
        return spans if len(different) >= enough else []

    def find(text: str) -> Sequence[Finding]:
        found = [
            Finding(topic, start, end)
            for topic, (pattern, size) in denied.items()
            for start, end in about(text, pattern, size)
        ]
        if allowed and not any(about(text, pattern, size) for pattern, size in allowed.values()):
            found.append(Finding("off topic", 0, len(text)))
        return found

    return Check("topics", find, action, when="end" if allowed else "windows")


def _words(words: Collection[str]) -> tuple[re.Pattern[str], int]:
    if isinstance(words, str) or not words or not all(word.strip(" *") for word in words):
        raise ValueError("a topic is a list of words, none of them empty")
    forms = (
        r"\s+".join(re.escape(part) for part in word.removesuffix("*").split())
        + (r"\w*" if word.endswith("*") else "")
        for word in sorted(words, key=len, reverse=True)
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", re.IGNORECASE), len(words)


Verdict = bool | str | Sequence[Finding] | None
"""True or a word for what was found in the text, the findings themselves, or a false value for nothing."""


def custom(
    function: Callable[[str], Verdict | Awaitable[Verdict]],
    *,
    name: str | None = None,
    action: Action = "flag",
    when: Literal["windows", "end"] = "end",
    reach: int = 256,
    fail_closed: bool = False,
) -> Check:
    """A function of one's own: text → whether, or what, or where something was found.

    Args:
        function: Plain, or a coroutine function around coroutine functions.
        name: What telemetry calls it; the function's name by default.
        action: What to do.
        when: Streams: on windows of the text while they run, or at the end on all of it.
        reach: Streams: how many characters a finding may have.
        fail_closed: Whether a failure of the function blocks the text.
    """
    told = name or str(getattr(function, "__name__", type(function).__name__))

    def find(text: str) -> Any:
        verdict = function(text)
        if isinstance(verdict, Awaitable):
            return _later(verdict, told, text)
        return _findings(verdict, told, text)

    return Check(told, cast("Find", find), action, when=when, reach=reach, fail_closed=fail_closed)


async def _later(verdict: Awaitable[Verdict], name: str, text: str) -> Sequence[Finding]:
    return _findings(await verdict, name, text)


def _findings(verdict: Verdict, name: str, text: str) -> Sequence[Finding]:
    if not verdict:
        return ()
    if verdict is True or isinstance(verdict, str):
        return (Finding(name if verdict is True else verdict, 0, len(text)),)
    return tuple(verdict)
