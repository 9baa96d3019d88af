"""Usage → money on 128 real cases: what was billed, what a vendor's own page computes, what price tables say.

`docs/cost-truth.md` explains the cases in `DIFFERENT` and says how its table is printed.
"""

import json
import warnings
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sonde.model.facts import SpanFacts, Usage
from sonde.model.rows import Cost
from sonde.pricing import PriceBook, billed_cost

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "cost_cases_open.jsonl").read_text().splitlines()
]
TABLES_READ = datetime(2026, 8, 20, tzinfo=UTC)
"""Cases without a time come from price tables; this is the day before the commit they were copied from."""

FIELDS = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_tokens": "cached_input_tokens",
    "cache_write_tokens": "cache_write_tokens",
    "cache_write_1h_tokens": "cache_write_1h_tokens",
    "reasoning_tokens": "reasoning_tokens",
    "input_audio_tokens": "audio_input_tokens",
    "cache_audio_read_tokens": "cached_audio_input_tokens",
    "output_audio_tokens": "audio_output_tokens",
    "input_image_tokens": "image_input_tokens",
    "output_image_tokens": "image_output_tokens",
    "output_citation_tokens": "citation_tokens",
    "web_searches": "web_searches",
}

DIFFERENT = {
    "openrouter-billed-000": "one endpoint of many: WandB's price, the book has the cheapest",
    "openrouter-billed-003": "one endpoint of many",
    "openrouter-billed-008": "a plug-in's fee that the usage does not itemise",
    "openrouter-billed-024": "another endpoint's price, and a plug-in's fee",
    "openrouter-billed-026": "price before the introductory offer: the library has no history of it",
    "openrouter-billed-web-058": "another endpoint's price",
    "xai-billed-065": "a server-side search's fee that the book does not have",
    "xai-billed-070": "cached price before it was lowered: the library has no history of it",
    "perplexity-billed-078": "the request fee depends on the search context size, which is not said",
    "tokencost-tests-155": "output tokens of an embedding: the table has a price for what does not exist",
    "tokencost-tests-156": "price before January 2024: the library has no history of it",
}


def time_of(case: dict[str, Any], default: datetime = TABLES_READ) -> datetime:
    return datetime.fromtimestamp(case["timestamp"], UTC) if case["timestamp"] else default


def facts_of(case: dict[str, Any], **more: Any) -> SpanFacts:
    usage = {FIELDS[name]: count for name, count in case["usage"].items() if name in FIELDS}
    return SpanFacts(
        trace_id="1" * 32,
        span_id="2" * 16,
        parent_span_id="",
        start_ns=0,
        end_ns=0,
        scope="test",
        convention="otel",
        operation="chat",
        provider=case["provider"] or None,
        response_model=case["model"],
        usage=Usage(**usage),
        **more,
    )


def price(book: PriceBook, case: dict[str, Any], default: datetime = TABLES_READ, **more: Any) -> Cost:
    time_ns = int(time_of(case, default).timestamp()) * 1_000_000_000
    return book.price(facts_of(case, **more), time_ns=time_ns)


def right(case: dict[str, Any], amount: Decimal | None) -> bool:
    """Equal to a millionth: the cases are floats, some rounded by who billed."""
    expected = Decimal(repr(case["expected_usd"]))
    return amount is not None and abs(amount - expected) <= expected / 1_000_000


def library_price(case: dict[str, Any], default: datetime) -> Decimal | None:
    """What the price library alone answers for the case's own words."""
    import genai_prices

    usage = {("output_" * (key == "reasoning_tokens")) + key: count for key, count in case["usage"].items()}
    usage.pop("requests", None)
    where = {"provider_api_url" if "://" in case["provider"] else "provider_id": case["provider"] or None}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return genai_prices.calc_price(
                genai_prices.Usage(**usage),
                case["model"],
                genai_request_timestamp=time_of(case, default),
                **where,
            ).total_price
    except (LookupError, ValueError):
        return None


@pytest.fixture(scope="module")
def book() -> PriceBook:
    return PriceBook()


