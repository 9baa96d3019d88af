"""The documented views as they are in the engine, and the names that could be mistaken for something else
there.
"""

import threading

from sonde.api.sql.views import Catalogue, View
from sonde.store.engine import Engine

VIEWS = ("spans", "calls", "messages", "logs", "metrics", "scores", "alerts")
PREFIX = "sql_"
"""The store keeps the view ``calls`` under the name ``sql_calls``."""
CONTENT_COLUMNS = {"logs": frozenset({"body"}), "spans": frozenset({"events"})}
"""Bodies of log records and events of spans can hold prompts that no convention names."""
CONTENT_VIEWS = frozenset({"messages"})


class EngineNames:
    """Reads the catalogue once per process: views change with migrations only, and those come before the
    first query.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._catalogue: Catalogue | None = None

    def catalogue(self, engine: Engine) -> Catalogue:
        """Views, functions and tables of an engine."""
        with self._lock:
            if self._catalogue is None:
                self._catalogue = read_catalogue(engine)
            return self._catalogue


def read_catalogue(engine: Engine) -> Catalogue:
    """Ask the engine."""
    views: dict[str, View] = {}
    for name in VIEWS:
        columns = engine.query(f"DESCRIBE TABLE {PREFIX}{name}").dicts()
        views[name] = View(
            name=name,
            relation=f"{PREFIX}{name}",
            columns=tuple(str(column["name"]) for column in columns),
            content_columns=CONTENT_COLUMNS.get(name, frozenset()),
            content_only=name in CONTENT_VIEWS,
        )
    functions = engine.query("SELECT lower(name) FROM system.functions").rows
    tables = engine.query("SELECT name FROM system.tables WHERE database = currentDatabase()").rows
    return Catalogue(
        views, frozenset(str(row[0]) for row in functions), frozenset(str(row[0]) for row in tables)
    )
