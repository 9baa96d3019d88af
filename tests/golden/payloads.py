"""The real payload sets: what is on the wire, what the program that sent it knows to be true."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sonde.ingest.decode import decode_logs, decode_traces
from sonde.model.facts import SpanFacts
from sonde.model.rows import LogContent, Score, SpanRow
from sonde.model.span import LogRecord, Span
from sonde.normalize import Invocation, assemble, read_log, read_span

ROOT = Path(__file__).parent / "captures"
PROJECT = "default"
RECEIVED_NS = 1_795_400_000 * 1_000_000_000
"""Two days after the payloads were captured."""


@dataclass(frozen=True)
class Reading:
    """One payload set, read."""

    name: str
    truth: dict[str, Any]
    rows: list[SpanRow]
    log_facts: list[SpanFacts]
    contents: list[LogContent]
    scores: list[Score]

    @property
    def facts(self) -> list[SpanFacts]:
        return [row.facts for row in self.rows] + self.log_facts

    @property
    def invocations(self) -> list[Invocation]:
        return assemble(self.facts)

    @property
    def calls(self) -> list[SpanFacts]:
        return [invocation.facts for invocation in self.invocations if invocation.counted]


def names() -> list[str]:
    """``set-up/scenario`` of every set."""
    return sorted(str(path.parent.relative_to(ROOT)) for path in ROOT.glob("*/*/meta.json"))


def spans_of(name: str) -> list[Span]:
    """The spans of a set, in the order in which they were sent."""
    found: list[Span] = []
    for path in sorted((ROOT / name).glob("traces-*.pb")):
        decoded = decode_traces(path.read_bytes(), "protobuf")
        assert not decoded.report.rejected, (name, decoded.report)
        found.extend(decoded.spans)
    return found


def logs_of(name: str) -> list[LogRecord]:
    """The log records of a set."""
    found: list[LogRecord] = []
    for path in sorted((ROOT / name).glob("logs-*.pb")):
        found.extend(decode_logs(path.read_bytes(), "protobuf").records)
    return found


@cache
def read(name: str) -> Reading:
    """Read a whole set."""
    truth = json.loads((ROOT / name / "meta.json").read_bytes())
    readings = [read_span(span, project=PROJECT, received_ns=RECEIVED_NS) for span in spans_of(name)]
    logs = [
        read_log(record, project=PROJECT, received_ns=RECEIVED_NS, position=position)
        for position, record in enumerate(logs_of(name))
    ]
    return Reading(
        name=name,
        truth=truth,
        rows=[reading.row for reading in readings],
        log_facts=[log.facts for log in logs if log.facts is not None],
        contents=[log.content for log in logs if log.content is not None],
        scores=[score for reading in (*readings, *logs) for score in reading.scores],
    )
