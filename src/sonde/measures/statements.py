"""Questions as SQL. One flat statement each: analysing nested ones costs as much as running them.

Result columns: ``d0`` … the dimensions' values, ``slot`` the place of a group among the chosen ones (from 1;
0 is every other), ``bucket_s`` the start of a step, ``shape`` which of these were summed over (see `Shape`),
``m0`` … the measures in the order of the question.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sonde.measures.aggregates import AGGREGATES
from sonde.measures.catalogue import Measure
from sonde.measures.dimensions import Dimension
from sonde.measures.intervals import SECOND_NS, Interval
from sonde.measures.question import Question
from sonde.store.rollups import DIMENSIONS as ROLLED_UP
from sonde.store.rollups import Rollups, Wanted

WHOLE_STEP_S = 21_600
"""The longest step of a source when only the whole is asked: any grain of roll-up fits."""


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with its parameters."""

    sql: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Calls:
    """Where calls of a range come from: call rows, or roll-ups with the rows they do not have yet."""

    sql: str
    """Everything from FROM up to and with WHERE."""
    params: dict[str, Any]
    time: str
    """The time of a call, or the start of the bucket it is in."""
    rolled_up: bool
    from_ns: int
    to_ns: int


def can_roll_up(question: Question) -> bool:
    """Whether roll-ups have all this question needs."""
    aggregates = (AGGREGATES[name] for measure in _all_measures(question) for name in measure.needs)
    columns = question.where.columns
    return (
        question.project is not None
        and columns is not None
        and columns <= set(ROLLED_UP)
        and all(dimension.in_rollup for dimension in question.dimensions)
        and all(aggregate.rollup for aggregate in aggregates)
    )


def from_rows(question: Question, from_ns: int, to_ns: int) -> Calls:
    """The calls of a range as rows."""
    params: dict[str, Any] = {**question.where.params, "from_ns": from_ns, "to_ns": to_ns}
    inside = (
        "time >= fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC') "
        "AND time < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')"
    )
    if question.project is not None:
        params["project"] = question.project
        inside = f"project = {{project:String}} AND {inside}"
    where = f"{inside} AND counted"
    if question.where.sql:
        where += f" AND ({question.where.sql})"
    of_span = [dimension for dimension in question.dimensions if dimension.of_span]
    join = ""
    if of_span:
        read = ", ".join(f"{dimension.of_span} AS {dimension.expression}" for dimension in of_span)
        join = (
            f" ANY LEFT JOIN (SELECT project, trace_id, span_id, {read} FROM spans WHERE {inside}) AS span "
            "USING (project, trace_id, span_id)"
        )
    return Calls(
        f"FROM calls FINAL{join} WHERE {where}", params, "time", rolled_up=False, from_ns=from_ns, to_ns=to_ns
    )


def from_rollups(question: Question, rollups: Rollups, from_ns: int, to_ns: int, align_s: int) -> Calls:
    """The calls of a range, rounded outwards to the minute: a cut minute would have to be read from rows."""
    assert question.project is not None
    minute_ns = 60 * SECOND_NS
    start, end = from_ns // minute_ns * minute_ns, -(-to_ns // minute_ns) * minute_ns
    read = {column for dimension in question.dimensions for column in dimension.columns}
    wanted = Wanted(
        columns=_needs(_all_measures(question)),
        dimensions=[name for name in ROLLED_UP if name in read],
        where=question.where.sql,
    )
    source = rollups.source(question.project, start, end, math.gcd(WHOLE_STEP_S, align_s), wanted)
    return Calls(
        f"FROM {source.sql} AS source", {**question.where.params, **source.params}, "bucket", rolled_up=True,
        from_ns=start, to_ns=end,
    )  # fmt: skip


def whole(question: Question, calls: Calls, interval: Interval | None = None) -> Statement:
    """All calls: one row, and with an interval one more for each of its steps that has calls."""
    columns = _measures(question.measures, calls, _seconds(calls, interval))
    if interval is None:
        return Statement(f"SELECT {columns} {calls.sql}", calls.params)
    return Statement(
        f"SELECT {_at(interval, calls)} AS bucket_s, grouping(bucket_s) AS shape, {columns} {calls.sql} "
        "GROUP BY GROUPING SETS ((bucket_s), ())",
        calls.params,
    )


def largest(question: Question, calls: Calls) -> Statement:
    """The largest groups, one more than the limit; with the whole as a row of ``shape`` 1 where calls belong
    to one group only.
    """
    names = [f"d{number}" for number in range(len(question.dimensions))]
    keys = ", ".join(f"{_key(dimension, calls, question)} AS {name}" for dimension, name in _named(question))
    measures = list(question.measures)
    order = question.order or measures[0]
    if order not in measures:
        measures.append(order)
    columns = _measures(measures, calls, _seconds(calls, None))
    by = f"m{measures.index(order)} {'DESC' if question.descending else 'ASC'} NULLS LAST"
    if all(dimension.clock for dimension in question.dimensions):
        by = ", ".join(f"toUInt8OrZero({name})" for name in names)
    listed = ", ".join(names)
    if any(dimension.many for dimension in question.dimensions):
        shape, groups = "0", f"GROUP BY {listed}"
    else:
        shape, groups = f"grouping({names[0]})", f"GROUP BY GROUPING SETS (({listed}), ())"
    return Statement(
        f"SELECT {keys}, {shape} AS shape, {columns} {calls.sql} {groups} "
        f"ORDER BY shape DESC, {by}, {listed} LIMIT {question.limit + 2:d}",
        calls.params,
    )


