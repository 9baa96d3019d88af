"""Filters, each made twice at once: as text and as a predicate over plain dictionaries. The predicates know
nothing of the grammar, of SQL or of units.
"""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from hypothesis import strategies as st

from sonde.filters import Target
from tests.property.filter_rows import BASE_NS, SECOND_NS, TEXTS, WORDS, Row

Predicate: TypeAlias = Callable[[Row], bool]


class Case(NamedTuple):
    text: str
    holds: Predicate
    whole: bool = True
    """Whether it needs no parentheses."""


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def escaped(text: str) -> str:
    return re.sub(r"([^\w])", r"\\\1", text)


@st.composite
def text_values(draw: st.DrawFn) -> tuple[str, Callable[[str], bool]]:
    """A value of a text field, plain, as a list or with wildcards."""
    kind = draw(st.sampled_from(["plain", "list", "begin", "end", "inside"]))
    text = draw(st.sampled_from(TEXTS))
    if kind == "plain":
        written = draw(st.sampled_from([quoted(text), escaped(text)]))
        return written, lambda value: value == text
    if kind == "list":
        chosen = draw(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3))
        return f"({' OR '.join(quoted(item) for item in chosen)})", lambda value: value in chosen
    part = text[: draw(st.integers(1, len(text)))]
    if kind == "begin":
        return escaped(part) + "*", lambda value: value.startswith(part)
    if kind == "end":
        return "*" + escaped(part), lambda value: value.endswith(part)
    return f"*{escaped(part)}*", lambda value: part in value


def known(values: list[Any]) -> list[Any]:
    return [value for value in values if value not in (None, "")]


def text_case(name: str, read: Callable[[Row], list[Any]]) -> st.SearchStrategy[Case]:
    return st.one_of(
        text_values().map(
            lambda made: Case(
                f"{name}:{made[0]}",
                lambda row: any(made[1](value) for value in read(row) if value is not None),
            )
        ),
        st.sampled_from([f"has:{name}", f"{name}:*"]).map(
            lambda text: Case(text, lambda row: bool(known(read(row))))
        ),
    )


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    ":": lambda a, b: a == b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}


def number_case(
    names: list[str], values: list[tuple[str, Any]], read: Callable[[Row], list[Any]]
) -> st.SearchStrategy[Case]:
    """Values as written and as numbers in the unit that ``read`` gives."""

    @st.composite
    def made(draw: st.DrawFn) -> Case:
        name = draw(st.sampled_from(names))
        text, number = draw(st.sampled_from(values))
        shape = draw(st.sampled_from(["one", "one", "range", "has"]))

        def any_of(test: Callable[[Any], bool]) -> Predicate:
            return lambda row: any(test(value) for value in read(row) if value is not None)

        if shape == "has":
            return Case(f"has:{name}", any_of(lambda value: True))
        if shape == "one":
            sign = draw(st.sampled_from(list(COMPARISONS)))
            return Case(f"{name}{sign}{text}", any_of(lambda value: COMPARISONS[sign](value, number)))
        other_text, other = draw(st.sampled_from(values))
        opening, closing = draw(st.sampled_from(["[]", "{}", "[}", "{]"]))
        low, high = (">=" if opening == "[" else ">"), ("<=" if closing == "]" else "<")
        return Case(
            f"{name}:{opening}{text} TO {other_text}{closing}",
            any_of(lambda value: COMPARISONS[low](value, number) and COMPARISONS[high](value, other)),
        )

    return made()


def word_case(read: Callable[[Row], list[str]]) -> st.SearchStrategy[Case]:
    def has_phrase(text: str, phrase: list[str]) -> bool:
        words = text.lower().split()
        wanted = [word.lower() for word in phrase]
        return any(words[at : at + len(wanted)] == wanted for at in range(len(words)))

    return st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(
        lambda words: Case(
            f'"{" ".join(words)}"' if len(words) > 1 else words[0],
            lambda row: any(has_phrase(text, words) for text in read(row)),
        )
    )


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def equals(value: Any, text: str, number: float | None) -> bool:
    if isinstance(value, list):
        return text in value or as_text(value) == text
    if as_text(value) == text:
        return True
    if number is None or isinstance(value, bool):
        return False
    try:
        return float(value) == number
    except ValueError:
        return False


def compares(value: Any, sign: str, number: float) -> bool:
    try:
        return not isinstance(value, bool | list) and COMPARISONS[sign](float(value), number)
    except ValueError:
        return False


