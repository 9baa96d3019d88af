"""Exports as Parquet: typed, complete, in row groups."""

import io
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sonde.api import files
from sonde.api.schemas.calls import CallSummary
from tests.contract.api.world import World

ALL = {"project": "alpha", "from": "2026-11-20T00:00:00Z", "to": "2026-11-21T00:30:00Z"}


def read(body: bytes) -> pa.Table:
    return pq.read_table(io.BytesIO(body))


@pytest.mark.parametrize("group", [5_000, 7])
def test_calls_keep_their_types(world: World, monkeypatch: pytest.MonkeyPatch, group: int) -> None:
    monkeypatch.setattr(files, "PARQUET_ROWS", group)
    answer = world.local.get("/api/v1/calls", params={**ALL, "format": "parquet"})
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    table = read(answer.content)
    assert table.num_rows == 80
    assert table.column_names == list(CallSummary.model_fields)
    assert table.schema.field("cost_usd").type == pa.decimal128(38, 9)
    assert table.schema.field("time").type == pa.timestamp("ns", "UTC")
    assert table.schema.field("input_tokens").type == pa.int64()
    assert table.schema.field("duration_ms").type == pa.float64()
    assert table.schema.field("streaming").type == pa.bool_()
    paid = [value for value in table.column("cost_usd").to_pylist() if value is not None]
    listed = world.local.get("/api/v1/calls", params={**ALL, "limit": 1000}).json()["items"]
    assert sum(paid) == sum(Decimal(item["cost_usd"]) for item in listed if item["cost_usd"] is not None)
    assert None in table.column("cost_usd").to_pylist()


def test_nothing_is_a_file_too(world: World) -> None:
    table = read(world.local.get("/api/v1/calls", params={**ALL, "format": "parquet", "user": "x"}).content)
    assert table.num_rows == 0
    assert table.schema.field("cost_usd").type == pa.decimal128(38, 9)


@pytest.mark.parametrize("path", ["traces", "logs", "spans"])
def test_other_lists(world: World, path: str) -> None:
    listed = world.local.get(f"/api/v1/{path}", params={**ALL, "limit": 1000}).json()["items"]
    table = read(world.local.get(f"/api/v1/{path}", params={**ALL, "format": "parquet"}).content)
    assert table.num_rows == len(listed) > 0


def test_measures_and_sql(world: World) -> None:
    body = {**ALL, "measures": ["calls", "cost_usd"], "dimensions": ["model"], "interval": "day"}
    table = read(world.local.post("/api/v1/query?format=parquet", json=body).content)
    assert sum(value or 0 for value in table.column("calls").to_pylist()) == 80
    sql = {"sql": "SELECT provider, count() AS n FROM calls GROUP BY provider", "project": "alpha"}
    answer = world.local.post("/api/v1/sql?format=parquet", json=sql)
    assert set(read(answer.content).column("provider").to_pylist()) == {"anthropic", "openai"}
    assert answer.headers["x-sonde-truncated"] == "false"
