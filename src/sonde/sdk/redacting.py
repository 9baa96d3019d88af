"""The redaction rules of `sonde.init(redact=…)`: the server's own masks, and what the app adds."""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from sonde.sdk.config import Redact

if TYPE_CHECKING:
    from sonde.redaction.masker import Masker


class Redacting:
    """One set of rules. Raises what a function of the app raises: then nothing may be sent."""

    __slots__ = ("_functions", "_masker")

    def __init__(self, masker: "Masker | None", functions: tuple[Callable[[str], str], ...]) -> None:
        self._masker = masker
        self._functions = functions

    def own(self, text: str) -> str:
        """One string of a value after the app's own functions."""
        for function in self._functions:
            text = str(function(text))
        return text

    def json_text(self, text: str) -> str:
        """JSON text after the masks; still JSON."""
        return text if self._masker is None else self._masker.json_text(text)

    def sent(self, text: str) -> str:
        """Text (JSON or not) that an instrumentation captured: functions, then masks."""
        return self.json_text(self.own(text))


@functools.lru_cache(maxsize=8)
def redacting(redact: Redact) -> Redacting:
    """The rules of a setting. Raises BadInput for a pattern that is not valid."""
    if redact is False:
        return Redacting(None, ())
    rules = () if redact is True else (redact,) if isinstance(redact, str) or callable(redact) else redact
    # Not at the top: RE2 and the server's rules are loaded when content is captured at all.
    from sonde.redaction.masker import Masker
    from sonde.redaction.rules import CustomPattern, RedactionRules

    patterns = [rule for rule in rules if isinstance(rule, str)]
    functions = tuple(rule for rule in rules if not isinstance(rule, str))
    names = ["custom" if len(patterns) == 1 else f"custom-{n}" for n in range(1, len(patterns) + 1)]
    custom = tuple(CustomPattern(name, pattern) for name, pattern in zip(names, patterns, strict=True))
    return Redacting(Masker(RedactionRules(custom=custom)), functions)
