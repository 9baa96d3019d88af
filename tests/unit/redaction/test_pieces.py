"""The tester's pieces: together they are the text, and with masks put in they are what would be stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonde.redaction import CustomPattern, RedactionRules, Redactor

RULES = RedactionRules(
    custom=(CustomPattern("order", "ORD-[0-9]+"), CustomPattern("word", "(?i)secret plan"))
)
FRAGMENTS = st.sampled_from(
    [
        "ada@example.com",
        "+49 30 1234567",
        "4111 1111 1111 1111",
        "DE89 3704 0044 0532 0130 00",
        "sk-proj-abcdefghijklmnopqrstuvwx1234567890",
        "ORD-42",
        "Secret Plan",
        "password=hunter2hunter2",
        "[email]",
        "日本 🦔",
        "a" * 30,
        " ",
        "\n",
        "=",
        '"',
    ]
)


@given(st.lists(FRAGMENTS, max_size=12).map("".join))
def test_pieces_are_the_text_and_their_masks_are_what_is_stored(text: str) -> None:
    redactor = Redactor(RULES)
    pieces = redactor.pieces(text)
    assert "".join(piece.text for piece in pieces) == text
    masked = "".join(piece.text if piece.rule is None else f"[{piece.rule}]" for piece in pieces)
    assert masked == redactor.text(text)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("write to ada@example.com now", ["email"]),
        ("ORD-1 and ORD-2 of ada@example.com", ["order", "order", "email"]),
        ("nothing here, [email] neither", []),
        ("", []),
    ],
)
def test_each_piece_names_its_rule(text: str, rules: list[str]) -> None:
    pieces = Redactor(RULES).pieces(text)
    assert [piece.rule for piece in pieces if piece.rule] == rules


def test_a_mask_that_is_masked_again_takes_all_that_was_under_it() -> None:
    # The second pattern matches what the first one leaves.
    rules = RedactionRules(custom=(CustomPattern("a", "ORD-[0-9]+"), CustomPattern("b", r"for \[a\]!")))
    pieces = Redactor(rules).pieces("cake for ORD-7! yes")
    assert [(piece.text, piece.rule) for piece in pieces] == [
        ("cake ", None),
        ("for ORD-7!", "b"),
        (" yes", None),
    ]
