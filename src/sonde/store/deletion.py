"""Deleting what was received: by trace, session, user or project, from rows, content and roll-ups.

A session or user stands for the whole traces it appears in: the tool span between two model calls of a user
names no user, and is theirs all the same. Rows are removed from disk (parts are rewritten), not only hidden.
"""

import secrets
from dataclasses import dataclass

from sonde.model.errors import BadInput
from sonde.store.engine import Engine
from sonde.store.rollups import Rollups

TRACE_TABLES = ("contents", "log_facts", "logs", "scores", "calls", "spans")
"""In the order of deletion: spans last, because a repeated deletion finds the traces through them."""
PROJECT_TABLES = (*TRACE_TABLES, "metrics", "alerts", "calls_rollup", "rollup_buckets")

_TRACES = {
    "trace": "SELECT CAST(unhex({value:String}), 'FixedString(16)') AS trace_id",
    "session": "SELECT trace_id FROM spans WHERE project = {project:String} AND session_id = {value:String} "
    "UNION DISTINCT SELECT trace_id FROM calls WHERE project = {project:String} AND session_id = "
    "{value:String}",
    "user": "SELECT trace_id FROM spans WHERE project = {project:String} AND user_id = {value:String} "
    "UNION DISTINCT SELECT trace_id FROM calls WHERE project = {project:String} AND user_id = {value:String}",
}


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a deletion takes, or would take."""

    traces: int
    rows: dict[str, int]
    """Table → rows; tables with none are left out."""


def preview(engine: Engine, project: str, kind: str, value: str = "") -> Deleted:
    """Count what `delete` would remove. ``kind``: trace, session, user (``value`` is the id) or project."""
    params = {"project": project, "value": _checked(kind, value)}
    if kind == "project":
        traces = "SELECT uniqExact(trace_id) FROM spans WHERE project = {project:String}"
        where = "project = {project:String}"
        tables = PROJECT_TABLES
    else:
        traces = (
            "SELECT uniqExact(trace_id) FROM spans WHERE project = {project:String} "
            f"AND trace_id IN ({_TRACES[kind]})"
        )
        where = f"project = {{project:String}} AND (trace_id IN ({_TRACES[kind]}){_scores_too(kind)})"
        tables = TRACE_TABLES
    rows: dict[str, int] = {}
    for table in tables:
        condition = where if table == "scores" else where.replace(_scores_too(kind), "")
        found = engine.query(f"SELECT count() FROM {table} FINAL WHERE {condition}", params).scalar()
        if found:
            rows[table] = found
    return Deleted(engine.query(traces, params).scalar(), rows)


def delete(engine: Engine, rollups: Rollups, project: str, kind: str, value: str = "") -> Deleted:
    """Remove it for good; returns what was there. Takes seconds per gigabyte touched; a kill is resumed by
    `resume` at the next start.
    """
    taken = preview(engine, project, kind, value)
    if not taken.rows:
        return taken
    if kind == "project":
        _delete_project(engine, project)
        return taken
    job = secrets.token_hex(8)
    session = value if kind == "session" else ""
    engine.execute(
        "INSERT INTO deletions (job, project, session_id, trace_id) SELECT {job:String}, {project:String}, "
        f"{{session:String}}, trace_id FROM ({_TRACES[kind]})",
        {"job": job, "project": project, "session": session, "value": value},
    )
    _run(engine, rollups, job)
    return taken


def resume(engine: Engine, rollups: Rollups) -> int:
    """Finish deletions that a kill interrupted; returns how many. Call it at start."""
    jobs = [row[0] for row in engine.query("SELECT DISTINCT job FROM deletions").rows]
    for job in jobs:
        _run(engine, rollups, job)
    return len(jobs)


def _run(engine: Engine, rollups: Rollups, job: str) -> None:
    params = {"job": job}
    chosen = "(project, trace_id) IN (SELECT project, trace_id FROM deletions WHERE job = {job:String})"
    minutes = [
        (project, minute * 1_000_000_000)
        for project, minute in engine.query(
            f"SELECT DISTINCT project, toUnixTimestamp(toStartOfMinute(time)) FROM calls WHERE {chosen}",
            params,
        ).rows
    ]
    rollups.mark_dirty(minutes)
    for table in TRACE_TABLES:
        condition = chosen
        if table == "scores":
            condition += (
                " OR (project, session_id) IN (SELECT project, session_id FROM deletions "
                "WHERE job = {job:String} AND session_id != '')"
            )
        _remove(engine, table, condition, params)
    rollups.rebuild_minutes(minutes)
    engine.execute("ALTER TABLE deletions DROP PARTITION {job:String}", params)


def _delete_project(engine: Engine, project: str) -> None:
    for table in PROJECT_TABLES:
        _remove(engine, table, "project = {project:String}", {"project": project})


def _remove(engine: Engine, table: str, condition: str, params: dict[str, str]) -> None:
    """Rewrite the parts that have such rows, and wait for it."""
    engine.execute(f"ALTER TABLE {table} DELETE WHERE {condition} SETTINGS mutations_sync = 2", params)


def _scores_too(kind: str) -> str:
    """Scores may name a session without a trace."""
    return " OR session_id = {value:String}" if kind == "session" else ""


def _checked(kind: str, value: str) -> str:
    if kind == "project":
        return ""
    if kind not in _TRACES:
        raise BadInput(f"Nothing can be deleted by '{kind}'.", hint="trace, session, user or project.")
    if kind == "trace" and (len(value) != 32 or not all(char in "0123456789abcdef" for char in value)):
        raise BadInput("A trace id is 32 lower-case hexadecimal digits.")
    if not value:
        raise BadInput(f"The {kind} to delete has no id.")
    return value