def attribute_case(
    prefix: str, keys: list[str], read: Callable[[Row], list[dict[str, Any]]]
) -> st.SearchStrategy[Case]:
    @st.composite
    def made(draw: st.DrawFn) -> Case:
        key = draw(st.sampled_from(keys))
        name = prefix + (quoted(key) if " " in key else key)

        def any_of(test: Callable[[Any], bool]) -> Predicate:
            return lambda row: any(test(item[key]) for item in read(row) if key in item)

        shape = draw(st.sampled_from(["text", "number", "compare", "has", "pattern"]))
        if shape == "has":
            return Case(f"has:{quoted(prefix + key)}", any_of(lambda value: True))
        if shape == "text":
            text = draw(st.sampled_from(["x", "y", "true", "a b", "[x"]))
            return Case(f"{name}:{quoted(text)}", any_of(lambda value: equals(value, text, None)))
        if shape == "pattern":
            return Case(f"{name}:*x*", any_of(lambda value: "x" in as_text(value)))
        text, number = draw(st.sampled_from([("5", 5.0), ("5.0", 5.0), ("2.5", 2.5), ("-3", -3.0)]))
        if shape == "number":
            return Case(f"{name}:{text}", any_of(lambda value: equals(value, text, number)))
        sign = draw(st.sampled_from([">", ">=", "<", "<="]))
        return Case(f"{name}{sign}{text}", any_of(lambda value: compares(value, sign, number)))

    return made()


def row_calls(row: Row) -> list[Row]:
    """The counted calls of a row: of itself, or of every span of a trace."""
    rows = row.get("rows", [row])
    return [item["call"] for item in rows if item.get("call")]


def sums(row: Row) -> Row | None:
    """Sums over the trace of a row."""
    trace = row["of_trace"]
    if trace is None:
        return None
    rows, calls = trace["rows"], row_calls(trace)

    def total(name: str) -> Any:
        found = [call[name] for call in calls if call[name] is not None]
        return sum(found) if found else None

    return {
        "cost": total("cost"),
        "tokens": total("tokens"),
        "calls": len(calls),
        "spans": len(rows),
        "errors": sum(item["status"] == "error" for item in rows),
        "duration": max(item["time"] + item["duration"] for item in rows)
        - min(item["time"] for item in rows),
    }


COSTS = [
    ("0", Decimal(0)),
    ("0.05", Decimal("0.05")),
    ("$0.05", Decimal("0.05")),
    ("0.0500000005", Decimal("0.0500000005")),
    ("2usd", Decimal(2)),
    ("-1", Decimal(-1)),
    ("1e-3", Decimal("0.001")),
]
COUNTS = [
    ("0", 0),
    ("1", 1),
    ("1k", 1000),
    ("1.5k", 1500),
    ("7", 7),
    ("2.5", Decimal("2.5")),
    ("0.001m", 1000),
]
DURATIONS = [
    ("0", 0),
    ("1", 1_000_000),
    ("500ms", 500_000_000),
    ("0.5s", 500_000_000),
    ("2s", 2_000_000_000),
    ("2000000000.5ns", Decimal("2000000000.5")),
    ("1m1s", 61_000_000_000),
    ("1m", 60_000_000_000),
    ("2h", 7_200_000_000_000),
]


def totals_case(prefix: str) -> list[st.SearchStrategy[Case]]:
    def read(name: str) -> Callable[[Row], list[Any]]:
        def values(row: Row) -> list[Any]:
            found = sums(row)
            return [] if found is None else [found[name]]

        return values

    return [
        number_case([f"{prefix}cost", f"{prefix}cost_usd"], COSTS, read("cost")),
        number_case([f"{prefix}tokens"], COUNTS, read("tokens")),
        number_case([f"{prefix}calls"], COUNTS, read("calls")),
        number_case([f"{prefix}spans"], COUNTS, read("spans")),
        number_case([f"{prefix}errors"], COUNTS, read("errors")),
        number_case([f"{prefix}duration"], DURATIONS, read("duration")),
    ]


def spread(name: str) -> Callable[[Row], list[Any]]:
    """Values of a field of a row; of every row of a trace."""
    return lambda row: [value for item in row.get("rows", [row]) for value in item[name]]


def dictionaries(name: str) -> Callable[[Row], list[dict[str, Any]]]:
    return lambda row: [item[name] for item in row.get("rows", [row])]


def of_calls(name: str) -> Callable[[Row], list[Any]]:
    def values(row: Row) -> list[Any]:
        found = [call[name] for call in row_calls(row)]
        return [value for item in found for value in (item if isinstance(item, list) else [item])]

    return values


def flag_case(name: str, read: Callable[[Row], list[Any]]) -> st.SearchStrategy[Case]:
    return st.sampled_from([("true", True), ("no", False)]).map(
        lambda made: Case(f"{name}:{made[0]}", lambda row: made[1] in read(row))
    )


