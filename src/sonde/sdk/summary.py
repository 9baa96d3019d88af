"""``sonde.summary(hours=24)``: what the calls of a local export were, without a server."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sonde.sdk import config


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a group of calls. None is unknown: no call that says it."""

    calls: int = 0
    errors: int = 0
    success_rate: float | None = None
    """Share of calls that did not fail, 0 to 1."""
    cost_usd: Decimal | None = None
    """Sum over the calls whose price is known."""
    unpriced_calls: int = 0
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Summary(Figures):
    """Of all calls of some hours. Printing it gives a table."""

    hours: float = 0.0
    by_model: Mapping[str, Figures] = field(default_factory=dict[str, Figures])
    """Most calls first."""

    def __str__(self) -> str:
        """A table for a terminal or a notebook."""
        head = ("model", "calls", "ok", "cost", "p50", "p95", "p99", "in", "out")
        lines = [
            head,
            *(_line(model, figures) for model, figures in self.by_model.items()),
            _line("all", self),
        ]
        widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
        text = "\n".join(
            "  ".join(
                cell.ljust(width) if column == 0 else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        )
        return f"{self.calls} calls in {self.hours:g} hours\n{text}"


def summary(hours: float = 24.0, *, export: str | None = None) -> Summary:
    """Calls, success rate, cost, latency and tokens of the last hours, in all and by model.

    Args:
        hours: How far back.
        export: ``duckdb:PATH`` or ``file:PATH``; default: what `sonde.init` was told.

    Raises:
        ValueError: There is no local export, or ``hours`` is no positive number.
        FileNotFoundError: The file does not exist.
    """
    if not (math.isfinite(hours) and hours > 0):
        raise ValueError(f"hours takes a positive number, not {hours}")
    named = config.active().export if export is None else export
    kind, _, target = named.partition(":")
    if kind not in ("duckdb", "file") or not target:
        raise ValueError(
            "sonde.summary reads a local export: sonde.init(export='duckdb:llm.db'), or summary(export=…). "
            "With a server, see its web page or `sonde calls`."
        )
    if export is None and config.started():
        from sonde.sdk.init import flush

        flush()
    path = Path(target).expanduser()
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist: nothing has been exported to it")
    return summarize(_from_duckdb(path, hours) if kind == "duckdb" else _from_file(path, hours), hours)


def summarize(rows: Iterable[Mapping[str, Any]], hours: float) -> Summary:
    """Figures of rows of ``calls``."""
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["response_model"] or row["request_model"] or "unknown"].append(row)
    by_model = {model: _figures(group) for model, group in groups.items()}
    by_model = dict(sorted(by_model.items(), key=lambda pair: (-pair[1].calls, pair[0])))
    whole = _figures([row for group in groups.values() for row in group])
    values = {name: getattr(whole, name) for name in Figures.__slots__}
    return Summary(**values, hours=hours, by_model=by_model)


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """Linear between the neighbours, as the server's exact quantiles; None of nothing."""
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _figures(rows: list[Mapping[str, Any]]) -> Figures:
    errors = sum(row["status"] == "error" for row in rows)
    durations = sorted(row["duration_ms"] for row in rows if row["duration_ms"] is not None)
    costs = [row["cost_usd"] for row in rows if row["cost_usd"] is not None]
    return Figures(
        calls=len(rows),
        errors=errors,
        success_rate=1 - errors / len(rows) if rows else None,
        cost_usd=sum(costs, Decimal(0)) if costs else None,
        unpriced_calls=len(rows) - len(costs),
        p50_ms=percentile(durations, 0.5),
        p95_ms=percentile(durations, 0.95),
        p99_ms=percentile(durations, 0.99),
        input_tokens=_sum(rows, "input_tokens"),
        output_tokens=_sum(rows, "output_tokens"),
        total_tokens=_sum(rows, "total_tokens"),
    )


def _sum(rows: list[Mapping[str, Any]], name: str) -> int | None:
    known = [row[name] for row in rows if row[name] is not None]
    return sum(known) if known else None


def _from_duckdb(path: Path, hours: float) -> list[dict[str, Any]]:
    import duckdb

    names = (
        "request_model",
        "response_model",
        "status",
        "duration_ms",
        "cost_usd",
        "input_tokens",
        "output_tokens",
        "total_tokens",
    )
    since = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=hours)
    connection = duckdb.connect(str(path))
    try:
        found = connection.execute(
            f"SELECT {', '.join(names)} FROM calls WHERE time >= ?", [since]
        ).fetchall()
    finally:
        connection.close()
    return [dict(zip(names, row, strict=True)) for row in found]


def _from_file(path: Path, hours: float) -> list[dict[str, Any]]:
    from sonde.sdk.export.file import requests_of
    from sonde.sdk.export.local_calls import call_rows, facts_of, price_book
    from sonde.sdk.export.read_spans import spans_of

    facts = [fact for request in requests_of(path) for fact in facts_of(spans_of(request))]
    since = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=hours)
    return [row for row in call_rows(facts, price_book()) if row["time"] >= since]


def _line(model: str, figures: Figures) -> tuple[str, ...]:
    return (
        model,
        str(figures.calls),
        "–" if figures.success_rate is None else f"{figures.success_rate:.1%}",
        "–" if figures.cost_usd is None else f"${figures.cost_usd:.4f}",
        _ms(figures.p50_ms),
        _ms(figures.p95_ms),
        _ms(figures.p99_ms),
        "–" if figures.input_tokens is None else str(figures.input_tokens),
        "–" if figures.output_tokens is None else str(figures.output_tokens),
    )


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f} ms"
