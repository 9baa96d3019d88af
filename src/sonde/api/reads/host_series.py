"""SQL of the host measures: aligned steps over the points in table ``metrics``."""

from collections import defaultdict
from typing import Any

from sonde.api.reads.host_measures import Combine, HostMeasure
from sonde.api.reads.query import Conditions, finite
from sonde.api.services import Services
from sonde.api.times import SECOND_NS, TimeRange

LINES_MAX = 8
"""Lines of one measure; the rest are left out, smallest names first kept."""
LOOKBACK_S = 600
"""How far before the range the point may lie that a counter's first growth is measured from."""
_COMBINED: dict[Combine, str] = {
    "total": "sum(v)",
    "each": "sum(v) / uniqExact(process)",
    "mean": "avg(v)",
    "rest": "1 - avg(v)",
}
_VALUE = "coalesce(value, toFloat64(value_int))"
_DEVICE = ("device", "system.device", "network.interface.name")
_PART = r"^(lo\d*|loop\d+|ram\d+|dm-\d+|zram\d+|(sd|vd|xvd|hd)[a-z]+\d+|(nvme\d+n\d+|mmcblk\d+)p\d+)$"
"""Loopback, and block devices that lie on others."""


class Reader:
    """Reads measures of one service in one range. Every answer is ``line → step's start in s → value``."""

    def __init__(
        self, shop: Services, project: str | None, service: str, window: TimeRange, step: int
    ) -> None:
        self._shop = shop
        self._window = window
        self._step = step
        self._project = project
        self._service = service

    def read(self, measure: HostMeasure, metric: str) -> dict[str, dict[int, float]]:
        """One measure from one of its metrics."""
        if measure.reading == "quantile":
            rows = self._quantiles(metric)
        elif measure.reading == "rate":
            rows = self._values(measure, metric, self._rates(measure))
        else:
            rows = self._values(measure, metric, self._gauges(measure))
        lines: dict[str, dict[int, float]] = defaultdict(dict)
        for line, bucket, value in rows:
            known = finite(value)
            if known is not None:
                lines[line][bucket] = known
        return {line: lines[line] for line in sorted(lines)[:LINES_MAX]}

    def _conditions(self, metric: str, before_s: int) -> Conditions:
        conditions = Conditions()
        conditions.project(self._project)
        conditions.add("name = {metric:String}", metric=metric)
        conditions.add("service = {service:String}", service=self._service)
        conditions.time(TimeRange(max(0, self._window.from_ns - before_s * SECOND_NS), self._window.to_ns))
        return conditions

    @property
    def _bucket(self) -> str:
        return f"toUnixTimestamp(toStartOfInterval(time, INTERVAL {self._step:d} SECOND, 'UTC'))"

    def _values(self, measure: HostMeasure, metric: str, per_series: str) -> list[tuple[Any, ...]]:
        """Series of a step as one value of a line."""
        conditions = self._conditions(metric, LOOKBACK_S if measure.reading == "rate" else 0)
        parts = per_series.replace("@where", conditions.where)
        combined = _COMBINED[measure.combine]
        if not measure.whole_devices:
            sql = f"SELECT line, bucket, {combined} AS y FROM ({parts}) GROUP BY line, bucket"
        else:
            # A container may see nothing but partitions: then these are all there is.
            kept = f"SELECT *, min(part) OVER (PARTITION BY line, bucket, process) AS best FROM ({parts})"
            sql = (
                f"SELECT line, bucket, {combined} AS y FROM ({kept}) WHERE part = best GROUP BY line, bucket"
            )
        params = {
            **conditions.params,
            "range_ns": self._window.from_ns,
            "part": _PART,
            "only": list(measure.only[1]) if measure.only else [],
        }
        return self._shop.query(f"{sql} ORDER BY line, bucket", params).rows

    def _named(self, measure: HostMeasure) -> str:
        """The columns that say which line a point belongs to."""
        line = _attribute(measure.lines) if measure.lines else "''"
        part = f"match({_attribute(_DEVICE)}, {{part:String}})" if measure.whole_devices else "false"
        return f"{line} AS line, {part} AS part, series, cityHash64(resource) AS process"

    def _only(self, measure: HostMeasure) -> str:
        return f" AND {_attribute(measure.only[0])} IN {{only:Array(String)}}" if measure.only else ""

    def _gauges(self, measure: HostMeasure) -> str:
        return (
            f"SELECT line, part, bucket, series, process, avg(x) AS v FROM ("
            f"SELECT {self._named(measure)}, {self._bucket} AS bucket, {_VALUE} AS x "
            f"FROM metrics FINAL @where{self._only(measure)}) WHERE isFinite(x) "
            "GROUP BY line, part, bucket, series, process"
        )

    def _rates(self, measure: HostMeasure) -> str:
        """Growth over time between neighbouring points of a series: a counter that starts anew counts from
        zero.
        """
        return (
            "SELECT line, part, bucket, series, process, sum(growth) / sum(seconds) AS v FROM ("
            "SELECT line, part, bucket, series, process, time, "
            "if(delta, x, if(x >= x_before, x - x_before, x)) AS growth, "
            "(ns - if(delta, start_ns, ns_before)) / 1e9 AS seconds FROM ("
            f"SELECT {self._named(measure)}, {self._bucket} AS bucket, time, {_VALUE} AS x, "
            "temporality = 'delta' AS delta, toUnixTimestamp64Nano(time) AS ns, "
            "toUnixTimestamp64Nano(start_time) AS start_ns, "
            "row_number() OVER point AS number, lagInFrame(x) OVER pair AS x_before, "
            "lagInFrame(ns) OVER pair AS ns_before "
            f"FROM metrics FINAL @where{self._only(measure)} "
            "WINDOW point AS (PARTITION BY series ORDER BY time), "
            "pair AS (PARTITION BY series ORDER BY time ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"
            ") WHERE (delta OR number > 1) AND isFinite(x)"
            ") WHERE seconds > 0 AND time >= fromUnixTimestamp64Nano({range_ns:Int64}, 'UTC') "
            "GROUP BY line, part, bucket, series, process"
        )

    def _quantiles(self, metric: str) -> list[tuple[Any, ...]]:
        """95th percentile of what histograms grew by, evenly spread inside a bucket."""
        conditions = self._conditions(metric, LOOKBACK_S)
        grown = (
            "SELECT bucket, bounds, sumForEach(growth) AS counts FROM ("
            "SELECT bucket, bounds, multiIf(delta, c, length(c_before) != length(c), emptyArrayFloat64(), "
            "arrayMap((a, b) -> if(a >= b, a - b, a), c, c_before)) AS growth FROM ("
            f"SELECT {self._bucket} AS bucket, time, bounds, CAST(bucket_counts, 'Array(Float64)') AS c, "
            "temporality = 'delta' AS delta, lagInFrame(c) OVER pair AS c_before FROM metrics FINAL "
            f"{conditions.where} "
            "WINDOW pair AS (PARTITION BY series ORDER BY time ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"
            ") WHERE time >= fromUnixTimestamp64Nano({range_ns:Int64}, 'UTC') "
            "AND length(c) = length(bounds) + 1 AND length(bounds) > 0"
            ") WHERE notEmpty(growth) GROUP BY bucket, bounds"
        )
        # Senders with other bounds are rare: the ones with most values speak for a step.
        widest = f"SELECT * FROM ({grown}) ORDER BY bucket, arraySum(counts) DESC LIMIT 1 BY bucket"
        return self._shop.query(
            "SELECT '' AS line, bucket, low + (high - low) * (target - under) / counts[at] AS y FROM ("
            "SELECT bucket, counts, 0.95 * arraySum(counts) AS target, arrayCumSum(counts) AS running, "
            "arrayFirstIndex(n -> n >= target, running) AS at, "
            "if(at = 1, 0, running[at - 1]) AS under, if(at = 1, 0, bounds[at - 1]) AS low, "
            "bounds[least(at, length(bounds))] AS high "
            f"FROM ({widest}) WHERE arraySum(counts) > 0) ORDER BY bucket",
            {**conditions.params, "range_ns": self._window.from_ns},
        ).rows


def _attribute(keys: tuple[str, ...]) -> str:
    """The first of some attributes that a point has, as text; empty without any."""
    found = ", ".join(
        f"if(JSONType(attributes, '{key}') = 'String', JSONExtractString(attributes, '{key}'), "
        f"JSONExtractRaw(attributes, '{key}'))"
        for key in keys
    )
    return f"arrayFirst(text -> text != '', [{found}])"
