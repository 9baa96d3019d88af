"""A stream comes out as the whole text would, however it is cut."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonde.resilience.guardrails import Check, GuardrailBlocked, Guardrails, pii, regex, secrets

PIECES = [
    "an ordinary sentence with some words in it. ",
    "word ",
    "日本語のテキスト",
    "\n\n",
    "x" * 300 + " ",
    "ann@example.com",
    "first.last+tag@mail.example.org ",
    "+49 30 1234567 ",
    "4111 1111 1111 1111",
    "DE89 3704 0044 0532 0130 00 ",
    "sk-proj-abcdefghijklmnopqrstuvwx1234567890",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789 ",
    "password = hunter2!x ",
    "Authorization: Bearer abcdef0123456789abcdef0123456789 ",
    "https://bob:hunter22@db.example/x ",
    "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkq\n" * 60 + "-----END PRIVATE KEY-----\n",
    "é",
    "@",
    "sk-",
    "4111 ",
]


def cut(text: str, sizes: list[int]) -> Iterator[str]:
    at = 0
    for size in sizes * (len(text) // sum(sizes) + 1):
        if at >= len(text):
            return
        yield text[at : at + size]
        at += size


CHECKS: dict[str, Check] = {
    "pii": pii(),
    "secrets": secrets(action="redact"),
    "regex": regex("word word|ordinary", kind="own", reach=10),
}


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
@given(
    pieces=st.lists(st.sampled_from(PIECES), max_size=25),
    sizes=st.lists(st.integers(1, 200), min_size=1, max_size=6),
)
def test_a_stream_comes_out_as_the_whole_text_would(
    check: Check, pieces: list[str], sizes: list[int]
) -> None:
    text = "".join(pieces)
    guarded = Guardrails(outputs=[check])
    whole = guarded(lambda prompt: prompt)(text)
    assert "".join(guarded(lambda prompt: cut(prompt, sizes))(text)) == whole


@given(
    before=st.lists(st.sampled_from(PIECES[:5]), max_size=12),
    after=st.lists(st.sampled_from(PIECES[:5]), max_size=12),
    sizes=st.lists(st.integers(1, 200), min_size=1, max_size=6),
)
def test_nothing_of_what_is_blocked_is_seen(before: list[str], after: list[str], sizes: list[int]) -> None:
    key = "sk-proj-abcdefghijklmnopqrstuvwx1234567890"
    text = f"{''.join(before)} {key} {''.join(after)}"
    seen: list[str] = []
    guarded = Guardrails(outputs=[secrets()])(lambda prompt: cut(prompt, sizes))
    with pytest.raises(GuardrailBlocked):
        seen.extend(guarded(text))
    assert "sk-" not in "".join(seen)
