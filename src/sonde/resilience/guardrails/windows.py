"""Guarding a stream: what is not yet sure is held back, what is checked is handed on.

Each text of a stream (a choice, a content block, a tool call's arguments) is a lane of its own. A chunk is
handed on when every character in it is at least ``hold_back`` characters behind the newest of its lane and in
no finding that could still grow. Checks see what was handed on lately too, so a finding cannot hide across
the edge.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sonde.resilience.guardrails.checking import Report, checked, found_by
from sonde.resilience.guardrails.finding import Check, Finding
from sonde.resilience.guardrails.texts import of_answer
from sonde.resilience.steps import Steps
from sonde.resilience.streams import Tap

_STEP = 32
"""Characters between two looks at a lane: looking at every token would cost a check per token."""
_WORD_MAX = 4_096
_WHOLE_MAX = 1 << 20
"""Characters of a lane that are kept for checks that run at the end; longer answers are judged by these."""

Lane = tuple[str, ...]


@dataclass(slots=True)
class _Edit:
    """A place that redaction takes out, in characters of the lane."""

    start: int
    end: int
    mask: str
    used: bool = False


@dataclass(slots=True)
class _Text:
    """One lane."""

    tail: str = ""
    """What is looked at: the characters from ``base`` on, as the provider sent them."""
    base: int = 0
    looked_to: int = 0
    """How far the last look went."""
    sure_to: int = 0
    """Up to where nothing can be found any more."""
    whole: list[str] = field(default_factory=list[str])
    kept: int = 0
    edits: list[_Edit] = field(default_factory=list[_Edit])
    noted: set[tuple[int, str, int]] = field(default_factory=set[tuple[int, str, int]])

    @property
    def length(self) -> int:
        return self.base + len(self.tail)


@dataclass(slots=True)
class _Held:
    """A chunk that waits, and which part of which lane each of its texts is, in the order of reading."""

    chunk: Any
    parts: list[tuple[Lane, int, int]]


class Windows(Tap):
    """Guards one stream."""

    def __init__(self, checks: Sequence[Check], report: Report, *, whole: bool) -> None:
        """``whole``: hold everything back until the end."""
        in_windows = [] if whole else [check for check in checks if check.when == "windows"]
        self._checks = list(enumerate(in_windows))
        self._at_end = [check for check in checks if check not in in_windows]
        self._step = _STEP if in_windows else 1
        self._report = report
        self._hold_back = max((check.reach for _, check in self._checks), default=0)
        self._whole = whole
        self._lanes: dict[Lane, _Text] = {}
        self._held: deque[_Held] = deque()

    def item(self, item: Any) -> Steps[Sequence[Any]]:
        """Take a chunk; hand on those that are sure."""
        held = _Held(item, [])

        def read(lane: Lane, text: str) -> str:
            state = self._lanes.setdefault(lane, _Text())
            held.parts.append((lane, state.length, state.length + len(text)))
            state.tail += text
            if self._at_end and (self._whole or state.kept < _WHOLE_MAX):
                state.whole.append(text)
                state.kept += len(text)
            return text

        of_answer(item, read)
        self._held.append(held)
        for lane in {lane for lane, _, _ in held.parts}:
            state = self._lanes[lane]
            if state.length - state.looked_to >= self._step:
                yield from self._look(state, ended=False)
        return [] if self._whole else self._released()

    def end(self) -> Steps[Sequence[Any]]:
        """All of the text is there: the checks that need it whole, then what was held back."""
        for state in self._lanes.values():
            yield from self._look(state, ended=True)
        for state in self._lanes.values():
            whole = "".join(state.whole)
            if not whole:
                continue
            if self._whole:
                after = yield from checked(whole, self._at_end, self._report)
                if after != whole:
                    state.edits = [_Edit(0, state.length, after)]
            else:
                yield from checked(whole, [_without_redaction(check) for check in self._at_end], self._report)
        return self._released()

    def _look(self, state: _Text, *, ended: bool) -> Steps[None]:
        edge = state.length if ended else self._edge(state)
        state.looked_to = state.length
        sure_to = edge
        for number, check in self._checks:
            findings = yield from found_by(check, state.tail, self._report)
            fresh: list[Finding] = []
            for finding in findings:
                start, end = finding.start + state.base, finding.end + state.base
                if end <= state.sure_to:
                    continue  # seen when it was in the window
                if not ended and end > edge and check.action != "block":
                    sure_to = min(sure_to, max(start, state.sure_to))  # it may still grow
                    continue
                if (number, finding.kind, start) not in state.noted:
                    state.noted.add((number, finding.kind, start))
                    fresh.append(finding)
                    if check.action == "redact":
                        state.edits.append(_Edit(start, end, finding.replacement))
            if fresh and check.action == "block":
                raise self._report.block(check, fresh)
            if fresh:
                self._report.note(check, fresh)
        state.sure_to = max(state.sure_to, sure_to)
        # Twice the reach stays in sight, so that what began before the edge is seen from its beginning.
        cut = max(0, state.sure_to - 2 * self._hold_back - state.base)
        if cut:
            state.tail = state.tail[cut:]
            state.base += cut
            state.noted = {one for one in state.noted if one[2] >= state.base}

    def _edge(self, state: _Text) -> int:
        """Up to where a text is sure by distance alone. Never within a word: keys have any length."""
        if not self._checks:
            return state.length
        edge = state.length - self._hold_back
        least = max(state.sure_to, edge - _WORD_MAX)
        while edge > least and _is_joined(state.tail, edge - state.base):
            edge -= 1
        return max(edge, state.sure_to)

    def _released(self) -> list[Any]:
        released: list[Any] = []
        while self._held and all(self._lanes[lane].sure_to >= end for lane, _, end in self._held[0].parts):
            held = self._held.popleft()
            released.append(self._edited(held))
        return released

    def _edited(self, held: _Held) -> Any:
        parts = iter(held.parts)

        def write(lane: Lane, text: str) -> str:
            _, start, end = next(parts)
            return _apply(self._lanes[lane].edits, text, start, end)

        if not any(self._lanes[lane].edits for lane, _, _ in held.parts):
            return held.chunk
        edited = of_answer(held.chunk, write)
        for lane, _, end in held.parts:
            state = self._lanes[lane]
            state.edits = [edit for edit in state.edits if edit.end > end]
        return edited


def _is_joined(text: str, at: int) -> bool:
    return "!" <= text[at - 1] <= "~" and "!" <= text[at : at + 1] <= "~"


def _apply(edits: list[_Edit], text: str, start: int, end: int) -> str:
    """A part of a lane (``start`` to ``end``) after its edits; a mask goes where its finding begins."""
    out: list[str] = []
    at = start
    covered = start
    for edit in sorted(edits, key=lambda one: (one.start, -one.end)):
        if edit.end <= at or edit.start >= end:
            continue
        out.append(text[at - start : max(edit.start, at) - start])
        if not edit.used and not covered > edit.start >= start:  # one that overlaps another adds no mask
            out.append(edit.mask)
        edit.used = True
        at = min(edit.end, end)
        covered = max(covered, edit.end)
    out.append(text[at - start :])
    return "".join(out)


def _without_redaction(check: Check) -> Check:
    """What was handed on cannot be redacted any more: then it is flagged."""
    return Check(check.name, check.find, "flag", "end") if check.action == "redact" else check
