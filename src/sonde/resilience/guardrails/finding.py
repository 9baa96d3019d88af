"""What a check is and what it finds."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Action = Literal["block", "redact", "flag"]
Direction = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A place in a text. ``start`` and ``end`` count characters; the whole text for what has no place."""

    kind: str
    """What was found: ``email``, ``api key`` …; never the found text itself."""
    start: int
    end: int
    score: float | None = None
    """How sure the check is, from 0 to 1, where it says so."""
    mask: str | None = None
    """What redaction puts in its place; ``[kind]`` by default."""

    @property
    def replacement(self) -> str:
        """What redaction puts in its place."""
        return f"[{self.kind}]" if self.mask is None else self.mask


Find = Callable[[str], "Sequence[Finding] | Awaitable[Sequence[Finding]]"]


@dataclass(frozen=True, slots=True)
class Check:
    """One check: how to find, and what to do about it. Made by the functions of this package."""

    name: str
    find: Find
    """Text → findings. May be a coroutine function, then only around coroutine functions."""
    action: Action
    when: Literal["windows", "end"] = "windows"
    """Streams: while they run, or once when all of the text is there."""
    reach: int = 256
    """Streams: how many characters a finding may have and still be found whole."""
    own_texts: bool = True
    """Whether the application's own texts (system prompts) are checked too."""
    fail_closed: bool = False
    """Whether a check that fails itself blocks, instead of letting the text pass."""

    def __post_init__(self) -> None:
        """Refuse an action that does not exist."""
        if self.action not in ("block", "redact", "flag"):
            raise ValueError(f"a guardrail can block, redact or flag, not {self.action!r}")
