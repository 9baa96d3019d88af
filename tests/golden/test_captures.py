"""Every real payload set shows the truth its program knew, or NULL for a written reason."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from sonde.normalize import assemble
from tests.golden.payloads import names, read
from tests.golden.truth import UNKNOWN, compare

EXCEPTIONS = tomllib.loads((Path(__file__).parent / "exceptions.toml").read_text())["exception"]


def excepted(name: str) -> dict[str, Any]:
    """Field → what may be shown instead of the truth."""
    return {
        field: entry["shown"] for entry in EXCEPTIONS if name in entry["sets"] for field in entry["fields"]
    }


def test_all_sets_are_here() -> None:
    assert len(names()) == 218
    assert len({name.partition("/")[0] for name in names()}) == 51


@pytest.mark.parametrize("name", names())
def test_calls_show_the_truth(name: str) -> None:
    allowed = excepted(name)
    wrong = {
        field: f"expected {expected}, shown {shown}"
        for field, (expected, shown) in compare(read(name)).items()
        if shown != expected and allowed.get(field, expected) != shown
    }
    assert not wrong


@pytest.mark.parametrize("name", sorted({name for entry in EXCEPTIONS for name in entry["sets"]}))
def test_every_exception_is_still_needed(name: str) -> None:
    shown = compare(read(name))
    needless = [field for field in excepted(name) if field not in shown or shown[field][0] == shown[field][1]]
    assert not needless


def test_every_exception_has_a_reason() -> None:
    for entry in EXCEPTIONS:
        assert len(entry["reason"]) > 20
        assert set(entry["sets"]) <= set(names())


def test_unknown_is_the_rule_among_exceptions() -> None:
    """A wrong number is worse than none: only these sets show something else than NULL."""
    others = {name for entry in EXCEPTIONS if entry["shown"] != UNKNOWN for name in entry["sets"]}
    assert others <= {
        "langfuse-langchain/lc_error",
        "langfuse-langchain/lc_rag",
        "langfuse-sdk/lf_openai_error",
        "langsmith-sdk/ls_traceable",
        "openai-agents-otel-genai/ag_guardrail",
        "openai-agents-otel-genai/ag_handoff",
        "openinference-langchain/lc_rag",
        "openinference-llama-index/li_rag",
        "openllmetry-google/ge_embed",
        "openllmetry-langchain/lc_rag",
        "openllmetry-openai-old/err_429",
        "openllmetry-openai/chat_stream_server_cut",
        "otel-genai-langchain/lc_rag",
        "otel-google-genai/ge_tools",
        "otel-openai-v2-legacy/embeddings",
        "otel-openai-v2/responses_basic",
        "vercel-ai-v5/error",
    }


def test_all_sets_in_one_project_are_the_same_calls() -> None:
    """The stand-in provider repeats its response ids in every set: nothing may join across them."""
    facts = [record for name in names() for record in read(name).facts]
    together = {(found.facts.trace_id, found.facts.span_id): found for found in assemble(facts)}
    apart = {
        (found.facts.trace_id, found.facts.span_id): found
        for name in names()
        for found in read(name).invocations
    }
    assert together == apart


NO_ANSWER_ON_THE_WIRE = {
    "anthropic-sdk-native/an_stream_tools",
    "openinference-openai/chat_stream_server_cut",
    "openllmetry-google/ge_stream",
    "openllmetry-openai/chat_stream_server_cut",
    "otel-genai-openai/chat_stream_aborted",
    "otel-genai-openai/chat_stream_server_cut",
    "otel-google-genai/ge_tools",
    "otel-openai-v2/responses_basic",
}
"""Cut streams, a chunk instead of the whole, an API the instrumentation does not see."""


@pytest.mark.parametrize("name", names())
def test_answers_are_kept_as_messages(name: str) -> None:
    """What the provider answered is found among the output messages, wherever the convention put it."""
    if "nocontent" in name or name.startswith("openai-agents-otel-genai") or name in NO_ANSWER_ON_THE_WIRE:
        return
    reading = read(name)
    messages = [message for row in reading.rows if row.facts.is_call for message in row.messages]
    messages += [message for content in reading.contents for message in content.messages]
    said = [message.text + message.parts_json for message in messages if message.direction == "output"]
    for call in reading.truth["upstream_calls"]:
        answer = call.get("output")
        if isinstance(answer, str) and answer:
            assert any(answer in text for text in said)
