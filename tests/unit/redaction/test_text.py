"""What is masked in plain text, and what only looks as if it should be."""

import random

import pytest
from msgspec import structs

from sonde.model.errors import BadInput
from sonde.redaction import CustomPattern, RedactionRules, Redactor
from sonde.redaction.checks import is_card, is_iban


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor(RedactionRules())


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("mail jane.doe+news@example.co.uk, please", "mail [email], please"),
        ("<müller@bücher.example>", "<[email]>"),
        ("日本語 taro@例え.jp 終", "日本語 [email] 終"),
        ("a@b.io,c@d.io", "[email],[email]"),
        ("mailto:bob%40example.com", "mailto:[email]"),
        ("call +49 30 1234567.", "call [phone]."),
        ("+14155550132", "[phone]"),
        ("+44 (0)20 7946 0958", "[phone]"),
        ("(415) 555-2671 or 415-555-2671 or 415.555.2671", "[phone] or [phone] or [phone]"),
        ("1-415-555-2671", "[phone]"),
        ("Tel.: 030 1234567", "Tel.: [phone]"),
        ("phone number is 0171/1234567", "phone number is [phone]"),
        ("card 4111 1111 1111 1111 ok", "card [card] ok"),
        ("4111111111111111", "[card]"),
        ("5500-0000-0000-0004/378282246310005", "[card]/[card]"),
        ("2024 4111 1111 1111 1111 12", "2024 [card] 12"),
        ("4111 1111 1111 1111 5500 0000 0000 0004", "[card] [card]"),
        ("DE89 3704 0044 0532 0130 00 and GB82WEST12345698765432", "[iban] and [iban]"),
        ("key sk-proj-abcDEF1234567890abcDEF12345!", "key [secret]!"),
        ("sk-ant-api03-AbC123_def-456GHI789jkl012", "[secret]"),
        ("AKIAIOSFODNN7EXAMPLE", "[secret]"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[secret]"),
        ("xoxb-123456789012-abcdefGHIJKL", "[secret]"),
        ("AIzaSyA1234567890abcdefghijklmnopqrstuv", "[secret]"),
        ("Authorization: Bearer abcdefghijklmnop1234", "Authorization: Bearer [secret]"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r", "[secret]"),
        ("postgres://bob:hunter22@db/x", "postgres://bob:[secret]@db/x"),
        ('password = "hunter2!"', 'password = "[secret]"'),
        ("api_key: AbCdEf0123456789xyz", "api_key: [secret]"),
        ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY1", "AWS_SECRET_ACCESS_KEY=[secret]"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- tail", "[secret] tail"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNza", "[secret]"),
    ],
)
def test_masked(redactor: Redactor, text: str, masked: str) -> None:
    assert redactor.text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "git@github.com:acme/repo.git",
        "icon@2x.png and sprite@3x.webp",
        "@decorator, user@localhost, a @ b . c",
        "1732182000000000000 1732182000123 1732182000",
        "2024-11-21 10:30:15.123456+01:00",
        "2024-11-21T10:30:15.123456789Z",
        "0020-01-01 and 0099-01-02",
        "prompt_tokens: 12345, completion_tokens: 678901, max_tokens: 4096",
        "4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7",
        "550e8400-e29b-41d4-a716-446655440000",
        "192.168.100.200:4318 10.0.0.1",
        "3.14159265358979 6.02214076e23 -1.6180339887",
        "DFARS 252.227-7013 and ISBN 978-3-16-148410-0",
        "order 4111111111111112, row 1234567890123456, id 4220315081820346526",
        "+1 point, +12 more, 5+12345678901",
        "1+1=2, 12:30+1000, base64 abc+49301234567+xyz",
        "the phone rang 3 times in 2024",
        "task-oriented-dialogue-systems, sk-learn, risk-adjusted-return-on-capital",
        "Bearer of good news; basic understanding required",
        "https://example.com:8080/path?x=1@2",
        "password: yes or no? The token count was 12345678901234567890.",
        "self.password = self._password_from(options)",
        "secret = os.environ['SECRET']",
        "commit 2f7a1c9e0b3d4f5a6c7b8d9e0f1a2b3c4d5e6f70",
        "DE00 1234 5678 9012 3456 78",
        "[email] [phone] [card] [iban] [secret]",
        "gpt-4o-2024-08-06, claude-sonnet-4-5-20250929, resp_68a1b2c3d4e5f60718293a4b",
        "chatcmpl-9XyZ1234567890abcdefghijkl msg_01XFDUDYJgAACzvnptvVoYEL toolu_01A09q90qw90lq917835lq9",
    ],
)
def test_left_alone(redactor: Redactor, text: str) -> None:
    assert redactor.text(text) == text


