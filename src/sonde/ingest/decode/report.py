"""What was refused or changed while a request was decoded, and how to tell the sender in bounded text."""

from msgspec import Struct, field

MESSAGE_CHARACTERS_MAX = 1_000
"""Length of a ``partial_success`` text: the reasons are a fixed set of sentences, so it never grows."""


class Reason(Struct, frozen=True):
    """Why something was refused or changed."""

    code: str
    """For Sonde's own counters; one of a fixed set."""
    text: str
    """For people."""


class Finding(Struct):
    """How often one thing was found, and where first."""

    count: int
    first_at: str


class Report(Struct):
    """Counts by reason, and the position the decoder is at.

    ``rejected`` counts whole records (spans, log records, data points). The position is three numbers,
    turned into text only when there is something to say about it.
    """

    levels: tuple[str, str, str]
    """Names of the three lists, as the sender's encoding spells them."""
    resource: int = -1
    scope: int = -1
    record: int = -1
    rejected: int = 0
    reasons: dict[Reason, Finding] = field(default_factory=dict[Reason, Finding])
    """Why records were rejected."""
    warnings: dict[Reason, Finding] = field(default_factory=dict[Reason, Finding])
    """What was stored changed or incomplete."""

    def at(self) -> str:
        """Path of the record that is being decoded, empty before the first."""
        numbers = (self.resource, self.scope, self.record)
        parts = [
            f"{name}[{number}]" for name, number in zip(self.levels, numbers, strict=True) if number >= 0
        ]
        return ".".join(parts)

    def reject(self, reason: Reason, count: int = 1, *, field_name: str = "") -> None:
        """Count records that are not stored. ``field_name``: which field of the record is at fault."""
        self.rejected += count
        self._count(self.reasons, reason, count, field_name)

    def warn(self, warning: Reason, count: int = 1, *, field_name: str = "") -> None:
        """Count things that were stored, but not as sent."""
        self._count(self.warnings, warning, count, field_name)

    @staticmethod
    def counts(findings: "dict[Reason, Finding]") -> dict[str, int]:
        """Counts by code, for Sonde's own metrics."""
        return {reason.code: finding.count for reason, finding in findings.items()}

    def message(self, noun: str) -> str:
        """The text of ``partial_success.error_message``: empty when there is nothing to say."""
        sentences: list[str] = []
        if self.rejected:
            sentences.append(f"{self.rejected} {noun} rejected: {_listed(self.reasons)}.")
        if self.warnings:
            sentences.append(f"Accepted with changes: {_listed(self.warnings)}.")
        text = " ".join(sentences)
        if len(text) > MESSAGE_CHARACTERS_MAX:
            text = text[: MESSAGE_CHARACTERS_MAX - 1] + "…"
        return text

    def _count(self, findings: dict[Reason, Finding], what: Reason, count: int, field_name: str) -> None:
        known = findings.get(what)
        if known is None:
            findings[what] = Finding(count, f"{self.at()}.{field_name}".strip("."))
        else:
            known.count += count


def _listed(findings: dict[Reason, Finding]) -> str:
    ordered = sorted(findings.items(), key=lambda item: -item[1].count)
    return "; ".join(
        f"{what.text} ({finding.count}{', first at ' + finding.first_at if finding.first_at else ''})"
        for what, finding in ordered
    )
