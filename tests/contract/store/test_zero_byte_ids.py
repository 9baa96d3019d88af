"""One id in 256 ends in a zero byte, which text comparison takes for padding: found all the same."""

from collections.abc import Callable

import msgspec

from sonde.store.engine import Engine, WriteBatch
from sonde.store.recall import stored_spans
from tests.contract.store.sample import BASE_NS, Sampler, calls_of, hashed

Count = Callable[[str], int]
TRACE, SPAN = "11" * 12 + "00" * 4, "22" * 6 + "00" * 2


def test_ids_that_end_in_zero_bytes(engine: Engine, sampler: Sampler, count: Count) -> None:
    made = sampler.span()
    facts = msgspec.structs.replace(made.facts, trace_id=TRACE, span_id=SPAN)
    first = hashed(msgspec.structs.replace(made, trace_id=TRACE, span_id=SPAN, facts=facts))
    engine.write(WriteBatch([first], calls_of([first])))
    assert sum(engine.write(WriteBatch([first], calls_of([first]))).inserted.values()) == 0
    recalled = stored_spans(engine, "default", [TRACE], [])
    assert [(one.facts.trace_id, one.facts.span_id) for one in recalled] == [(TRACE, SPAN)]

    later = hashed(
        msgspec.structs.replace(first, end_ns=first.end_ns + 1_000_000_000, messages=first.messages[:1])
    )
    engine.write(WriteBatch([later], calls_of([later])))
    assert count("spans FINAL") == 1
    assert count("contents") == 1
    assert first.time_ns == BASE_NS
