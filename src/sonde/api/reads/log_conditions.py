"""The filters on log records as conditions on the table ``logs``."""

from sonde.api.parameters import LogFilters
from sonde.api.reads.filter_text import add_filter
from sonde.api.reads.query import Conditions
from sonde.api.times import TimeRange
from sonde.auth.grant import Grant
from sonde.filters.words import contains

DISTINCT = "LIMIT 1 BY project, time, record"
"""A record that was delivered twice and is not merged yet counts once."""


def log_conditions(grant: Grant, filters: LogFilters, window: TimeRange) -> Conditions:
    """Conditions of a caller's filters. Raises `Forbidden` for a search in bodies without scope content."""
    if filters.q:
        grant.need("content")
    conditions = Conditions()
    conditions.project(grant.project_for(filters.project))
    conditions.time(window)
    conditions.any_of("service", filters.service, "service")
    conditions.any_of("event_name", filters.event_name, "event_name")
    conditions.any_of("severity", filters.severity, "severity")
    if filters.trace_id:
        conditions.trace(filters.trace_id)
    if filters.span_id:
        conditions.span(filters.span_id)
    add_filter(conditions, grant, filters, "logs", window)
    if filters.q:
        found = contains(filters.q, "body", prefix="q")
        conditions.add(found.sql, **found.params)
    return conditions
