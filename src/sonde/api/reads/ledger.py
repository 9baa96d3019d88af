"""The loss ledger of senders, from the metric ``sonde.sdk.records`` (cumulative, one process a resource)."""

from collections import defaultdict
from typing import Any

from sonde.api.parameters import WindowParameters
from sonde.api.reads.query import Conditions
from sonde.api.schemas.ledger import Ledger, LedgerItem
from sonde.api.services import Services
from sonde.api.times import format_time, time_range
from sonde.auth.grant import Grant

METRIC = "sonde.sdk.records"
ITEMS_MAX = 200
_STATES = ("created", "sampled", "dropped", "stored")


def ledger(shop: Services, grant: Grant, parameters: WindowParameters) -> Ledger:
    """Sums over the processes that reported in the range."""
    window = time_range(parameters.from_, parameters.to, shop.now_ns())
    conditions = Conditions()
    conditions.project(grant.project_for(parameters.project))
    conditions.add("name = {metric:String}", metric=METRIC)
    conditions.time(window)
    rows = shop.query(
        "SELECT project, service_name, signal, state, reason, sum(records) AS total, "
        "groupUniqArray(10000)(instance) AS instances, max(last_ns) AS last_time "
        "FROM (SELECT project, toString(any(service)) AS service_name, "
        "JSONExtractString(any(attributes), 'signal') AS signal, "
        "JSONExtractString(any(attributes), 'state') AS state, "
        "JSONExtractString(any(attributes), 'reason') AS reason, "
        "cityHash64(any(resource)) AS instance, max(value_int) AS records, "
        "toUnixTimestamp64Nano(max(time)) AS last_ns "
        f"FROM metrics {conditions.where} GROUP BY project, series) "
        "GROUP BY project, service_name, signal, state, reason",
        conditions.params,
    ).dicts()
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["project"], row["service_name"], row["signal"]].append(row)
    items = [_item(*key, group) for key, group in groups.items()]
    items.sort(key=lambda item: (-item.dropped, item.project, item.service, item.signal))
    return Ledger(from_=format_time(window.from_ns), to=format_time(window.to_ns), items=items[:ITEMS_MAX])


def _item(project: str, service: str, signal: str, rows: list[dict[str, Any]]) -> LedgerItem:
    total = dict.fromkeys(_STATES, 0)
    reasons: dict[str, int] = {}
    instances: set[int] = set()
    for row in rows:
        records = int(row["total"] or 0)
        total[row["state"]] = total.get(row["state"], 0) + records
        if row["state"] == "dropped":
            reasons[row["reason"] or "unknown"] = records
        instances.update(row["instances"])
    waiting = total["created"] - total["sampled"] - total["dropped"] - total["stored"]
    return LedgerItem(
        project=project,
        service=service,
        signal=signal,
        processes=len(instances),
        created=total["created"],
        sampled=total["sampled"],
        dropped=total["dropped"],
        stored=total["stored"],
        waiting=max(0, waiting),
        reasons=dict(sorted(reasons.items())),
        last_time=format_time(max(row["last_time"] for row in rows)),
    )
