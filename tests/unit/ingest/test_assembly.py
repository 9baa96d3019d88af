"""What one write is made of: one question to the engine per project; nothing lost between two attempts."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

import pytest

from sonde.ingest.assembly import Assembly, Entry
from sonde.ingest.flagged import FlaggedTimes
from sonde.ingest.journal import Segment
from sonde.ingest.resolver import Resolver
from sonde.model.errors import Unavailable
from sonde.model.rows import Batch
from sonde.store.engine import Engine
from sonde.store.recall import StoredSpan
from tests.unit.ingest.test_resolver import Clock, row, unpriced

NO_ENGINE = FlaggedTimes(cast("Engine", None))
"""Asked only about flagged records, and there are none."""


class Asked:
    """A `Recall` that remembers its questions and fails when told to."""

    def __init__(self) -> None:
        self.questions: list[tuple[str, int]] = []
        self.failing_for = ""

    def __call__(
        self, project: str, traces: Sequence[str], _responses: Sequence[str]
    ) -> Iterable[StoredSpan]:
        if project == self.failing_for:
            raise Unavailable("not now")
        self.questions.append((project, len(traces)))
        return []


def entries(project: str, traces: Iterable[int]) -> list[Entry]:
    return [
        Entry(Segment(Path("1.journal")), Batch(project, 0, [row(trace, trace=trace, project=project)]), 1)
        for trace in traces
    ]


def test_the_engine_is_asked_once_for_all_batches_of_a_project() -> None:
    asked, clock = Asked(), Clock()
    resolver = Resolver(unpriced, asked, complete_since_ns=clock(), now_ns=clock)
    waiting = [*entries("p", range(1, 20)), *entries("q", range(20, 25)), *entries("p", range(25, 30))]
    batch = Assembly(resolver, NO_ENGINE, waiting).batch(recall=True)
    assert asked.questions == [("p", 24), ("q", 5)]
    assert len(batch.spans) == len(batch.calls) == 29


def test_an_attempt_that_fails_half_way_is_repeated_from_there() -> None:
    asked, clock = Asked(), Clock()
    resolver = Resolver(unpriced, asked, complete_since_ns=clock(), now_ns=clock)
    assembly = Assembly(resolver, NO_ENGINE, [*entries("p", range(1, 4)), *entries("q", range(4, 6))])
    asked.failing_for = "q"
    with pytest.raises(Unavailable):
        assembly.batch(recall=True)
    asked.failing_for = ""
    batch = assembly.batch(recall=True)
    assert asked.questions == [("p", 3), ("q", 2)]
    assert sorted(span.span_id for span in batch.spans) == [f"{number:016x}" for number in range(1, 6)]
    assert len(batch.calls) == 5
