"""Random sequences of sending, resending, failing and crashing, against a dict (H15, H16, H17, H35, H39).

``python -m tests.fault.machine EXAMPLES`` in a process of its own: chDB opens one folder per process.
"""

import errno
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sonde.ingest.resolver import Resolver
from sonde.store.recall import stored_spans
from sonde.testing.disk import fail_nth
from tests.contract.otlp import build
from tests.fault.world import NOW_NS, PROJECT, World

SECOND = 1_000_000_000
Item = tuple[int, int, int]
"""(trace, span, version): the same item is always the same bytes."""

ITEMS = st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(0, 1))
TABLES = st.sampled_from([frozenset({"spans"}), frozenset({"calls"}), frozenset({"spans", "calls"})])
BATCHES = st.lists(ITEMS, min_size=1, max_size=6)


def trace_id(trace: int) -> bytes:
    return (trace + 1).to_bytes(16, "big")


def span_id(trace: int, span: int) -> bytes:
    return ((trace + 1) << 8 | span + 1).to_bytes(8, "big")


def body_of(items: Sequence[Item]) -> bytes:
    """Span 0 is an agent, 1 to 3 are chats below it, 4 is another library's view of chat 1."""
    spans = []
    for trace, span, version in items:
        start = NOW_NS - (7_200 if trace == 0 else 60) * SECOND + span * SECOND
        attributes: dict[str, object] = {"gen_ai.operation.name": "invoke_agent", "user.id": f"user-{trace}"}
        if span:
            seen = 1 if span == 4 else span
            attributes = {
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "openai",
                "gen_ai.request.model": "gpt-4o-mini",
                "gen_ai.response.id": f"response-{trace}-{seen}",
                "gen_ai.usage.input_tokens": 100 * seen,
                "gen_ai.usage.output_tokens": 10,
                "app.version": version,
            }
        made = build.span(
            trace_id(trace),
            span_id=span_id(trace, span),
            name=f"span {span}",
            start_time_unix_nano=start if span != 4 else start - 3 * SECOND,
            end_time_unix_nano=start + (5 + version) * SECOND,
            attributes=attributes,
        )
        if span:
            made.parent_span_id = span_id(trace, 0)
        spans.append(made)
    return build.traces(*spans).SerializeToString()


class Ingest(RuleBasedStateMachine):
    """What was acknowledged is there once, in its latest version, whatever happened in between."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.acknowledged: dict[tuple[int, int], int] = {}
        self.perhaps: set[Item] = set()
        """Sent and refused: these may be there or not."""
        self.sent: list[list[Item]] = []

    @initialize()
    def empty(self) -> None:
        self.world.clear()

    def _send(self, items: list[Item]) -> None:
        if self.world.send(body_of(items)) is None:
            for trace, span, version in items:
                known = self.acknowledged.get((trace, span), -1)
                self.acknowledged[trace, span] = max(known, version)
        else:
            self.perhaps.update(items)

    @rule(items=BATCHES)
    def send(self, items: list[Item]) -> None:
        self.sent.append(items)
        self._send(items)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again_in_other_company(self, data: st.DataObject) -> None:
        known = [item for items in self.sent for item in items]
        self._send(data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=8)))

    @rule(number=st.integers(1, 4), error=st.sampled_from([errno.ENOSPC, errno.EIO, errno.EROFS]))
    def journal_fails(self, number: int, error: int) -> None:
        self.world.fail_disk(fail_nth(self.world.disk.operations + number, error))

    @rule(tables=TABLES)
    def engine_refuses(self, tables: frozenset[str]) -> None:
        self.world.engine.broken = tables

    @rule(items=BATCHES, tables=TABLES, power=st.booleans(), remember=st.booleans())
    def crash_in_a_write(
        self, items: list[Item], tables: frozenset[str], power: bool, remember: bool
    ) -> None:
        self.world.engine.broken = tables
        self.send(items)
        self.world.settle()
        self.world.crash(power=power, remember=remember)

    @rule(power=st.booleans(), remember=st.booleans())
    def crash(self, power: bool, remember: bool) -> None:
        self.world.crash(power=power, remember=remember)

    @rule()
    def restart(self) -> None:
        self.world.restart()

    @rule()
    def look(self) -> None:
        world = self.world
        world.drain()
        found: dict[tuple[int, int], int] = {}
        for trace, span, copies, end_s in world.rows(
            "SELECT lower(hex(trace_id)), lower(hex(span_id)), count(), "
            "max(intDiv(toUnixTimestamp64Nano(time) + duration_ns, 1000000000)) FROM spans "
            "GROUP BY trace_id, span_id, content_hash ORDER BY 4"
        ):
            assert copies == 1, f"{copies} copies of one version of a span"
            number, index = int(trace, 16) - 1, (int(span, 16) & 255) - 1
            start_s = (NOW_NS - (7_200 if number == 0 else 60) * SECOND) // SECOND + index
            found[number, index] = end_s - start_s - 5
        for key, version in self.acknowledged.items():
            assert key in found, f"span {key} was acknowledged and is not there"
            assert found[key] >= version, f"span {key} is there in an older version"
        for key, version in found.items():
            assert version == self.acknowledged.get(key) or (*key, version) in self.perhaps, key
        self._calls_follow_from_spans()

    def _calls_follow_from_spans(self) -> None:
        world = self.world
        fresh = Resolver(world.price, lambda *_: [], complete_since_ns=0, now_ns=lambda: NOW_NS)
        stored = stored_spans(world.engine, PROJECT, [trace_id(trace).hex() for trace in range(3)])
        wanted = {
            (
                row.facts.trace_id,
                row.facts.span_id,
                row.counted,
                row.duplicate_of,
                row.facts.usage.input_tokens,
            )
            for row in fresh.decide(fresh.preload(stored))
        }
        found = {
            (trace, span, counted, "" if other == "0" * 16 else other, tokens)
            for trace, span, counted, other, tokens in world.rows(
                "SELECT lower(hex(trace_id)), lower(hex(span_id)), counted, lower(hex(duplicate_of)), "
                "input_tokens FROM calls FINAL"
            )
        }
        assert found == wanted
        world.rollups.rebuild()
        source = world.rollups.source(PROJECT, NOW_NS - 86_400 * SECOND, NOW_NS + 86_400 * SECOND, 3_600)
        total = world.rows(f"SELECT sum(calls), sum(input_tokens) FROM {source.sql}", source.params)[0]
        counted = [row for row in wanted if row[2]]
        assert (total[0] or 0) == len(counted)
        assert (total[1] or 0) == sum(row[4] or 0 for row in counted)

    def teardown(self) -> None:
        self.look()


def main(folder: Path, examples: int) -> None:
    """Run; an exception is a falsifying example."""
    Ingest.world = World(folder)
    try:
        run_state_machine_as_test(
            Ingest,
            settings=settings(
                max_examples=examples,
                stateful_step_count=25,
                deadline=None,
                database=None,
                print_blob=True,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
            ),
        )
    finally:
        Ingest.world.close()
    print(f"{examples} examples")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        main(Path(scratch), int(sys.argv[1]))
