"""Running checks over a text, and what comes of their findings."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from sonde.resilience.errors import GuardrailBlocked
from sonde.resilience.events import AttributeValue, annotate, emit
from sonde.resilience.guardrails.finding import Check, Direction, Finding
from sonde.resilience.steps import Do, Steps

_log = logging.getLogger("sonde.resilience")


@dataclass(slots=True)
class Report:
    """What the checks of one direction found in one call. Tells telemetry; holds no text."""

    direction: Direction
    flagged: dict[str, int] = field(default_factory=dict[str, int])
    redacted: dict[str, int] = field(default_factory=dict[str, int])

    def note(self, check: Check, findings: Sequence[Finding]) -> None:
        """Count findings that do not stop the call."""
        counts = self.redacted if check.action == "redact" else self.flagged
        counts[check.name] = counts.get(check.name, 0) + len(findings)
        self._tell(check, findings)
        annotate(
            {
                f"sonde.guardrail.{self.direction}.{action}": ",".join(sorted(counts))
                for action, counts in (("flagged", self.flagged), ("redacted", self.redacted))
                if counts
            }
        )

    def block(self, check: Check, findings: Sequence[Finding]) -> GuardrailBlocked:
        """The error that stops the call."""
        self._tell(check, findings)
        annotate({f"sonde.guardrail.{self.direction}.blocked": check.name})
        kinds = sorted({finding.kind for finding in findings})
        return GuardrailBlocked(check.name, self.direction, ", ".join(kinds) or "found something")

    def failed(self, check: Check, error: Exception) -> None:
        """A check could not do its work."""
        emit(
            "sonde.guardrail.error",
            {
                "sonde.guardrail.name": check.name,
                "sonde.guardrail.direction": self.direction,
                "error.type": type(error).__qualname__,
            },
        )
        _log.warning(
            "The guardrail %r failed (%s), the text was %s.",
            check.name,
            type(error).__name__,
            "blocked" if check.fail_closed else "let through",
        )

    def _tell(self, check: Check, findings: Sequence[Finding]) -> None:
        told: dict[str, AttributeValue] = {
            "sonde.guardrail.name": check.name,
            "sonde.guardrail.direction": self.direction,
            "sonde.guardrail.action": check.action,
            "sonde.guardrail.kinds": ",".join(sorted({finding.kind for finding in findings})),
            "sonde.guardrail.findings": len(findings),
        }
        scores = [finding.score for finding in findings if finding.score is not None]
        if scores:
            told["sonde.guardrail.score"] = max(scores)
        emit("sonde.guardrail", told)


def found_by(check: Check, text: str, report: Report) -> Steps[Sequence[Finding]]:
    """What a check finds. A check that fails finds nothing, or blocks when it says so."""
    try:
        findings = yield Do(check.find, (text,))
    except Exception as error:
        report.failed(check, error)
        if check.fail_closed:
            raise GuardrailBlocked(check.name, report.direction, "the check itself failed") from error
        return ()
    return [finding for finding in findings if finding.end > finding.start]


def checked(text: str, checks: Sequence[Check], report: Report) -> Steps[str]:
    """The text after all checks, in their order. Raises GuardrailBlocked."""
    for check in checks:
        findings = yield from found_by(check, text, report)
        if not findings:
            continue
        if check.action == "block":
            raise report.block(check, findings)
        report.note(check, findings)
        if check.action == "redact":
            text = redacted(text, findings)
    return text


def redacted(text: str, findings: Sequence[Finding]) -> str:
    """The text with masks in place of what was found."""
    parts: list[str] = []
    at = 0
    for finding in sorted(findings, key=lambda one: (one.start, -one.end)):
        if finding.start < at:
            at = max(at, finding.end)
            continue
        parts += (text[at : finding.start], finding.replacement)
        at = finding.end
    parts.append(text[at:])
    return "".join(parts)
