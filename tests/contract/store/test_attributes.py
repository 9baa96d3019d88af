"""Attributes of calls keep the type they were sent with, in both engines."""

import json

from sonde.store.engine import Engine, WriteBatch
from tests.contract.store.sample import Sampler, calls_of


def test_text_that_looks_like_a_date_stays_text(engine: Engine, sampler: Sampler) -> None:
    sent = {"day": "2026-01-02", "moment": "2026-01-02T03:04:05Z", "number": "12", "count": 12}
    spans = [sampler.span(attributes_json=json.dumps(sent))]
    engine.write(WriteBatch(spans, calls_of(spans)))
    found = engine.query(
        "SELECT attributes.day.:String, attributes.moment.:String, attributes.number.:String, "
        "attributes.count.:Int64 FROM sql_calls"
    )
    assert found.rows == [("2026-01-02", "2026-01-02T03:04:05Z", "12", 12)]