@pytest.mark.parametrize("default", [TABLES_READ, datetime(2026, 11, 21, tzinfo=UTC)], ids=["then", "now"])
def test_right_wherever_the_library_alone_is(book: PriceBook, default: datetime) -> None:
    lost = [
        case["id"]
        for case in CASES
        if right(case, library_price(case, default)) and not right(case, price(book, case, default).cost_usd)
    ]
    assert lost == []


def test_the_documented_cases_are_the_ones_that_differ(book: PriceBook) -> None:
    differing = {case["id"] for case in CASES if not right(case, price(book, case).cost_usd)}
    assert differing == set(DIFFERENT)
    page = (Path(__file__).parents[3] / "docs" / "cost-truth.md").read_text()
    assert [name for name in DIFFERENT if name not in page] == []


def test_no_silent_zero(book: PriceBook) -> None:
    for case in CASES:
        cost = price(book, case)
        assert cost.state in ("priced", "unpriced")
        assert (cost.cost_usd is None) == (cost.state == "unpriced")
        assert cost.cost_usd is None or cost.cost_usd > 0


def test_parts_add_up_to_the_last_digit(book: PriceBook) -> None:
    for case in CASES:
        cost = price(book, case)
        if cost.cost_usd is None:
            continue
        parts = (cost.input_cost_usd, cost.output_cost_usd, cost.fees_usd)
        assert sum((part for part in parts if part is not None), Decimal(0)) == cost.cost_usd
        lines = [line for line in json.loads(cost.explanation_json) if "cost_usd" in line]
        assert sum((Decimal(line["cost_usd"]) for line in lines), Decimal(0)) == cost.cost_usd


def raw_usage(case: dict[str, Any]) -> dict[str, Any] | None:
    """The provider's usage block as it came, as far as the money goes."""
    amount = case["expected_usd"]
    if case["group"].startswith("openrouter-billed"):
        if "BYOK" in case["note"]:
            return {"cost": 0, "is_byok": True, "cost_details": {"upstream_inference_cost": amount}}
        return {"prompt_tokens": 1, "cost": amount, "is_byok": False}
    if case["group"] == "xai-billed":
        return {"cost_in_usd_ticks": round(amount * 10**10)}
    if case["group"] == "perplexity-billed":
        return {"cost": {"total_cost": amount, "request_cost": 0.006}}
    return None


def test_the_providers_own_figure_wins(book: PriceBook) -> None:
    billed = 0
    for case in CASES:
        usage = raw_usage(case)
        if usage is None:
            continue
        cost = price(book, case, billed_cost_usd=str(billed_cost(usage)))
        assert right(case, cost.cost_usd), case["id"]
        assert (cost.state, cost.source) == ("priced", "billed")
        billed += 1
    assert billed == 50


@pytest.mark.parametrize(
    "change",
    ["{}-evil", "my-{}", "{}/..", "{} qq", "{}\u0430", "{}'; drop table calls --", "{}" * 40, "{}-qq-latest"],
)
def test_names_that_only_look_like_a_model_have_no_price(book: PriceBook, change: str) -> None:
    for case in CASES:
        name = change.replace("{}", case["model"])
        cost = price(book, {**case, "model": name})
        assert (cost.state, cost.cost_usd) == ("unpriced", None), name


def test_report(book: PriceBook) -> None:
    """Prints right answers by group: library alone, the book, the book with the providers' own figures."""
    total, library, ours, with_billed = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for case in CASES:
        group = case["group"]
        total[group] += 1
        library[group] += right(case, library_price(case, TABLES_READ))
        ours[group] += right(case, price(book, case).cost_usd)
        usage = raw_usage(case)
        figure = None if usage is None else str(billed_cost(usage))
        with_billed[group] += right(case, price(book, case, billed_cost_usd=figure).cost_usd)
    for group in total:
        print(f"| {group} | {total[group]} | {library[group]} | {ours[group]} | {with_billed[group]} |")
    sums = [sum(counter.values()) for counter in (total, library, ours, with_billed)]
    print(f"| all | {sums[0]} | {sums[1]} | {sums[2]} | {sums[3]} |")
    assert sums[0] == len(CASES)
    assert sums[1] <= sums[2] <= sums[3]
