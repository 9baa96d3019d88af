"""Tokens counted in the app: against published counts, without a network."""

import subprocess
import sys

import pytest

from sonde.sdk import tokens
from sonde.sdk.tokens import CHARACTERS_MAX, estimate, vocabulary_of


@pytest.mark.parametrize(
    ("model", "text", "count"),
    [  # OpenAI's own examples for the two vocabularies
        ("gpt-4", "tiktoken is great!", 6),
        ("gpt-4", "antidisestablishmentarianism", 6),
        ("gpt-4o", "antidisestablishmentarianism", 6),
        ("gpt-4", "2 + 2 = 4", 7),
        ("gpt-4o", "2 + 2 = 4", 7),
        ("gpt-4", "お誕生日おめでとう", 9),
        ("gpt-4o", "お誕生日おめでとう", 8),
    ],
)
def test_published_counts(model: str, text: str, count: int) -> None:
    found = estimate(text, model)
    assert found is not None
    assert (found.tokens, found.native) == (count, True)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("gpt-5-mini", ("o200k_base", True)),
        ("openai/gpt-4o", ("o200k_base", True)),
        ("openrouter/openai/gpt-4o:free", ("o200k_base", True)),
        ("ft:gpt-3.5-turbo:acme::1", ("cl100k_base", True)),
        ("o3-mini", ("o200k_base", True)),
        ("text-embedding-3-large", ("cl100k_base", True)),
        ("claude-sonnet-4-5", ("o200k_base", False)),
        ("gemini-3-pro", ("o200k_base", False)),
        ("", ("o200k_base", False)),
    ],
)
def test_vocabulary_of_a_model(model: str, expected: tuple[str, bool]) -> None:
    assert vocabulary_of(model) == expected


def test_other_families_say_that_it_is_not_their_own() -> None:
    found = estimate("hello world", "claude-sonnet-4-5")
    assert found is not None
    assert (found.tokenizer, found.native) == ("o200k_base", False)


def test_messages_cost_their_framing() -> None:
    messages = [{"role": "system", "content": "hello world"}, {"role": "user", "content": "hello world"}]
    found = estimate(messages, "gpt-4o", chat=True)
    assert found is not None
    assert found.tokens == 2 + 2 + 1 + 3 * 3, "two texts, a line end, three for each message and the answer"


def test_long_texts_are_counted_in_proportion() -> None:
    found = estimate("word " * (CHARACTERS_MAX // 2), "gpt-4o")
    assert found is not None
    assert found.tokens == pytest.approx(CHARACTERS_MAX / 2, rel=0.01)


@pytest.mark.parametrize("nothing", ["", None, [], {}, 7, [{"role": "user"}]])
def test_no_text_no_count(nothing: object) -> None:
    assert estimate(nothing, "gpt-4o") is None


def test_half_of_a_character_is_survived() -> None:
    assert estimate("a\ud800b", "gpt-4o") is not None


def test_without_the_extra_one_line_names_the_fix(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tokens, "_PACKAGE", "not_installed_here")
    monkeypatch.setattr(tokens._Loaded, "module", None)
    monkeypatch.setattr(tokens._Loaded, "missing", False)
    monkeypatch.setattr(tokens._Loaded, "counters", {})
    assert estimate("hello", "gpt-4o") is None
    assert estimate("hello", "gpt-4o") is None
    assert [record.getMessage() for record in caplog.records] == [
        (
            "sonde: tokens stay unknown: the provider did not tell them and no tokenizer is installed; "
            "pip install 'sonde[tokenizer]' has them estimated."
        )
    ]


def test_the_tokenizer_is_loaded_only_when_it_counts() -> None:
    code = (
        "import sys, sonde\n"
        "sonde.record_call('gpt-4o', input_tokens=1, output_tokens=1)\n"
        "assert not [name for name in sys.modules if name.startswith('bpe_openai')]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