def test_each_kind_can_be_switched_off() -> None:
    text = "a@b.io +49 30 1234567 4111111111111111 GB82WEST12345698765432 AKIAIOSFODNN7EXAMPLE"
    kinds = {
        "emails": "[email]",
        "phones": "[phone]",
        "cards": "[card]",
        "ibans": "[iban]",
        "secrets": "[secret]",
    }
    for name, mask in kinds.items():
        masked = Redactor(structs.replace(RedactionRules(), **{name: False})).text(text)
        assert mask not in masked
        assert masked.count("[") == len(kinds) - 1
    off = structs.replace(RedactionRules(), **dict.fromkeys(kinds, False))
    assert not off.masks
    assert Redactor(off).text(text) == text


def test_counts_by_kind(redactor: Redactor) -> None:
    redactor = Redactor(RedactionRules(custom=(CustomPattern("badge", r"EMP-\d{5}"),)))
    redactor.text("a@b.io c@d.io EMP-12345 nothing")
    assert redactor.counts() == {"email": 2, "badge": 1}


def test_own_patterns() -> None:
    redactor = Redactor(
        RedactionRules(
            custom=(CustomPattern("badge", r"EMP-\d{5}"), CustomPattern("stadt", "(?i)köln|zürich"))
        )
    )
    assert redactor.text("EMP-12345 from KÖLN 🎉 zürich") == "[badge] from [stadt] 🎉 [stadt]"
    assert redactor.json_text('{"a":"k\\u00f6ln","b":"EMP-12345"}') == '{"a":"[stadt]","b":"[badge]"}'


@pytest.mark.parametrize(
    ("name", "pattern", "words"),
    [
        ("x", "(", "missing"),
        ("x", "(?=a)", "not valid"),
        ("x", r"(a)\1", "not valid"),
        ("x", "a*", "matches the empty text"),
        ("x", "((a{1,100}){1,100}){1,10}", "not valid"),
        ("x", "(x{30}y{30}){16}" * 30, "too large"),
        ("x", "a" * 1001, "longer than"),
        ("X Y", "a", "cannot name"),
        ("", "a", "cannot name"),
        ('"]', "a", "cannot name"),
        ("x", "\ud800", "not valid"),
    ],
)
def test_own_pattern_that_is_none(name: str, pattern: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        Redactor(RedactionRules(custom=(CustomPattern(name, pattern),)))


def test_too_many_own_patterns() -> None:
    with pytest.raises(BadInput, match="at most 50"):
        Redactor(RedactionRules(custom=tuple(CustomPattern(f"n{n}", "abc") for n in range(51))))


def test_lone_surrogates_survive(redactor: Redactor) -> None:
    assert redactor.text("\ud800 a@b.io \udfff") == "\ud800 [email] \udfff"


def test_check_digits() -> None:
    assert is_card("4111111111111111")
    assert is_card("378282246310005")
    assert not is_card("4111111111111112")
    assert not is_card("1111111111111117")
    assert is_iban("NL91ABNA0417164300")
    assert not is_iban("NL92ABNA0417164300")
    assert not is_iban("XX91ABNA0417164300")


def test_few_random_numbers_look_like_cards() -> None:
    """Of numbers of 16 digits one in fifty has a network's prefix and the check digit; of 13, 17, 18 none."""
    numbers = random.Random(7)
    shares = {
        size: sum(is_card(str(numbers.randrange(10 ** (size - 1), 10**size))) for _ in range(20_000)) / 20_000
        for size in (13, 16, 17, 18, 19)
    }
    assert shares[13] == shares[17] == shares[18] == 0
    assert shares[16] < 0.03
    assert shares[19] < 0.003


@pytest.mark.hostile
@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "@" * 1_000_000,
        "a@" * 500_000,
        "a@b." * 250_000,
        "1" * 1_000_000,
        "4111 " * 200_000,
        "1-" * 500_000,
        "+1 " * 300_000,
        "+49 30 1234567 " * 60_000,
        "(" * 1_000_000,
        "-----BEGIN PRIVATE KEY-----" * 37_000,
        "eyJ" * 330_000,
        "eyJhbGciOiJIUzI1NiJ9." * 48_000,
        "sk-" * 330_000,
        "password=" * 110_000,
        "DE89 " * 200_000,
        "://a:" * 200_000,
        "Bearer " * 140_000,
        "\\" * 1_000_000,
        "tel: " * 200_000,
        '["@a' + '\\"' * 330_000,
        '{"@a":' * 160_000,
    ],
    ids=lambda text: text[:12],
)
def test_a_megabyte_of_anything_is_linear(redactor: Redactor, text: str) -> None:
    import time

    start = time.process_time()
    redactor.text(text)
    redactor.json_text('"' + text.replace("\\", "\\\\") + '"')
    redactor.json_text(text)
    assert time.process_time() - start < 20