DAY = [
    ("2026-11-21", BASE_NS, BASE_NS + 86_400 * SECOND_NS),
    ("2026-11-21T00:30", BASE_NS + 1800 * SECOND_NS, BASE_NS + 1860 * SECOND_NS),
    ("2026-11-21T01:30:00.5+01:00", BASE_NS + 1_800_500_000_000, BASE_NS + 1_800_600_000_000),
    ("2026-11-20T23Z", BASE_NS - 3600 * SECOND_NS, BASE_NS),
]  # fmt: skip


def time_case() -> st.SearchStrategy[Case]:
    signs: dict[str, Callable[[int, int, int], bool]] = {
        ":": lambda at, first, after: first <= at < after,
        ">": lambda at, first, after: at >= after,
        ">=": lambda at, first, after: at >= first,
        "<": lambda at, first, after: at < first,
        "<=": lambda at, first, after: at < after,
    }
    return st.tuples(st.sampled_from(list(signs)), st.sampled_from(DAY)).map(
        lambda made: Case(f"time{made[0]}{made[1][0]}", lambda row: signs[made[0]](row["time"], *made[1][1:]))
    )


SEVERITIES = ["trace", "debug", "info", "warn", "error", "fatal"]


def severity_case() -> st.SearchStrategy[Case]:
    def holds(row: Row, sign: str, name: str) -> bool:
        if not row["severity"]:
            return False
        return COMPARISONS[sign](SEVERITIES.index(row["severity"]), SEVERITIES.index(name))

    return st.tuples(st.sampled_from(list(COMPARISONS)), st.sampled_from(SEVERITIES)).map(
        lambda made: Case(f"severity{made[0]}{made[1]}", lambda row: holds(row, made[0], made[1]))
    )


def span_status(row: Row) -> str:
    if "rows" not in row:
        return row["status"]
    return "error" if any(item["status"] == "error" for item in row["rows"]) else "ok"


def leaf_cases(target: Target) -> st.SearchStrategy[Case]:
    attributes = attribute_case(
        "attributes.", ["k", "dotted.key", "odd key", "back\\slash key"], dictionaries("attributes")
    )
    if target == "logs":
        return st.one_of(
            text_case("service", spread("service")),
            text_case("env", spread("environment")),
            severity_case(),
            time_case(),
            word_case(spread("content")),
            attributes,
            *totals_case("trace."),
        )
    cases = [
        text_case("service", spread("service")),
        text_case("env", spread("environment")),
        text_case("model", spread("model")),
        text_case("user", spread("user")),
        text_case("error_type", spread("error_type")),
        text_case("tag", of_calls("tags")),
        text_case("finish_reason", of_calls("finish_reason")),
        text_case("name", spread("name")),
        flag_case("streaming", of_calls("streaming")),
        number_case(["ttft", "ttft_ms"], [*DURATIONS, ("800.5", 800_500_000)], of_calls("ttft")),
        st.sampled_from(["ok", "error"]).map(
            lambda word: Case(f"status:{word}", lambda row: span_status(row) == word)
        ),
        word_case(spread("content")),
        st.just(Case("has:content", lambda row: bool(spread("content")(row)))),
        attributes,
        attribute_case("resource.", ["host.name"], dictionaries("resource")),
        *totals_case("trace."),
    ]
    if target == "traces":
        cases += totals_case("")
    else:
        cases += [
            number_case(["cost", "cost_usd"], COSTS, of_calls("cost")),
            number_case(["tokens"], COUNTS, of_calls("tokens")),
            number_case(["input"], COUNTS, of_calls("input")),
            number_case(["duration", "latency"], DURATIONS, lambda row: [row["duration"]]),
            st.just(
                Case("has:tool", lambda row: any((call["tool_calls"] or 0) > 0 for call in row_calls(row)))
            ),
            time_case(),
        ]
    return st.one_of(cases)


def cases(target: Target) -> st.SearchStrategy[Case]:
    """Conditions joined in every way."""

    def inside(case: Case) -> str:
        return case.text if case.whole else f"({case.text})"

    def joined(children: st.SearchStrategy[Case]) -> st.SearchStrategy[Case]:
        def negated(case: Case, sign: str) -> Case:
            return Case(f"{sign}{inside(case)}", lambda row: not case.holds(row))

        def every(parts: list[Case], word: str) -> Case:
            return Case(
                word.join(map(inside, parts)), lambda row: all(part.holds(row) for part in parts), False
            )

        def some(parts: list[Case]) -> Case:
            return Case(
                " OR ".join(map(inside, parts)), lambda row: any(part.holds(row) for part in parts), False
            )

        several = st.lists(children, min_size=2, max_size=3)
        return st.one_of(
            st.builds(negated, children, st.sampled_from(["-", "NOT "])),
            st.builds(every, several, st.sampled_from([" ", " AND "])),
            st.builds(some, several),
        )

    return st.recursive(leaf_cases(target), joined, max_leaves=5)
