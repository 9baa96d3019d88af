"""Heuristics for prompt injection: texts that try to give the model orders instead of being read by it.

A signal has a weight, what is found adds up to a score from 0 to 1 (as independent chances do). No list of
patterns stops somebody who tries long enough: this catches what is common and cheap, and its false alarms are
measured (docs/guide/guardrails.md).
"""

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from sonde.resilience.guardrails.finding import Action, Check, Finding
from sonde.resilience.guardrails.personal import characters
from sonde.resilience.guardrails.phrases import SIGNALS

if TYPE_CHECKING:
    from sonde.redaction.engine import Pattern

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)
_TAGS = re.compile("(?<![\U0001f3f4\U000e0000-\U000e007f])[\U000e0020-\U000e007e]{4,}")
"""Letters that are not shown, as used to hide text; not those of a flag."""
_HIDDEN_RUN = re.compile("[\u200b-\u200d\u2060-\u2064\ufeff]{8,}|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{8,}")
_SPACED = re.compile(r"(?<!\w)(?:\w[ ._\-*|]){5,}\w(?!\w)")
_BETWEEN = re.compile(r"[ ._\-*|]")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a text looks like: the score, and the signals in it with their places."""

    score: float
    signals: tuple[Finding, ...]


def injection(*, threshold: float = 0.7, action: Action = "flag") -> Check:
    """Texts with a score of at least ``threshold``; redaction takes out the passages that made it.

    Meant for what a model reads: users' questions, and even more what tools, pages and documents say. System
    prompts, which the application wrote itself, are left out.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold is a score above 0 and up to 1, not {threshold}")

    def find(text: str) -> Sequence[Finding]:
        suspicion = suspect(text)
        return suspicion.signals if suspicion.score >= threshold else ()

    return Check("prompt injection", find, action, own_texts=False)


def suspect(text: str) -> Suspicion:
    """Score a text. Every signal counts once, however often it is found."""
    found = list(_hidden(text)) if not text.isascii() else []
    plain = _plain(text)
    spotted = _signals(plain)
    if spotted and plain != text:
        places = _places(text)
        spotted = [replace(one, start=places[one.start], end=places[one.end - 1] + 1) for one in spotted]
    found += spotted
    if _patterns().spelled.found(plain.encode("utf-8", "surrogatepass")):
        together = _SPACED.sub(lambda match: _BETWEEN.sub("", match.group()), plain)
        known = {finding.kind for finding in found}
        found += [replace(one, start=0, end=len(text)) for one in _signals(together) if one.kind not in known]
    doubt = 1.0
    for kind in {finding.kind for finding in found}:
        doubt *= 1.0 - max(finding.score or 0.0 for finding in found if finding.kind == kind)
    return Suspicion(round(1.0 - doubt, 4), tuple(found))


def _signals(plain: str) -> list[Finding]:
    raw = plain.encode("utf-8", "surrogatepass")
    patterns = _patterns()
    if not patterns.any_of_them.found(raw):
        return []
    return [
        Finding(signal.kind, characters(raw, start), characters(raw, end), signal.weight, mask="[removed]")
        for signal, pattern in zip(SIGNALS, patterns.each, strict=True)
        for start, end in pattern.spans(raw)
    ]


class _Patterns(NamedTuple):
    any_of_them: "Pattern"
    """All signals at once: most texts pass it in one go."""
    each: "tuple[Pattern, ...]"
    spelled: "Pattern"
    """Words with something between their letters."""


@functools.cache
def _patterns() -> _Patterns:
    from sonde.redaction.engine import Pattern

    each = tuple(Pattern(signal.pattern) for signal in SIGNALS)
    any_of_them = Pattern("|".join(signal.pattern for signal in SIGNALS))
    return _Patterns(any_of_them, each, Pattern(r"(?:\b[\pL\pN][ ._\-*|]){5}[\pL\pN]"))


def _hidden(text: str) -> Sequence[Finding]:
    tags = [Finding("hidden text", *match.span(), 0.95, mask="") for match in _TAGS.finditer(text)]
    runs = [Finding("hidden text", *match.span(), 0.5, mask="") for match in _HIDDEN_RUN.finditer(text)]
    return tags + runs


def _plain(text: str) -> str:
    """The text as a reader sees it: compatibility forms as what they stand for, nothing invisible."""
    if text.isascii():
        return text
    odd = {character for character in set(text) if _shown(character) != character}
    return text.translate({ord(character): _shown(character) for character in odd}) if odd else text


@functools.lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    if "\U000e0020" <= character <= "\U000e007e":
        return chr(ord(character) - 0xE0000)  # what is hidden in tags is read too
    return "" if _INVISIBLE.match(character) is not None else unicodedata.normalize("NFKC", character)


def _places(text: str) -> list[int]:
    """For each character of `_plain`, which character of the text it comes from."""
    return [index for index, character in enumerate(text) for _ in _shown(character)]