def by_slot(
    question: Question,
    calls: Calls,
    chosen: Sequence[Sequence[str | None]],
    interval: Interval | None,
    *,
    whole: bool = False,
) -> Statement:
    """The chosen groups and all others (slot 0), as a whole and over time. With ``whole`` also everything.

    ``shape`` has bit 1 set where slots, and bit 0 where steps were summed over.
    """
    columns = _measures(question.measures, calls, _seconds(calls, interval))
    keys = [_key(one, calls, question) for one in question.dimensions]
    params = dict(calls.params)
    # A hash table of the chosen groups; one of a single dimension is looked up as it is, which is what costs.
    single = len(keys) == 1
    names = [values[0] if single else _slot_key(values) for values in chosen]
    key = f"assumeNotNull({keys[0]})" if single else f"concat({', '.join(map(_netstring, keys))})"
    known = [(name, number) for number, name in enumerate(names, 1) if name is not None]
    params["slot_names"], params["slot_numbers"] = map(list, zip(*known, strict=True)) if known else ([], [])
    slot = "toUInt16(0)"
    if known:
        slot = f"transform({key}, {{slot_names:Array(String)}}, {{slot_numbers:Array(UInt16)}}, toUInt16(0))"
    if single:
        unknown = names.index(None) + 1 if None in names else 0
        slot = f"if(isNull({keys[0]}), toUInt16({unknown:d}), {slot})"
    slot += " AS slot"
    if interval is None:
        sets = "(slot), ()" if whole else "(slot)"
        return Statement(
            f"SELECT {slot}, grouping(slot) * 2 + 1 AS shape, {columns} {calls.sql} "
            f"GROUP BY GROUPING SETS ({sets})",
            params,
        )
    sets = "(slot, bucket_s), (slot)" + (", (bucket_s), ()" if whole else "")
    return Statement(
        f"SELECT {slot}, {_at(interval, calls)} AS bucket_s, grouping(slot, bucket_s) AS shape, {columns} "
        f"{calls.sql} GROUP BY GROUPING SETS ({sets})",
        params,
    )


def _all_measures(question: Question) -> list[Measure]:
    return [*question.measures, *([question.order] if question.order else [])]


def _needs(measures: Iterable[Measure]) -> list[str]:
    return list(dict.fromkeys(name for measure in measures for name in measure.needs))


def _measures(measures: Sequence[Measure], calls: Calls, seconds: str) -> str:
    """The aggregates under names of their own (an alias that is also a column would stand in for it), then
    the formulas over them.
    """
    aggregates = [
        f"{AGGREGATES[name].rollup if calls.rolled_up else AGGREGATES[name].rows} AS a_{name}"
        for name in _needs(measures)
    ]
    formulas = [
        f"{_formula(measure).replace('{seconds}', seconds)} AS m{number}"
        for number, measure in enumerate(measures)
    ]
    return ", ".join((*aggregates, *formulas))


def _formula(measure: Measure) -> str:
    return re.sub(
        r"[a-z_][a-z0-9_]*",
        lambda word: f"a_{word[0]}" if word[0] in AGGREGATES else word[0],
        measure.formula,
    )


def _seconds(calls: Calls, interval: Interval | None) -> str:
    """Seconds of the range; of each step, as far as it lies in the range, where there are steps."""
    first, last = calls.from_ns / SECOND_NS, calls.to_ns / SECOND_NS
    length = f"{last - first!r}"
    if interval is None:
        return length
    starts = ", ".join(str(start) for start in interval.starts)
    lengths = ", ".join(repr(seconds) for seconds in interval.lengths(calls.from_ns, calls.to_ns))
    return f"transform(bucket_s, [{starts}], [{lengths}], {length})"


def _at(interval: Interval, calls: Calls) -> str:
    return interval.sql.replace("{time}", calls.time)


def _named(question: Question) -> list[tuple[Dimension, str]]:
    return [(dimension, f"d{number}") for number, dimension in enumerate(question.dimensions)]


def _key(dimension: Dimension, calls: Calls, question: Question) -> str:
    return dimension.expression.replace("{time}", calls.time).replace("{zone}", question.time_zone)


def _netstring(expression: str) -> str:
    """A value so that several in a row can be told apart, unknown ones too."""
    return f"ifNull(concat(toString(length({expression})), ':', {expression}), '-')"


def _slot_key(values: Sequence[str | None]) -> str:
    return "".join("-" if value is None else f"{len(value.encode())}:{value}" for value in values)
