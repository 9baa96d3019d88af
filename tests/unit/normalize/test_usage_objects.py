"""Raw usage dicts of providers, as they come inside answers."""

import pytest

from sonde.normalize.usage_objects import read_usage_object

CASES = {
    "Gemini bills tool results with the prompt": (
        {"promptTokenCount": 100, "toolUsePromptTokenCount": 40, "candidatesTokenCount": 7},
        {"input_tokens": 140, "output_tokens": 7},
    ),
    "Gemini stopped while it thought": (
        {"prompt_token_count": 50, "thoughts_token_count": 30},
        {"input_tokens": 50, "output_tokens": 30, "reasoning_tokens": 30},
    ),
    "Cohere's billed units": (
        {
            "tokens": {"input_tokens": 90, "output_tokens": 8},
            "billed_units": {"input_tokens": 12, "output_tokens": 8},
        },
        {"input_tokens": 12, "output_tokens": 8},
    ),
    "Cohere's first API": (
        {"meta": {"billed_units": {"input_tokens": 5}}},
        {"input_tokens": 5},
    ),
    "Perplexity's citations": (
        {"prompt_tokens": 3, "completion_tokens": 9, "citation_tokens": 4},
        {"input_tokens": 3, "output_tokens": 9, "citation_tokens": 4},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_raw_usage_dict(case: str) -> None:
    usage, expected = CASES[case]
    assert read_usage_object(usage) == (expected, "inclusive")
