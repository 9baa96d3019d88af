"""Guardrails around a call: what goes in is checked before it, what comes out after it."""

import functools
from collections.abc import Sequence
from typing import Any, Literal

from sonde.resilience.arguments import with_argument
from sonde.resilience.guardrails.checking import Report, checked
from sonde.resilience.guardrails.finding import Check
from sonde.resilience.guardrails.texts import OWN, Visit, of_answer, of_request
from sonde.resilience.guardrails.windows import Windows
from sonde.resilience.steps import Steps
from sonde.resilience.streams import Stream
from sonde.resilience.wrapping import Call, Policy, Proceed

_Text = tuple[tuple[str, ...], str]
"""Where a text is, and the text."""


class Guardrails(Policy):
    """Checks the texts of requests and answers.

    Put it around any function that makes a model call::

        guarded = Guardrails(inputs=[secrets(), pii()], outputs=[pii()])(client.chat.completions.create)

    What a check finds blocks the call (`GuardrailBlocked` is raised, before the call is made or instead of
    its answer), is redacted in a copy, or only flagged. Every finding is an event of the call's span, without
    the text that was found. Streams are checked while they run: a short stretch is held back until it is
    sure.
    """

    def __init__(
        self,
        inputs: Sequence[Check] = (),
        outputs: Sequence[Check] = (),
        *,
        streams: Literal["windows", "whole"] = "windows",
    ) -> None:
        """Checks run in the order they are given; what one redacts the next does not see.

        Args:
            inputs: Checks of the request's texts.
            outputs: Checks of the answer's texts.
            streams: ``windows`` hands chunks on once they are sure; checks that need the whole answer then
                come too late to redact it, and block by ending the stream with an error. ``whole`` holds the
                stream back until all checks have passed.
        """
        if streams not in ("windows", "whole"):
            raise ValueError(f"streams are checked in windows or whole, not {streams!r}")
        self._inputs = tuple(inputs)
        self._outputs = tuple(outputs)
        self._whole = streams == "whole"

    def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
        """Check, call, check."""
        if self._inputs:
            call = yield from self._request(call)
        answer = yield from proceed(call)
        if not self._outputs:
            return answer
        report = Report("out")
        if isinstance(answer, Stream):
            return answer.tap(Windows(self._outputs, report, whole=self._whole))
        texts: list[_Text] = []
        of_answer(answer, functools.partial(_collect, texts))
        after = yield from _all_checked(texts, self._outputs, report)
        return answer if after == [text for _, text in texts] else of_answer(answer, _replay(after))

    def _request(self, call: Call) -> Steps[Call]:
        texts: list[_Text] = []
        arguments = call.arguments
        of_request(arguments, functools.partial(_collect, texts))
        after = yield from _all_checked(texts, self._inputs, Report("in"))
        if after != [text for _, text in texts]:
            for name, value in of_request(arguments, _replay(after)).items():
                call = with_argument(call, name, value)
        return call


def _collect(texts: list[_Text], lane: tuple[str, ...], text: str) -> str:
    texts.append((lane, text))
    return text


def _replay(texts: Sequence[str]) -> Visit:
    """A visitor that puts the texts back in the order they were read."""
    rest = iter(texts)
    return lambda _, __: next(rest)


def _all_checked(texts: Sequence[_Text], checks: Sequence[Check], report: Report) -> Steps[list[str]]:
    after: list[str] = []
    for lane, text in texts:
        fitting = [check for check in checks if check.own_texts or OWN not in lane]
        after += ((yield from checked(text, fitting, report)),)
    return after
