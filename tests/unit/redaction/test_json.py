"""JSON text stays JSON: only strings (and bare card numbers) change."""

import json

import pytest

from sonde.redaction import RedactionRules, Redactor


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor(RedactionRules())


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ('{"a":"x\\nbob@example.com"}', '{"a":"x\\n[email]"}'),
        ('{"a": "bob\\u0040example.com"}', '{"a": "[email]"}'),
        ('{"bob@example.com": 1}', '{"[email]": 1}'),
        ('["\\"a@b.io\\""]', '["\\"[email]\\""]'),
        ('{"n":4111111111111111,"m":4111111111111112}', '{"n":"[card]","m":4111111111111112}'),
        ('{"password":"hunter2"}', '{"password":"[secret]"}'),
        ('{"db.password" : "x", "user": "y"}', '{"db.password" : "[secret]", "user": "y"}'),
        (
            '{"http.request.header.authorization":["Bearer abcdef1234567890"]}',
            '{"http.request.header.authorization":["[secret]"]}',
        ),
        (
            '[{"password":null},"x",{"secret":["a","b"],"c":"d"}]',
            '[{"password":null},"x",{"secret":["[secret]","[secret]"],"c":"d"}]',
        ),
        ('{"api_key":""}', '{"api_key":""}'),
        ('{"password":null,"x":"y"}', '{"password":null,"x":"y"}'),
        ('{"gen_ai.usage.input_tokens":1234567890123456}', '{"gen_ai.usage.input_tokens":1234567890123456}'),
        ("not json a@b.io", "not json [email]"),
        ('{"cut": "a@b.io', '{"cut": "[email]'),
        ("", ""),
        ("{}", "{}"),
    ],
)
def test_masked(redactor: Redactor, text: str, masked: str) -> None:
    assert redactor.json_text(text) == masked


def test_json_inside_a_string_stays_json(redactor: Redactor) -> None:
    arguments = json.dumps(
        {"to": "a@b.io", "card": 4111111111111111, "password": "p", "deep": json.dumps(["c@d.io"])}
    )
    masked = json.loads(redactor.json_text(json.dumps([{"arguments": arguments}])))
    inner = json.loads(masked[0]["arguments"])
    assert inner == {"to": "[email]", "card": "[card]", "password": "[secret]", "deep": '["[email]"]'}


def test_nothing_else_changes(redactor: Redactor) -> None:
    text = '{ "b" : [1, 2.50, true, null, "\\u00e9\\/x"],\n "a":{"e":"a@b.io"} , "z":1e400}'
    assert redactor.json_text(text) == text.replace("a@b.io", "[email]")


def test_deep_nesting_does_not_break_it(redactor: Redactor) -> None:
    text = "[" * 100_000 + '"a@b.io"' + "]" * 100_000
    assert "a@b.io" not in redactor.json_text(text)


def test_clean_text_is_the_same_object(redactor: Redactor) -> None:
    text = json.dumps({"gen_ai.prompt": "What is the capital of France?", "n": 12})
    assert redactor.json_text(text) is text
