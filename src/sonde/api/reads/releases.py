"""When services began to send a version (resource attribute ``service.version``) they had not sent before."""

from dataclasses import dataclass

from sonde.api.reads.query import Conditions
from sonde.api.services import Services
from sonde.api.times import DAY_NS, TimeRange

LOOKBACK_NS = 7 * DAY_NS
"""How far before the range a version counts as known. One that comes back after a longer absence is marked
again: for whoever looks at the charts it is a change."""
RELEASES_MAX = 200
_TABLES = ("calls", "spans")


@dataclass(frozen=True, slots=True)
class Release:
    """A version's first appearance in one environment of a service."""

    project: str
    service: str
    environment: str | None
    release: str
    previous: str
    time_ns: int


def new_releases(
    shop: Services, project: str | None, window: TimeRange, services: list[str], limit: int = RELEASES_MAX
) -> list[Release]:
    """The newest ``limit`` first appearances in the range, in order of time.

    The first version ever seen of a service and environment is none: nothing changed there.
    """
    conditions = Conditions()
    conditions.project(project)
    before = max(LOOKBACK_NS, window.to_ns - window.from_ns)
    conditions.time(TimeRange(max(0, window.from_ns - before), window.to_ns))
    conditions.any_of("service", services, "service")
    conditions.add("ifNull(release, '') != ''")
    # Of one row per version the engine keeps the earliest; what was delivered twice changes no minimum.
    seen = " UNION ALL ".join(
        "SELECT toString(project) AS a_project, toString(service) AS a_service, "
        "ifNull(toString(environment), '') AS a_environment, assumeNotNull(toString(release)) AS a_release, "
        f"min(time) AS first FROM {table} {conditions.where} "
        "GROUP BY a_project, a_service, a_environment, a_release"
        for table in _TABLES
    )
    rows = shop.query(
        "SELECT a_project, a_service, a_environment, a_release, previous, first_ns FROM ("
        "SELECT *, row_number() OVER place AS number, "
        "lagInFrame(a_release) OVER (place ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS previous FROM ("
        "SELECT a_project, a_service, a_environment, a_release, "
        "toUnixTimestamp64Nano(min(first)) AS first_ns "
        f"FROM ({seen}) GROUP BY a_project, a_service, a_environment, a_release) "
        "WINDOW place AS (PARTITION BY a_project, a_service, a_environment ORDER BY first_ns, a_release)) "
        "WHERE number > 1 AND first_ns >= {r_from:Int64} "
        "ORDER BY first_ns DESC, a_project, a_service, a_environment LIMIT {r_limit:UInt32}",
        {**conditions.params, "r_from": window.from_ns, "r_limit": limit},
    ).rows
    return [
        Release(row_project, service, environment or None, release, previous, first_ns)
        for row_project, service, environment, release, previous, first_ns in reversed(rows)
    ]
