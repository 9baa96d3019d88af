"""The filter language in front of the reads."""

from typing import Protocol

from sonde.api.reads.query import Conditions
from sonde.api.times import TimeRange
from sonde.auth.grant import Grant
from sonde.filters import Compiled, Node, Scope, Target, compile_filter

PREFIX = "filter"
"""Begins the names of the parameters, so that they are nobody else's."""


class Filtered(Protocol):
    """Parameters with a filter."""

    @property
    def project(self) -> str | None:
        """The wanted project."""
        ...

    @property
    def filter(self) -> str | None:
        """Text in the filter language."""
        ...


def add_filter(
    conditions: Conditions, grant: Grant, parameters: Filtered, target: Target, window: TimeRange | None
) -> None:
    """The conditions of ``filter=``. Raises `FilterError`; `Forbidden` for content without its scope."""
    if parameters.filter:
        add_node(conditions, grant, parameters.filter, target, grant.project_for(parameters.project), window)


def add_node(
    conditions: Conditions,
    grant: Grant,
    filter_: str | Node,
    target: Target,
    project: str | None,
    window: TimeRange | None,
) -> Compiled:
    """The same for a text or a tree in a project that the grant has been asked for already."""
    scope = Scope(window.from_ns, window.to_ns, project) if window else Scope(project=project)
    compiled = compile_filter(filter_, target, prefix=PREFIX, scope=scope)
    if compiled.needs_content:
        grant.need("content")
    if compiled.sql != "true":
        conditions.add(compiled.sql, **compiled.params)
    return compiled
