"""The server engine: a ClickHouse server by URL, behind the same interface and the same SQL files.

``http://user:password@host:8123/database`` (or https). What differs from the embedded engine: keys of the
anti-join travel as query parameters in parts, Arrow goes over HTTP, and several Sonde processes may share the
server, so the last `SHARED_SLACK_US` never count as settled.
"""

import time
from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import pyarrow as pa

from sonde.model.errors import SondeError, StartError, Unavailable
from sonde.store.arrow import stream_bytes
from sonde.store.engine import DEFAULT_LIMITS, QueryLimits, Result, WriteBatch, WriteResult
from sonde.store.errors import from_engine
from sonde.store.keys import key_arrays, key_selection
from sonde.store.results import to_result
from sonde.store.settings import INSERT_SETTINGS, QUERY_SETTINGS, limit_settings
from sonde.store.values import parameter_names
from sonde.store.writing import Writing

KEYS_PER_PROBE = 500
SHARED_SLACK_US = 10_000_000
CONNECTIONS = 8

Settings = dict[str, str | int]


class ServerEngine:
    """`Engine` on a ClickHouse server."""

    kind = "server"

    def __init__(self, url: str, *, connect_timeout_s: int = 5) -> None:
        """Connect. Raises `StartError` when the server cannot be reached or refuses the user."""
        self._client = _client_of(url, connect_timeout_s)
        self._closed = False
        self._workers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sonde-store")
        self._writing = Writing(self, self._workers)

    def write(self, batch: WriteBatch) -> WriteResult:
        """See `Engine.write`."""
        return self._writing.write(batch)

    def query(
        self,
        sql: str,
        params: Mapping[str, Any] | None = None,
        *,
        limits: QueryLimits = DEFAULT_LIMITS,
        query_id: str | None = None,
    ) -> Result:
        """See `Engine.query`."""
        settings = limit_settings(limits) | QUERY_SETTINGS | {"log_comment": query_id or ""}
        table = self._arrow(sql, params or {}, settings)

        def describe() -> list[str]:
            described = self._arrow(f"DESCRIBE TABLE ({sql})", params or {}, dict(QUERY_SETTINGS))
            return cast("list[str]", described.column("type").to_pylist())

        return to_result(table, limits, describe)

    def query_format(
        self,
        sql: str,
        output_format: str,
        params: Mapping[str, Any] | None = None,
        *,
        limits: QueryLimits = DEFAULT_LIMITS,
        settings: Mapping[str, str | int] | None = None,
        query_id: str | None = None,
    ) -> bytes:
        """See `Engine.query_format`."""
        every = (
            limit_settings(limits) | QUERY_SETTINGS | {"log_comment": query_id or ""} | dict(settings or {})
        )
        return self._raw(sql, output_format, params or {}, every)

    def execute(self, sql: str, params: Mapping[str, Any] | None = None) -> None:
        """See `Engine.execute`."""
        self._raw(sql, None, params or {}, dict(QUERY_SETTINGS))

    def insert(self, table: str, rows: "pa.Table") -> None:
        """See `Engine.insert`."""
        if rows.num_rows == 0:
            return
        with self._errors():
            self._client.raw_insert(
                table,
                column_names=rows.column_names,
                insert_block=stream_bytes(rows),
                settings=dict(INSERT_SETTINGS),
                fmt="ArrowStream",
            )

    def probe(self, table: str, columns: str, key_columns: tuple[str, ...], keys: "pa.Table") -> "pa.Table":
        """See `EmbeddedEngine.probe`."""
        found: list[pa.Table] = []
        sql = f"SELECT {columns} FROM {table} WHERE {key_selection(key_columns)}"
        for start in range(0, max(keys.num_rows, 1), KEYS_PER_PROBE):
            params = key_arrays(key_columns, keys.slice(start, KEYS_PER_PROBE))
            found.append(self._arrow(sql, params, dict(QUERY_SETTINGS)))
        return pa.concat_tables(found)

    def settled_us(self) -> int:
        """See `Engine.settled_us`."""
        return min(self._writing.settled_us(), time.time_ns() // 1_000 - SHARED_SLACK_US)

    def minutes_written_since(self, us: int) -> set[tuple[str, int]] | None:
        """See `Engine.minutes_written_since`: other processes write too."""
        del us
        return None

    def cancel(self, query_id: str) -> None:
        """See `Engine.cancel`."""
        self.execute("KILL QUERY WHERE Settings['log_comment'] = {id:String} ASYNC", {"id": query_id})

    def close(self) -> None:
        """See `Engine.close`."""
        if not self._closed:
            self._closed = True
            self._workers.shutdown(wait=True)
            self._client.close()

    def _arrow(self, sql: str, params: Mapping[str, Any], settings: Settings) -> "pa.Table":
        data = self._raw(sql, "ArrowStream", params, settings)
        return pa.ipc.open_stream(data).read_all()

    def _raw(
        self, sql: str, output_format: str | None, params: Mapping[str, Any], settings: Settings
    ) -> bytes:
        named = {name: _plain(params[name]) for name in parameter_names(sql)}
        with self._errors():
            return self._client.raw_query(sql, parameters=named or None, settings=settings, fmt=output_format)

    @contextmanager
    def _errors(self) -> "Generator[None]":
        if self._closed:
            raise Unavailable("The store is closed.")
        try:
            yield
        except SondeError:
            raise
        except Exception as error:
            if "Code: " in str(error):
                raise from_engine(str(error)) from error
            raise Unavailable(f"The ClickHouse server does not answer: {error}") from error


def _plain(value: Any) -> Any:
    """Values as the client renders them rightly."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | set | frozenset):
        return list(cast("tuple[Any, ...]", value))
    return value


def _client_of(url: str, connect_timeout_s: int) -> Any:
    import clickhouse_connect
    from clickhouse_connect import common
    from clickhouse_connect.driver import httputil

    parts = urlsplit(url)
    # The client's probing of ClickHouse's native protocol revision is of no use to raw Arrow and formats.
    common.set_setting("use_protocol_version", False)
    common.set_setting("autogenerate_session_id", False)
    try:
        return cast("Any", clickhouse_connect).get_client(
            host=parts.hostname or "localhost",
            port=parts.port or (8443 if parts.scheme == "https" else 8123),
            username=unquote(parts.username or "default"),
            password=unquote(parts.password or ""),
            database=parts.path.strip("/") or "default",
            secure=parts.scheme == "https",
            connect_timeout=connect_timeout_s,
            send_receive_timeout=600,
            query_limit=0,
            compress=False,
            pool_mgr=cast("Any", httputil).get_pool_manager(maxsize=CONNECTIONS),
        )
    except Exception as error:
        raise StartError(
            f"The ClickHouse server at {parts.hostname}:{parts.port or 8123} cannot be used: {error}",
            hint="Check address, user and password of the engine URL.",
        ) from error
