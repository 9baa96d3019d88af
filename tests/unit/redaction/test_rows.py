"""Rows: every place where somebody's text can be."""

import json

import pytest

from sonde.model.facts import SpanFacts
from sonde.model.rows import LogContent, LogRow, Message, Score, SpanRow
from sonde.redaction import RedactionRules, Redactor, strip_content

MAIL = "jane@example.com"


def span(**changes: object) -> SpanRow:
    facts = SpanFacts(
        trace_id="4" * 32,
        span_id="5" * 16,
        parent_span_id="",
        start_ns=1,
        end_ns=2,
        scope="s",
        convention="otel",
        operation="chat",
        response_id="4111111111111111",
        user_id=MAIL,
        session_id="plain-session",
        error_message=f"no answer for {MAIL}",
        tags=("a", MAIL),
    )
    fields: dict[str, object] = {
        "project": "default",
        "trace_id": "4111111111111111" * 2,
        "span_id": "4111111111111111",
        "parent_span_id": "",
        "time_ns": 1,
        "end_ns": 2,
        "received_ns": 3,
        "duration_ns": 1,
        "name": f"chat {MAIL}",
        "kind": "client",
        "status": "error",
        "status_message": MAIL,
        "service": "svc",
        "scope_name": "s",
        "scope_version": "",
        "trace_state": f"v={MAIL}",
        "flags": 0,
        "time_flag": "",
        "attributes_json": json.dumps({"a": MAIL}),
        "resource_json": json.dumps({"host": MAIL}),
        "events_json": json.dumps([{"name": "e", "attributes": {"exception.message": MAIL}}]),
        "links_json": json.dumps([{"attributes": {"x": MAIL}}]),
        "dropped_count": 0,
        "facts": facts,
        "messages": [Message("input", "user", MAIL, json.dumps([{"type": "text", "content": MAIL}]))],
        "content_hash": "h",
        **changes,
    }
    return SpanRow(**fields)  # type: ignore[arg-type]


@pytest.fixture
def redactor() -> Redactor:
    return Redactor(RedactionRules())


def test_span(redactor: Redactor) -> None:
    row = redactor.row(span())
    assert MAIL not in repr(row)
    assert (row.span_id, row.trace_id) == ("4111111111111111", "4111111111111111" * 2)
    assert row.facts.response_id == "4111111111111111"
    assert row.content_hash == "h"
    assert json.loads(row.attributes_json) == {"a": "[email]"}
    assert row.facts.tags == ("a", "[email]")
    assert row.facts.session_id == "plain-session"


def test_a_clean_row_is_the_same_object(redactor: Redactor) -> None:
    facts = SpanFacts("4" * 32, "5" * 16, "", 1, 2, "s", "otel", "chat")
    clean = span(
        name="chat",
        status_message="",
        trace_state="",
        attributes_json="{}",
        resource_json="{}",
        events_json="",
        links_json="",
        facts=facts,
        messages=[Message("input", "user", "What is the capital of France?")],
    )
    assert redactor.row(clean) is clean
    assert redactor.facts(facts) is facts


def test_user_ids(redactor: Redactor) -> None:
    assert redactor.row(span()).facts.user_id == "[email]"
    keyed = Redactor(RedactionRules(pseudonym_key="k"))
    first, second = keyed.identifier(MAIL), keyed.identifier(MAIL.upper())
    assert first == second
    assert first.startswith("pseudonym-")
    assert first != Redactor(RedactionRules(pseudonym_key="other")).identifier(MAIL)
    assert keyed.identifier("user-17") == "user-17"
    assert Redactor(RedactionRules(identifiers="keep")).identifier(MAIL) == MAIL
    assert Redactor(RedactionRules(identifiers="mask", pseudonym_key="k")).identifier(MAIL) == "[email]"


def test_content_off_switch() -> None:
    assert strip_content(span()).messages == []
    off = Redactor(RedactionRules(keep_content=False))
    assert off.row(span()).messages == []
    content = LogContent("4" * 32, "5" * 16, "", 1, 0, [Message("input", "user", "hi")], "r")
    assert off.row(content).messages == []
    assert Redactor(RedactionRules()).row(content) is content


def test_log(redactor: Redactor) -> None:
    row = LogRow(
        project="default",
        time_ns=1,
        observed_ns=1,
        received_ns=1,
        trace_id="",
        span_id="",
        service="svc",
        severity_number=9,
        severity="info",
        event_name="",
        body=json.dumps({"m": f"x\n{MAIL}"}),
        attributes_json=json.dumps({"a": MAIL}),
        resource_json="{}",
        scope_name="s",
        time_flag="",
        record_id="r",
    )
    masked = redactor.row(row)
    assert json.loads(masked.body) == {"m": "x\n[email]"}
    assert MAIL not in repr(masked)


def test_score_and_log_content(redactor: Redactor) -> None:
    score = Score("default", 1, "id", "helpful", comment=f"asked {MAIL}", author=MAIL, attributes_json="{}")
    assert MAIL not in repr(redactor.row(score))
    content = LogContent("4" * 32, "5" * 16, "", 1, 0, [Message("input", "user", MAIL)], "r")
    assert redactor.row(content).messages[0].text == "[email]"
