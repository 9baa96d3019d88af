"""The embedded engine: chDB in this process, data in one folder.

One chDB connection serialises its callers, several connections to one path run in parallel: queries take a
connection from a pool, writes have a few of their own so that tables are written side by side.
"""

import logging
import threading
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any, cast

import pyarrow as pa

from sonde.model.errors import StartError, Unavailable
from sonde.store.engine import DEFAULT_LIMITS, QueryLimits, Result, WriteBatch, WriteResult
from sonde.store.errors import from_engine
from sonde.store.keys import key_casts
from sonde.store.results import to_result
from sonde.store.settings import INSERT_SETTINGS, QUERY_SETTINGS, limit_settings, literal
from sonde.store.values import render_parameters
from sonde.store.writing import Writing

log = logging.getLogger(__name__)

READERS = 6
WRITERS = 4
ENGINE_FOLDER = "engine"
CONFIG_FILE = "engine.xml"


def engine_config(memory_bytes: int) -> str:
    """The engine's configuration: small pools, small caches, no system log tables.

    What it does by the clock it does rarely: left to itself it wakes up a hundred times a second for nothing.
    A write or a finished merge starts the next merge at once, whatever stands here.
    """
    cache = max(memory_bytes // 16, 32 << 20)
    merges, streams = "background_processing_pool", "background_streaming_processing_pool"
    return f"""<clickhouse>
    <logger><level>none</level></logger>
    <max_server_memory_usage>{memory_bytes}</max_server_memory_usage>
    <background_pool_size>2</background_pool_size>
    <background_merges_mutations_concurrency_ratio>1</background_merges_mutations_concurrency_ratio>
    <background_schedule_pool_size>4</background_schedule_pool_size>
    <background_common_pool_size>2</background_common_pool_size>
    <{merges}_thread_sleep_seconds_if_nothing_to_do>1</{merges}_thread_sleep_seconds_if_nothing_to_do>
    <{merges}_task_sleep_seconds_when_no_work_multiplier>1.5</{merges}_task_sleep_seconds_when_no_work_multiplier>
    <{merges}_task_sleep_seconds_when_no_work_max>60</{merges}_task_sleep_seconds_when_no_work_max>
    <{streams}_thread_sleep_seconds_if_nothing_to_do>60</{streams}_thread_sleep_seconds_if_nothing_to_do>
    <memory_worker_period_ms>500</memory_worker_period_ms>
    <max_thread_pool_size>256</max_thread_pool_size>
    <max_thread_pool_free_size>8</max_thread_pool_free_size>
    <mark_cache_size>{cache}</mark_cache_size>
    <primary_index_cache_size>{cache}</primary_index_cache_size>
    <index_mark_cache_size>{cache // 2}</index_mark_cache_size>
    <text_index_tokens_cache_size>{cache // 2}</text_index_tokens_cache_size>
    <text_index_header_cache_size>{cache // 2}</text_index_header_cache_size>
    <text_index_postings_cache_size>{cache // 2}</text_index_postings_cache_size>
    <query_condition_cache_size>{8 << 20}</query_condition_cache_size>
    <compiled_expression_cache_size>{16 << 20}</compiled_expression_cache_size>
    <async_load_databases>false</async_load_databases>
</clickhouse>
"""


class EmbeddedEngine:
    """`Engine` on chDB. Take the folder's lock first (`sonde.store.folder.DataFolder`)."""

    kind = "embedded"

    def __init__(self, folder: Path, *, memory_bytes: int = 2 << 30, threads: int = 2) -> None:
        """Open or create the engine in ``folder``. Raises `StartError` when chDB cannot open it."""
        import chdb

        self._connect = cast("Any", chdb).connect
        path = folder / ENGINE_FOLDER
        path.mkdir(parents=True, exist_ok=True)
        config = folder / CONFIG_FILE
        text = engine_config(memory_bytes)
        if not config.exists() or config.read_text() != text:
            config.write_text(text)
        self.folder = folder
        self._address = f"{path}?max_threads={threads}&config-file={config}"
        self._all: list[_Connection] = []
        self._all_lock = threading.Lock()
        self._readers: LifoQueue[_Connection] = LifoQueue()
        self._writers: LifoQueue[_Connection] = LifoQueue()
        self._open_readers = 0
        self._open_writers = 0
        self._running: dict[str, str] = {}
        self._closed = False
        try:
            first = self._new_connection()
        except Exception as error:
            raise StartError(
                f"The engine cannot open {path}: {error}",
                hint="Run `sonde doctor store` to see what is wrong with the folder.",
            ) from error
        self._open_readers = 1
        self._readers.put(first)
        self._workers = ThreadPoolExecutor(max_workers=WRITERS, thread_name_prefix="sonde-store")
        self._writing = Writing(self, self._workers)

    def _new_connection(self) -> "_Connection":
        connection = _Connection(lambda: self._connect(self._address))
        with self._all_lock:
            self._all.append(connection)
        return connection

    @contextmanager
    def _reader(self) -> "Generator[_Connection]":
        connection = self._borrow(self._readers, "_open_readers", READERS)
        try:
            yield connection
        finally:
            self._readers.put(connection)

    @contextmanager
    def _writer(self) -> "Generator[_Connection]":
        connection = self._borrow(self._writers, "_open_writers", WRITERS)
        try:
            yield connection
        finally:
            self._writers.put(connection)

    def _borrow(self, pool: "LifoQueue[_Connection]", counter: str, most: int) -> "_Connection":
        if self._closed:
            raise Unavailable("The store is closed.")
        try:
            return pool.get_nowait()
        except Empty:
            pass
        with self._all_lock:
            grow = getattr(self, counter) < most
            if grow:
                setattr(self, counter, getattr(self, counter) + 1)
        return self._new_connection() if grow else pool.get()

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
        rendered = render_parameters(sql, params or {})
        with self._reader() as connection:
            connection.use(limits, query_id)
            table = connection.arrow(sql, rendered)
            return to_result(table, limits, lambda: connection.describe(sql, rendered))

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
        rendered = render_parameters(sql, params or {})
        with self._reader() as connection:
            connection.use(limits, query_id)
            with connection.temporarily(settings or {}):
                return connection.run(sql, output_format, rendered)

    def execute(self, sql: str, params: Mapping[str, Any] | None = None) -> None:
        """See `Engine.execute`."""
        rendered = render_parameters(sql, params or {})
        with self._writer() as connection:
            connection.run(sql, "Null", rendered)

    def insert(self, table: str, rows: "pa.Table") -> None:
        """See `Engine.insert`."""
        if rows.num_rows == 0:
            return
        with self._writer() as connection:
            connection.insert(table, rows)

    def probe(self, table: str, columns: str, key_columns: tuple[str, ...], keys: "pa.Table") -> "pa.Table":
        """Rows of ``table`` whose key is among ``keys``: the anti-join's look."""
        names = ", ".join(key_columns)
        casts = key_casts(key_columns, "key_")
        sql = f"SELECT {columns} FROM {table} WHERE ({names}) IN (SELECT {casts} FROM Python(sonde_keys))"
        with self._writer() as connection:
            return connection.arrow_over(sql, keys.rename_columns([f"key_{name}" for name in key_columns]))

    def settled_us(self) -> int:
        """See `Engine.settled_us`."""
        return self._writing.settled_us()

    def minutes_written_since(self, us: int) -> set[tuple[str, int]] | None:
        """See `Engine.minutes_written_since`."""
        return self._writing.minutes_written_since(us)

    def writes_paused(self) -> AbstractContextManager[None]:
        """No `write` runs inside this context; one that is asked for waits."""
        return self._writing.paused()

    def resume_clock(self) -> None:
        """Stamp writes after everything that is stored already, also when the wall clock went back."""
        last = self.query("SELECT toUnixTimestamp64Micro(max(ingested_at)) FROM calls").scalar()
        self._writing.not_before(last or 0)

    def cancel(self, query_id: str) -> None:
        """See `Engine.cancel`."""
        with self._writer() as connection:
            connection.run(
                "KILL QUERY WHERE Settings['log_comment'] = {id:String} ASYNC",
                "Null",
                render_parameters("{id:String}", {"id": query_id}),
            )

    def close(self) -> None:
        """See `Engine.close`."""
        if self._closed:
            return
        self._closed = True
        self._workers.shutdown(wait=True)
        with self._all_lock:
            for connection in self._all:
                connection.close()
            self._all.clear()


class _Connection:
    """One chDB connection with the settings it has at the moment.

    What a failed statement had put out before it failed stays in chDB's buffer and would come first in the
    next answer of the same connection, whoever asks. So a failure costs the connection: a new one follows.
    """

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._raw = connect()
        self._spent = False
        self._lock = threading.Lock()
        self._current: dict[str, str | int] = {}
        self._set(QUERY_SETTINGS | INSERT_SETTINGS)

    def use(self, limits: QueryLimits, query_id: str | None) -> None:
        """Set limits for the next query, when they differ from the last one's."""
        settings = limit_settings(limits) | {"log_comment": query_id or ""}
        if settings != self._current:
            self._set(settings)
            self._current = settings

    @contextmanager
    def temporarily(self, settings: Mapping[str, str | int]) -> "Generator[None]":
        """Settings for one query only."""
        if not settings:
            yield
            return
        self._set(settings)
        try:
            yield
        finally:
            standard = QUERY_SETTINGS | INSERT_SETTINGS
            back = [
                f"{name} = {literal(standard[name]) if name in standard else 'DEFAULT'}" for name in settings
            ]
            self.run("SET " + ", ".join(back), "Null", {})

    def _set(self, settings: Mapping[str, str | int]) -> None:
        self.run(_set_statement(settings), "Null", {})

    def run(self, sql: str, output_format: str, params: Mapping[str, str]) -> bytes:
        """Run one statement, the output as bytes."""
        with self._statement():
            return bytes(self._raw.query(sql, output_format, params=dict(params)).bytes())

    def arrow(self, sql: str, params: Mapping[str, str]) -> "pa.Table":
        """Run a query, the answer as an Arrow table.

        The bytes are copied once: a view would not keep the engine's result alive.
        """
        with self._statement():
            result = self._raw.query(sql, "ArrowStream", params=dict(params))
            return pa.ipc.open_stream(result.bytes()).read_all()

    def arrow_over(self, sql: str, sonde_keys: "pa.Table") -> "pa.Table":
        """Run a query that reads ``Python(sonde_keys)``; chDB finds the table by this variable's name."""
        with self._statement():
            result = self._raw.query(sql, "ArrowStream")
            return pa.ipc.open_stream(result.bytes()).read_all()

    @contextmanager
    def _statement(self) -> "Generator[None]":
        """Alone on the connection; failures as errors of our tree."""
        with self._lock:
            try:
                if self._spent:
                    self._renew()
                yield
            except Exception as error:
                self._spent = True
                if isinstance(error, UnicodeDecodeError):
                    raise Unavailable("The engine failed with a message that is no text.") from error
                raise from_engine(str(error)) from error

    def _renew(self) -> None:
        """Put a new connection in place of this one. Connected first: the engine stops with its last one."""
        fresh = self._connect()
        fresh.query(_set_statement(QUERY_SETTINGS | INSERT_SETTINGS | self._current), "Null")
        self._raw.close()
        self._raw = fresh
        self._spent = False

    def describe(self, sql: str, params: Mapping[str, str]) -> list[str]:
        """ClickHouse type names of a query's columns."""
        described = self.arrow(f"DESCRIBE TABLE ({sql})", params)
        return cast("list[str]", described.column("type").to_pylist())

    def insert(self, table: str, sonde_rows: "pa.Table") -> None:
        """Append rows in one insert; chDB finds them by the name of this variable.

        Not through chDB's streaming insert: on a full disk that reports success and stores nothing.
        """
        names = ", ".join(sonde_rows.column_names)
        with self._statement():
            self._raw.query(f"INSERT INTO {table} ({names}) SELECT {names} FROM Python(sonde_rows)", "Null")

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._raw.close()


def _set_statement(settings: Mapping[str, str | int]) -> str:
    return "SET " + ", ".join(f"{name} = {literal(value)}" for name, value in settings.items())
