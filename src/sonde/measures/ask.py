"""Answering questions: which statements, of roll-ups or rows, side by side where they may be."""

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sonde.measures import statements
from sonde.measures.intervals import Interval, clock_align, zone_of
from sonde.measures.question import Group, Question, Reply, Value
from sonde.measures.statements import Calls, Statement
from sonde.store.rollups import Rollups
from sonde.store.together import together

ROLLUP_FROM_NS = 30 * 60 * 1_000_000_000
"""Shorter ranges are read from rows: there is nothing to gain."""
WHOLE, SLOT, STEP = 0b11, 0b01, 0b10
"""``shape`` of `statements.by_slot`: everything, a whole slot, a step of everything; 0 is a slot's step."""

Row = dict[str, Any]
Run = Callable[[str, Mapping[str, Any]], list[Row]]


class Asker:
    """Answers questions about the calls of one store. Thread-safe."""

    def __init__(self, run: Run, rollups: Rollups | None) -> None:
        """``run`` executes a statement of ours and returns its rows by column; without ``rollups`` every
        answer comes from rows.
        """
        self._run = run
        self._rollups = rollups

    def ask(self, question: Question) -> Reply:
        """The answer. Raises what the engine raises, see `sonde.store.engine`."""
        calls = self._calls(question, question.from_ns, question.to_ns)
        reply = Reply(calls.from_ns, calls.to_ns, calls.rolled_up, {})
        if question.dimensions:
            self._groups(question, calls, reply)
        else:
            self._whole(question, calls, reply)
        return reply

    def _calls(self, question: Question, from_ns: int, to_ns: int, *, steps: bool = True) -> Calls:
        if self._rollups is None or to_ns - from_ns <= ROLLUP_FROM_NS or not statements.can_roll_up(question):
            return statements.from_rows(question, from_ns, to_ns)
        align = question.interval.align if steps and question.interval else 0
        if any(dimension.clock for dimension in question.dimensions):
            align = math.gcd(align, clock_align(from_ns, to_ns, zone_of(question.time_zone)))
        if align % 60:
            return statements.from_rows(question, from_ns, to_ns)
        return statements.from_rollups(question, self._rollups, from_ns, to_ns, align)

    def _before(self, question: Question) -> Calls:
        """The range of equal length just before."""
        start = max(0, 2 * question.from_ns - question.to_ns)
        return self._calls(question, start, question.from_ns, steps=False)

    def _whole(self, question: Question, calls: Calls, reply: Reply) -> None:
        interval = question.interval
        now = statements.whole(question, calls, interval)
        if question.compare:
            rows, before = together(
                lambda: self._rows(now),
                lambda: self._rows(statements.whole(question, self._before(question))),
            )
            reply.previous = _values(question, before[0] if before else None)
        else:
            rows = self._rows(now)
        if interval is None:
            reply.totals = _values(question, rows[0] if rows else None)
            return
        reply.totals = _values(question, next((row for row in rows if row["shape"]), None))
        reply.series = _series(question, [row for row in rows if not row["shape"]])

    def _groups(self, question: Question, calls: Calls, reply: Reply) -> None:
        many = any(dimension.many for dimension in question.dimensions)
        if many:
            rows, whole = together(
                lambda: self._rows(statements.largest(question, calls)),
                lambda: self._rows(statements.whole(question, calls)),
            )
        else:
            rows = self._rows(statements.largest(question, calls))
            whole = [row for row in rows if row["shape"]]
            rows = [row for row in rows if not row["shape"]]
        reply.totals = _values(question, whole[0] if whole else None)
        more = len(rows) > question.limit
        rows = rows[: question.limit]
        keys = [[row[f"d{number}"] for number in range(len(question.dimensions))] for row in rows]
        names = [dimension.name for dimension in question.dimensions]
        reply.groups = [
            Group(dict(zip(names, key, strict=True)), totals=_values(question, row))
            for key, row in zip(keys, rows, strict=True)
        ]
        if more and question.other:
            reply.groups.append(Group(dict.fromkeys(names), other=True))
        self._details(question, calls, reply, keys)

    def _details(
        self, question: Question, calls: Calls, reply: Reply, keys: Sequence[Sequence[str | None]]
    ) -> None:
        """What the first statement could not tell: the rest, the steps, the range before."""
        other = next((group for group in reply.groups if group.other), None)
        interval = question.interval

        def detail() -> list[Row]:
            if interval is None and other is None:
                return []
            return self._by_slot(question, calls, keys, interval, whole=interval is not None)

        def before() -> list[Row]:
            if not question.compare:
                return []
            return self._by_slot(question, self._before(question), keys, None, whole=True)

        rows, earlier = together(detail, before)
        if other is not None:
            other.totals = _values(question, _one(rows, SLOT, 0))
        if interval is not None:
            reply.series = _series(question, [row for row in rows if row["shape"] == STEP])
            for slot, group in _slots(reply.groups):
                group.series = _series(
                    question, [row for row in rows if row["shape"] == 0 and row["slot"] == slot]
                )
        if question.compare:
            reply.previous = _values(question, _one(earlier, WHOLE))
            for slot, group in _slots(reply.groups):
                group.previous = _values(question, _one(earlier, SLOT, slot))

    def _by_slot(
        self,
        question: Question,
        calls: Calls,
        keys: Sequence[Sequence[str | None]],
        interval: Interval | None,
        *,
        whole: bool,
    ) -> list[Row]:
        """Groups, and with ``whole`` everything, as a whole and over time."""
        if not whole or not any(dimension.many for dimension in question.dimensions):
            return self._rows(statements.by_slot(question, calls, keys, interval, whole=whole))
        # A call with several tags is in several groups: the whole is not their sum.
        rows, everything = together(
            lambda: self._rows(statements.by_slot(question, calls, keys, interval, whole=False)),
            lambda: self._rows(statements.whole(question, calls, interval)),
        )
        shapes = {0: STEP, 1: WHOLE} if interval else {0: WHOLE}
        return [*rows, *({**row, "shape": shapes[row.get("shape", 0)]} for row in everything)]

    def _rows(self, statement: Statement) -> list[Row]:
        return self._run(statement.sql, statement.params)


def _slots(groups: Sequence[Group]) -> list[tuple[int, Group]]:
    return [(0 if group.other else number, group) for number, group in enumerate(groups, 1)]


def _one(rows: Sequence[Row], shape: int, slot: int | None = None) -> Row | None:
    return next(
        (row for row in rows if row["shape"] == shape and (slot is None or row["slot"] == slot)), None
    )


def _values(question: Question, row: Row | None) -> dict[str, Value]:
    """The measures of a row. Without a row there was no call: counts are 0, everything else is unknown."""
    if row is None:
        return {measure.name: 0 if measure.null_means == "never" else None for measure in question.measures}
    return {
        measure.name: _value(row[f"m{number}"], measure.unit)
        for number, measure in enumerate(question.measures)
    }


def _series(question: Question, rows: Sequence[Row]) -> dict[str, list[Value]]:
    """One value per step and measure."""
    assert question.interval is not None
    by_start = {int(row["bucket_s"]): row for row in rows}
    points = [_values(question, by_start.get(start)) for start in question.interval.starts]
    return {measure.name: [point[measure.name] for point in points] for measure in question.measures}


def _value(value: Any, unit: str) -> Value:
    if value is None:
        return None
    if unit == "usd":
        return value if isinstance(value, Decimal) else _decimal(float(value))
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return int(value)


def _decimal(value: float) -> Decimal | None:
    """Money that is a mean or a quantile: to the nano dollar."""
    return round(Decimal(repr(value)), 9) if math.isfinite(value) else None
