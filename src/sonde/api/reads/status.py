"""What has been received."""

from sonde._version import __version__
from sonde.api.reads.query import Conditions
from sonde.api.schemas.status import ReceiverStatus, ServiceStatus, SignalStatus, StatusAnswer
from sonde.api.services import Services
from sonde.api.times import format_time
from sonde.auth.grant import Grant

SERVICES_MAX = 200
TABLES = ("spans", "calls", "logs", "metrics", "scores")


def status(shop: Services, grant: Grant, wanted: str | None, host: str) -> StatusAnswer:
    """Rows and times per signal and service. Counts may include a row twice until its older version is
    merged away.
    """
    project = grant.project_for(wanted)
    signals = {table: _signal(shop, project, table) for table in TABLES}
    conditions = Conditions()
    conditions.project(project)
    received = shop.query(
        f"SELECT toUnixTimestamp64Micro(max(received_at)) FROM spans {conditions.where} HAVING count() > 0",
        conditions.params,
    ).scalar()
    return StatusAnswer(
        version=__version__,
        project=project,
        receivers=ReceiverStatus(otlp_http_url=shop.http_url(host), otlp_grpc_url=shop.grpc_url(host)),
        **signals,
        services=_services(shop, conditions),
        last_received_time=format_time(received * 1000) if received else None,
    )


def _signal(shop: Services, project: str | None, table: str) -> SignalStatus:
    conditions = Conditions()
    conditions.project(project)
    if table == "calls":
        conditions.clauses.append("counted")
    rows, first, last = shop.query(
        "SELECT count(), toUnixTimestamp64Nano(min(time)), toUnixTimestamp64Nano(max(time)) "
        f"FROM {table} {conditions.where}",
        conditions.params,
    ).rows[0]
    if not rows:
        return SignalStatus()
    return SignalStatus(rows=rows, first_time=format_time(first), last_time=format_time(last))


def _services(shop: Services, conditions: Conditions) -> list[ServiceStatus]:
    """Services by time of their last span."""
    rows = shop.query(
        "SELECT project, toString(service) AS service_name, count() AS spans, "
        "countIf(operation IN ('chat', 'text_completion', 'embeddings', 'rerank')) AS calls, "
        "toUnixTimestamp64Nano(max(time)) AS last_ns, "
        "arraySort(groupUniqArrayIf(20)(toString(convention), convention != '')) AS conventions, "
        "arraySort(groupUniqArrayIf(20)(toString(scope_name), scope_name != '')) AS scopes "
        f"FROM spans {conditions.where} GROUP BY project, service_name ORDER BY last_ns DESC LIMIT "
        f"{SERVICES_MAX}",
        conditions.params,
    ).dicts()
    return [
        ServiceStatus(
            project=row["project"],
            service=row["service_name"],
            spans=row["spans"],
            calls=row["calls"],
            last_time=format_time(row["last_ns"]),
            conventions=row["conventions"],
            scopes=row["scopes"],
        )
        for row in rows
    ]
