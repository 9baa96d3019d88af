"""Running a user's query: prepare, bind, limit, cancel when the caller hangs up, and shape the answer."""

import math
import time
from datetime import date
from decimal import Decimal
from typing import Any, cast

from starlette.requests import Request

from sonde.api.cancelling import while_connected
from sonde.api.schemas.sql import SqlColumn, SqlQuery, SqlResult
from sonde.api.services import Services
from sonde.api.sql.rewrite import PROJECT_PARAMETER, prepare
from sonde.api.times import SECOND_NS, format_time
from sonde.auth.grant import Grant
from sonde.model.errors import BadInput, QueryTimeout
from sonde.model.limits import SQL_RESULT_ROWS_MAX
from sonde.store.engine import USER_LIMITS, QueryLimits, Result


def limits_for(rows: int) -> QueryLimits:
    """The limits of user SQL with fewer rows."""
    return QueryLimits(
        seconds=USER_LIMITS.seconds,
        rows=rows,
        bytes=USER_LIMITS.bytes,
        memory_bytes=USER_LIMITS.memory_bytes,
        threads=USER_LIMITS.threads,
        truncate=True,
    )


async def run_query(shop: Services, grant: Grant, body: SqlQuery, request: Request) -> SqlResult:
    """The result of a query, which is cancelled when the client goes away.

    Raises `NotAllowed`, `Forbidden`, `BadInput`, `QueryTimeout`, `TooLarge`, `RateLimited`, `NotFound`.
    """
    with shop.sql_slots.take(grant.key_id or grant.kind):
        return await while_connected(
            request, shop.engine, lambda query_id: answer(shop, grant, body, query_id)
        )


def answer(shop: Services, grant: Grant, body: SqlQuery, query_id: str) -> SqlResult:
    """Run in the calling thread."""
    project = grant.project_for(body.project)
    rows = body.limit or SQL_RESULT_ROWS_MAX
    sql = prepare(
        body.sql,
        shop.engine_names.catalogue(shop.engine),
        project=project,
        may_read_content=grant.allows("content"),
        limit=rows + 1,
    )
    params: dict[str, Any] = dict(body.params)
    if project is not None:
        params[PROJECT_PARAMETER] = project
    started = time.monotonic()
    try:
        result = shop.engine.query(sql, params, limits=limits_for(rows), query_id=query_id)
    except KeyError as error:
        raise BadInput(f"The parameter {error} has no value.", hint='Send it in "params".') from None
    except QueryTimeout:
        raise QueryTimeout(
            "The query was stopped after 10 seconds.", hint="Ask for less time, or fewer columns."
        ) from None
    return shaped(result, (time.monotonic() - started) * 1000)


def shaped(result: Result, elapsed_ms: float) -> SqlResult:
    """A result as it is sent."""
    kinds = [column.type for column in result.columns]
    rows = [[to_json(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in result.rows]
    return SqlResult.model_construct(
        columns=[SqlColumn(name=column.name, type=column.type) for column in result.columns],
        rows=rows,
        truncated=result.truncated,
        elapsed_ms=round(elapsed_ms, 3),
    )


def is_wide(kind: str) -> bool:
    """Whether a ClickHouse type holds integers that JSON numbers cannot."""
    return any(f"Int{bits}" in kind for bits in (64, 128, 256))


def bare(kind: str) -> str:
    """A type without what only says how it is stored, or that it may be unknown."""
    while kind.startswith(("Nullable(", "LowCardinality(")):
        kind = kind.partition("(")[2].removesuffix(")")
    return kind


def to_json(value: Any, kind: str) -> Any:
    """One value: decimals and wide integers as text, times as RFC 3339, NaN and infinities as null.

    Times inside arrays and tuples keep the form in which the engine hands them over.
    """
    if type(value) is int:
        own = bare(kind)
        if own.startswith("DateTime64"):
            return format_time(value)
        if own.startswith("DateTime"):
            return format_time(value * SECOND_NS)
        return str(value) if is_wide(kind) else value
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return format(value, "f")
    return _other_to_json(value, kind)


def _other_to_json(value: Any, kind: str) -> Any:
    """Dates, bytes and what is made of several values."""
    if isinstance(value, date):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, bytes):
        return value.rstrip(b"\0").decode("utf-8", "replace")
    if isinstance(value, dict):
        given = cast("dict[Any, Any]", value)
        items = {str(name): to_json(item, kind) for name, item in given.items()}
        nameless = kind.startswith("Tuple") and list(items) == [str(n + 1) for n in range(len(items))]
        return list(items.values()) if nameless else items
    if isinstance(value, list | tuple):
        return [to_json(item, kind) for item in cast("list[Any]", value)]
    return str(value)
