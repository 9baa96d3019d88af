"""The provider's own figure in raw usage blocks."""

from decimal import Decimal
from typing import Any

import pytest

from sonde.pricing import billed_cost


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 10, "cost": 0.00033, "is_byok": False}, "0.00033"),
        ({"cost": "0.00033"}, "0.00033"),
        ({"usage": {"cost": 1.5e-05}}, "0.000015"),
        ({"cost": 0, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.0003253}}, "0.0003253"),
        ({"cost": 0.00002, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.0004}}, "0.00042"),
        (
            {"cost": 0.00011018, "is_byok": False, "cost_details": {"upstream_inference_cost": 0.00011018}},
            "0.00011018",
        ),
        (
            {
                "usage": {"prompt_tokens": 84},
                "cost": 0,
                "is_byok": True,
                "cost_details": {"upstream_inference_cost": 0.00002324},
            },
            "0.00002324",
        ),
        ({"cost_in_usd_ticks": 1043500}, "0.00010435"),
        ({"costInUsdTicks": "318319000"}, "0.0318319"),
        (
            {"cost": {"input_tokens_cost": 0.000024, "request_cost": 0.006, "total_cost": 0.012609}},
            "0.012609",
        ),
        ({"cost": 0, "is_byok": False}, "0"),
    ],
)
def test_figures(usage: dict[str, Any], expected: str) -> None:
    assert billed_cost(usage) == Decimal(expected)


@pytest.mark.parametrize(
    "usage",
    [
        {},
        {"prompt_tokens": 10},
        {"cost": 0},
        {"cost": 0, "is_byok": True},
        {"cost": 0.01, "is_byok": True},
        {"cost": None},
        {"cost": True},
        {"cost": -1},
        {"cost": float("nan")},
        {"cost": float("inf")},
        {"cost": "a lot"},
        {"cost": "9" * 100},
        {"cost": [1]},
        {"cost": {}},
        {"cost": {"total_cost": 0}},
        {"cost_in_usd_ticks": 0},
        {"cost_in_usd_ticks": "x"},
        {"cost_in_usd_ticks": 10**30},
        {"usage": None},
        {"usage": "cost: 5"},
    ],
)
def test_no_figure(usage: dict[str, Any]) -> None:
    assert billed_cost(usage) is None
