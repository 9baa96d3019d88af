"""Measures on both engines: one statement, one answer."""

from sonde.measures.ask import Asker
from sonde.measures.question import Question, dimensions_named, measures_named
from sonde.store.engine import HOUR_NS, Engine, WriteBatch
from sonde.store.rollups import Rollups
from tests.contract.store.sample import BASE_NS, Sampler, calls_of


def test_groups_by_attributes_roll_up_and_rows(engine: Engine, sampler: Sampler) -> None:
    spans = sampler.spans(400, step_ns=60 * 10**9)
    engine.write(WriteBatch(spans, calls_of(spans)))
    rollups = Rollups(engine, lambda: BASE_NS + 8 * HOUR_NS)
    rollups.rebuild()
    asker = Asker(lambda sql, params: engine.query(sql, params).dicts(), rollups)

    def groups(*names: str) -> dict[tuple[str | None, ...], int]:
        question = Question(
            "default",
            BASE_NS,
            BASE_NS + 7 * HOUR_NS,
            measures_named(["calls"]),
            dimensions_named(names),
            limit=100,
        )
        reply = asker.ask(question)
        assert sum(int(group.totals["calls"] or 0) for group in reply.groups) == reply.totals["calls"] == 400
        return {tuple(group.values.values()): int(group.totals["calls"] or 0) for group in reply.groups}

    features = groups("attributes.app.feature")
    assert {key[0] for key in features} == {"search", "support", "summarise"}
    assert groups("attributes.server.port") == {("443",): 400}
    assert groups("attributes.no.such.key", "resource.service.name") == {(None, "shop"): 400}
    by_model = groups("model")
    assert {(f"{model}",): calls for (model,), calls in by_model.items()} == groups(
        "attributes.gen_ai.request.model"
    )
