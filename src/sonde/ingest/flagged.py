"""Records whose own time cannot be used lie at the moment they arrived; sent again, they find their place.

Such a record (a clock hours ahead, a start of zero) is rare, so the engine is asked for each.
"""

from collections.abc import Sequence

import msgspec

from sonde.model.rows import LogRow, SpanRow
from sonde.store.engine import Engine
from sonde.store.flagged import times_of_logs, times_of_spans


class FlaggedTimes:
    """Gives flagged records the time they were first stored at. Lives for one write."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._spans: dict[tuple[str, str, str], int] = {}
        self._logs: dict[tuple[str, str], int] = {}

    def of_spans(self, project: str, rows: Sequence[SpanRow]) -> Sequence[SpanRow]:
        """The rows, flagged ones moved to where the same span lies already. Raises what the engine raises."""
        traces = [row.trace_id for row in rows if row.time_flag]
        if not traces:
            return rows
        for (trace_id, span_id), time_ns in times_of_spans(self._engine, project, traces).items():
            self._spans[(project, trace_id, span_id)] = time_ns
        moved: list[SpanRow] = []
        for row in rows:
            if row.time_flag:
                first = self._spans.setdefault((project, row.trace_id, row.span_id), row.time_ns)
                moved.append(msgspec.structs.replace(row, time_ns=first))
            else:
                moved.append(row)
        return moved

    def of_logs(self, project: str, rows: Sequence[LogRow]) -> Sequence[LogRow]:
        """The same for log records."""
        records = [row.record_id for row in rows if row.time_flag]
        if not records:
            return rows
        for record_id, time_ns in times_of_logs(self._engine, project, records).items():
            self._logs[(project, record_id)] = time_ns
        moved: list[LogRow] = []
        for row in rows:
            if row.time_flag:
                first = self._logs.setdefault((project, row.record_id), row.time_ns)
                moved.append(msgspec.structs.replace(row, time_ns=first))
            else:
                moved.append(row)
        return moved
