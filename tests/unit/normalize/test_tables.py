"""The mapping tables themselves: no typos, no two meanings, and they say where a field came from."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import sonde.normalize
from sonde.model.facts import SPAN_OPERATIONS
from sonde.normalize import explain, known_key
from sonde.semconv.convert import keep
from sonde.semconv.registry import INDEX, TABLES, convention_of_scope, find
from sonde.semconv.words import FINISH_REASONS, OPERATIONS, PROVIDERS
from tests.golden.payloads import logs_of, names, spans_of
from tests.unit.normalize.spans import make_span

ASKED_FOR = re.findall(
    r"\"([a-z][a-z0-9_]+)\"",
    "".join(path.read_text() for path in Path(sonde.normalize.__file__).parent.glob("*.py")),
)


def test_every_field_of_a_rule_is_read_by_somebody() -> None:
    fields = {rule.field for table in TABLES for rule in (*table.rules, *table.families)} - {""}
    assert fields <= set(ASKED_FOR)


def test_a_key_stands_in_one_table() -> None:
    keys = Counter(rule.key for table in TABLES for rule in table.rules)
    assert not [key for key, times in keys.items() if times > 1]


def test_only_content_is_taken_as_it_comes() -> None:
    """Any other value passes a converter: senders put anything anywhere."""
    raw = {
        rule.field
        for table in TABLES
        for rule in table.rules
        if rule.convert is keep and rule.field and not rule.content
    }
    assert raw <= {"bare_instructions", "bare_tools"}


def test_words_translate_into_our_vocabulary() -> None:
    assert set(OPERATIONS.values()) <= SPAN_OPERATIONS
    assert set(FINISH_REASONS.values()) == {"stop", "length", "tool_calls", "content_filter", "error"}
    assert all(word == word.lower() for word in (*OPERATIONS, *FINISH_REASONS, *PROVIDERS))
    assert all(PROVIDERS.get(value, value) == value for value in PROVIDERS.values())


def test_scopes() -> None:
    assert convention_of_scope("ai") == "vercel-ai"
    assert convention_of_scope("airline") == ""
    assert convention_of_scope("opentelemetry.instrumentation.openai_v2") == "otel-genai"
    assert convention_of_scope("opentelemetry.instrumentation.openai.v1") == "openllmetry"
    assert convention_of_scope("com.anthropic.sdk.typescript") == "anthropic-sdk"


def test_an_inventive_sender_cannot_grow_the_index() -> None:
    before = len(INDEX)
    for number in range(30_000):
        find(f"invented.{number}")
    assert len(INDEX) <= before + 20_001
    assert find("gen_ai.request.model") is not None


def test_known_keys() -> None:
    assert known_key("gen_ai.request.temperature")
    assert known_key("llm.input_messages.7.message.content")
    assert not known_key("app.tenant")


ONLY_OF_THE_APPLICATION = {"by", "helpful", "tenant", "reviewer"}


def test_every_key_of_the_payloads_is_known() -> None:
    """But for those that the captured programs made up themselves."""
    seen: set[str] = set()
    for name in names():
        for record in (*spans_of(name), *logs_of(name)):
            seen.update(record.attributes)
    unknown = {key for key in seen if not known_key(key)}
    assert unknown <= ONLY_OF_THE_APPLICATION


def test_explain_names_the_rule_behind_each_field() -> None:
    span = make_span(
        {
            "openinference.span.kind": "LLM",
            "gen_ai.operation.name": "chat",
            "llm.token_count.prompt": 10,
            "gen_ai.usage.input_tokens": 10,
            "llm.provider": "OpenAI",
            "gen_ai.input.messages": "hello",
            "app.tenant": "x",
        }
    )
    found = {(origin.field, origin.attribute): origin for origin in explain(span)}
    assert found[("operation", "openinference.span.kind")].value == "chat"
    assert found[("provider", "llm.provider")].value == "openai"
    tokens = found[("input_tokens", "gen_ai.usage.input_tokens")]
    assert (tokens.value, tokens.convention) == (10, "otel-genai")
    assert found[("input", "gen_ai.input.messages")].value == 5
    assert not any(origin.attribute == "app.tenant" for origin in explain(span))


def test_the_page_of_keys_is_fresh() -> None:
    root = Path(__file__).parents[3]
    command = [sys.executable, "tools/attributes.py", "--check"]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
