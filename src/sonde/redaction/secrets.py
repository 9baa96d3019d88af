"""Keys, tokens and passwords."""

from sonde.redaction.engine import Pattern, Span
from sonde.redaction.neighbours import ALPHANUMERIC, DIGITS, LOWER, UPPER, before


def _mixed(secret: bytes) -> bool:
    """Letters and digits together, as in keys and unlike in words."""
    kinds = set(secret)
    return bool(kinds & DIGITS) and bool(kinds & (UPPER | LOWER)) and len(kinds) >= 8


def _vendor_key(text: bytes, start: int, end: int) -> list[Span]:
    if before(text, start) in ALPHANUMERIC:
        return []
    return [(start, end)] if _mixed(text[start:end]) else []


_KEY_FORMS = (
    rb"sk-(?:ant|proj|svcacct|or|lf|admin|None)-[A-Za-z0-9_-]{16,300}",  # Anthropic, OpenAI …
    rb"sk-[A-Za-z0-9]{20,200}",
    rb"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,200}|whsec_[A-Za-z0-9+/=]{20,100}",  # Stripe
    rb"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}",  # AWS access key id
    rb"gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255}",
    rb"glpat-[A-Za-z0-9_-]{20,100}",
    rb"xox[abeoprs]-[A-Za-z0-9-]{10,250}|xapp-[0-9]-[A-Za-z0-9-]{10,250}",  # Slack
    rb"hooks\.slack\.com/services/[A-Za-z0-9/]{20,100}",
    rb"AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,300}|GOCSPX-[A-Za-z0-9_-]{20,60}",  # Google
    rb"hf_[A-Za-z0-9]{30,100}|gsk_[A-Za-z0-9]{40,100}|pplx-[A-Za-z0-9]{40,100}|r8_[A-Za-z0-9]{36,60}",
    rb"xai-[A-Za-z0-9]{60,100}|nvapi-[A-Za-z0-9_-]{40,100}|fw_[A-Za-z0-9]{22,60}|tgp_v1_[A-Za-z0-9_-]{30,60}",
    rb"lsv2_(?:pt|sk)_[a-f0-9_]{32,80}|pylf_v[0-9]_[a-z]{2}_[A-Za-z0-9]{30,80}",  # LangSmith, Logfire
    rb"SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64}",  # SendGrid
    rb"npm_[A-Za-z0-9]{36}|pypi-AgEI[A-Za-z0-9_-]{50,300}|dckr_pat_[A-Za-z0-9_-]{20,60}",
    rb"dop_v1_[a-f0-9]{64}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|lin_api_[A-Za-z0-9]{32,60}",
)


def _whole_token(text: bytes, start: int, end: int) -> list[Span]:
    return [] if before(text, start) in ALPHANUMERIC else [(start, end)]


VENDOR_KEY = (Pattern(b"|".join(_KEY_FORMS)), _vendor_key)
JSON_WEB_TOKEN = (Pattern(rb"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{8,}"), _whole_token)


def _after_scheme(text: bytes, start: int, end: int) -> list[Span]:
    secret = text.index(b" ", start) + 1
    while text[secret] == 0x20:
        secret += 1
    return [(secret, end)] if _mixed(text[secret:end]) or end - secret >= 32 else []


AUTHORIZATION = (
    Pattern(rb"(?i)\b(?:bearer|basic)[ ]{1,4}[A-Za-z0-9._~+/-]{16,}={0,2}"),
    _after_scheme,
)


def _url_password(text: bytes, start: int, end: int) -> list[Span]:
    return [(text.index(b":", start + 3) + 1, end - 1)]


URL_PASSWORD = (Pattern(rb"://[^\s/:@\"'<>\\]{0,64}:[^\s/:@\"'<>\\]{3,128}@"), _url_password)


def _assigned(text: bytes, start: int, end: int) -> list[Span]:
    if before(text, start) in ALPHANUMERIC and before(text, start) not in LOWER:
        return []
    at = start
    while text[at] not in b"=:":
        at += 1
    at += 1
    while at < end and text[at] in b" \"'":
        at += 1
    value = text[at:end]
    word = text[start : start + 4].lower()
    if word in (b"pass", b"pwd:", b"pwd=", b"pwd "):
        plausible = len(value) >= 6 and bool(set(value) & (DIGITS | frozenset(b"!@#$%^&*+")))
    else:
        plausible = len(value) >= 16 and _mixed(value)
    return [(at, end)] if plausible else []


ASSIGNMENT = (
    Pattern(
        rb"(?i)(?:password|passwd|passphrase|pwd|secret|api[_-]?key|apikey|access[_-]?key|auth[_-]?token"
        rb"|access[_-]?token|refresh[_-]?token|client[_-]?secret|secret[_-]?access[_-]?key)"
        rb"[\"']?[ ]{0,3}[:=][ ]{0,3}[\"']?[^\s\"'\\,;&<>(){}\[\]]{6,200}"
    ),
    _assigned,
)

_KEY_END = b"-----END "
_KEY_BYTES_MAX = 16_384
_KEY_WITHOUT_END_BYTES = 8_192


def _private_key(text: bytes, start: int, end: int) -> list[Span]:
    stop = text.find(_KEY_END, end, end + _KEY_BYTES_MAX)
    if stop < 0:
        return [(start, min(end + _KEY_WITHOUT_END_BYTES, len(text)))]
    close = text.find(b"-----", stop + len(_KEY_END), stop + 100)
    return [(start, close + 5 if close >= 0 else stop + len(_KEY_END))]


PRIVATE_KEY = (Pattern(rb"-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----"), _private_key)
