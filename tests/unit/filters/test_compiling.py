"""Fields, types and parameters; what the engine does with them is in tests/property/test_filters.py."""

import re

import pytest

from sonde.filters import TABLES, TARGETS, FilterError, Scope, Target, compile_filter
from sonde.filters.compiling import LOOKUPS_MAX


@pytest.mark.parametrize(
    ("target", "text", "position", "length", "suggestion"),
    [
        ("calls", "modle:a", 0, 5, "model"),
        ("calls", "a cots>1", 2, 4, "cost_usd"),
        ("calls", "cost:abc", 5, 3, "cost_usd>0.05"),
        ("calls", "cost:1*", 5, 2, "cost_usd>0.05"),
        ("calls", "duration>2parsecs", 9, 8, "duration>2s"),
        ("calls", "status:eror", 7, 4, "error"),
        ("calls", "streaming:maybe", 10, 5, "streaming:true"),
        ("calls", "model>a", 0, 7, "model:a"),
        ("calls", "error:timeout", 0, 5, "error_type"),
        ("calls", "trace:abc", 6, 3, "abc*"),
        ("calls", "time:yesterday", 5, 9, "time>=2026-11-21T10:00"),
        ("calls", "has:modle", 4, 5, "model"),
        ("logs", "sevrity:warn", 0, 7, "severity"),
        ("logs", "severity:warning", 9, 7, "warn"),
        ("traces", "trace.cots>1", 0, 10, "cost_usd"),
        ("spans", "attributes.:x", 0, 11, None),
        ("calls", "attributes.a>x", 13, 1, None),
        ("calls", "content>x", 0, 9, None),
    ],
)
def test_errors_name_the_place_and_what_could_stand_there(
    target: Target, text: str, position: int, length: int, suggestion: str | None
) -> None:
    with pytest.raises(FilterError) as caught:
        compile_filter(text, target)
    error = caught.value
    assert (error.position, error.length) == (position, length), error.message
    if suggestion:
        assert suggestion in error.suggestions


def test_values_travel_as_parameters_only() -> None:
    text = "evil'); DROP TABLE calls --"
    quoted = '"' + text + '"'
    for target in TARGETS:
        for field in (*TABLES[target].fields, TABLES[target].find("attributes.evil'")):
            assert field is not None
            if field.kind in ("text", "attribute", "words", "list"):
                name = field.name.removesuffix("*") + ('"evil\'"' if field.name.endswith("*") else "")
                name = name.replace("evil'", '"evil\'"') if name.endswith("evil'") else name
                sql = compile_filter(f"{name}:{quoted} {quoted}", target).sql
                assert "evil" not in sql
                assert "DROP" not in sql


def test_what_is_not_asked_for_is_not_named() -> None:
    compiled = compile_filter("env:a cost>1 gpt attributes.x:1", "calls", prefix="zz", alias="c")
    assert compiled.fields == {"environment", "cost_usd", "content", "attributes.x"}
    assert compiled.needs_content
    assert not compiled.direct
    assert all(name.startswith("zz") for name in compiled.params)
    assert "c.environment" in compiled.sql
    assert "c.cost_usd" in compiled.sql
    assert set(re.findall(r"\{(\w+):", compiled.sql)) == set(compiled.params)
    assert compile_filter("", "calls").sql == "true"
    assert compile_filter("model:a", "calls").direct


def test_lookups_are_bounded_in_number_and_range() -> None:
    many = " ".join(f"word{number}" for number in range(LOOKUPS_MAX + 1))
    with pytest.raises(FilterError) as caught:
        compile_filter(many, "calls")
    assert many[caught.value.position :] == f"word{LOOKUPS_MAX}"
    assert not compile_filter(many, "logs").sql.count("SELECT")
    scoped = compile_filter("trace.cost>1 x resource.a:b", "calls", scope=Scope(10**18, 2 * 10**18, "p"))
    assert scoped.sql.count("time >=") == scoped.sql.count("time <") == scoped.sql.count("project = ") == 3


@pytest.mark.parametrize("target", TARGETS)
def test_every_example_of_every_field_is_valid(target: Target) -> None:
    for field in TABLES[target].fields:
        for example in field.examples:
            assert compile_filter(example, target).sql
        name = field.name.replace("*", "x")
        assert compile_filter(f"-has:{name}", target).fields == {name}
