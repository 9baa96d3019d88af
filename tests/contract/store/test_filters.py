"""Compiled filters on both engines: every kind of parameter arrives."""

import json
from typing import Any

import msgspec
import pytest

from sonde.filters import Scope, Target, compile_filter
from sonde.store.engine import Engine, WriteBatch
from tests.contract.store.sample import BASE_NS, Sampler, calls_of

KEYS = {"a.b": "x", "odd key": "y", "it's": 5, "back\\slash": "z", "{x:String}": "brace", "é": "ü"}


@pytest.mark.parametrize(
    ("target", "text", "count"),
    [
        ("calls", "model:*gpt* OR model:claude-sonnet-4-5", 10),
        ("calls", 'attributes.a.b:x attributes."odd key":y attributes."it\'s">4', 1),
        ("calls", 'attributes."back\\\\slash":z attributes."{x:String}":brace attributes.é:ü', 1),
        ("calls", 'attributes."q\' OR 1=1 --":x', 0),
        ("calls", "-has:attributes.a.b cost>0 duration>1ms time:2026-11-21 hour:0 weekday:6", 9),
        ("calls", "trace.calls:5 trace.cost>0 resource.service.name:shop", 10),
        ("spans", 'attributes."back\\\\slash":z', 1),
        ("spans", "cost>0 status:ok -tag:x", 10),
        ("traces", "calls:5 user:user-* -status:error", 10),
        ("logs", '"queue is" severity>=info -trace.calls:0', 3),
    ],
)
def test_filters_run(engine: Engine, sampler: Sampler, target: Target, text: str, count: int) -> None:
    rows = sampler.spans(10)
    rows[0] = msgspec.structs.replace(rows[0], attributes_json=json.dumps(KEYS))
    logs = [sampler.log(BASE_NS + number) for number in range(3)]
    engine.write(WriteBatch(spans=rows, calls=calls_of(rows), logs=logs))
    for scope in (None, Scope(BASE_NS, BASE_NS + 10**12, "default")):
        compiled = compile_filter(text, target, scope=scope)
        table = "spans" if target == "traces" else target
        found: Any = engine.query(f"SELECT count() FROM {table} WHERE {compiled.sql}", compiled.params)
        assert found.scalar() == count
