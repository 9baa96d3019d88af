"""Finds personal data and secrets in text: RE2 proposes, Python verifies (neighbours, check digits, shape).

A detector is a pattern and a verifier. The verifier gets the text and a proposed span and answers with the
spans to mask: the whole, a part of it, or none. Bytes above 127 are parts of words in other scripts.
"""

from collections.abc import Callable

from sonde.redaction.checks import iban_length, is_card, is_iban
from sonde.redaction.engine import Pattern, Span

Verify = Callable[[bytes, int, int], list[Span]]
Detector = tuple[Pattern, Verify]

_ALPHANUMERIC = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") | frozenset(
    range(128, 256)
)
_DIGITS = frozenset(b"0123456789")
_UPPER = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LOWER = frozenset(b"abcdefghijklmnopqrstuvwxyz")


def _before(text: bytes, start: int) -> int:
    return text[start - 1] if start else 32


def _after(text: bytes, end: int) -> int:
    return text[end] if end < len(text) else 32


# E-mail addresses -------------------------------------------------------------------------------------------

_FILE_ENDINGS = frozenset(
    b"png jpg jpeg gif svg webp ico css js jsx ts tsx py rb go rs json yaml yml md html txt pdf csv".split()
)
"""What follows "@2x." in the name of an image."""
_NOT_PEOPLE = (b"git@", b"hg@", b"svn@")


def _email(text: bytes, start: int, end: int) -> list[Span]:
    if text[start:end].lower().startswith(_NOT_PEOPLE) or _after(text, end) == 0x40:
        return []
    if text[start:end].rpartition(b".")[2].lower() in _FILE_ENDINGS:
        return []
    while start < end and text[start] in b".-+%'_":
        start += 1
    return [(start, end)]


EMAIL = (
    Pattern(
        rb"[A-Za-z0-9._%+'\x80-\xff-]{1,64}(?:@|%40)[A-Za-z0-9\x80-\xff](?:[A-Za-z0-9\x80-\xff-]{0,62}\.){1,8}"
        rb"(?:[A-Za-z]{2,24}|xn--[A-Za-z0-9-]{2,59})\b"
    ),
    _email,
)

# Payment cards and bank accounts ----------------------------------------------------------------------------


_CARD_FORMS = {4: ([4, 4, 4, 4], [4, 6, 5], [4, 6, 4], [4, 4, 4, 4, 3]), 6: ([6, 13],)}
"""How card numbers are written in groups, by the size of the first."""


def _card(text: bytes, start: int, end: int) -> list[Span]:
    """Looks at a run of digits and single blanks or dashes: it may hold several cards and other numbers."""
    if _before(text, start) in _ALPHANUMERIC or _before(text, start) in b"._+#":
        return []
    if _after(text, end) in _ALPHANUMERIC or (
        _after(text, end) in b"._" and _after(text, end + 1) in _DIGITS
    ):
        return []
    groups: list[Span] = []
    at = start
    for position in range(start, end + 1):
        if position == end or text[position] in b" -":
            groups.append((at, position))
            at = position + 1
    sizes = [stop - first for first, stop in groups]
    found: list[Span] = []
    index = 0
    while index < len(groups):
        taken = _card_groups(text, groups, sizes, index)
        if taken:
            found.append((groups[index][0], groups[index + taken - 1][1]))
        index += taken or 1
    return found


def _card_groups(text: bytes, groups: list[Span], sizes: list[int], index: int) -> int:
    """How many groups from ``index`` on are one card; 0 for none."""
    first, last = groups[index]
    if 14 <= last - first <= 19:
        return int(is_card(text[first:last].decode("ascii")))
    for form in _CARD_FORMS.get(sizes[index], ()):
        if sizes[index : index + len(form)] != form:
            continue
        these = groups[index : index + len(form)]
        separators = {text[stop] for _, stop in these[:-1]}
        digits = b"".join(text[start:stop] for start, stop in these)
        if len(separators) == 1 and is_card(digits.decode("ascii")):
            return len(form)
    return 0


CARD = (Pattern(rb"[0-9]{4}(?:[ -]?[0-9]){9,}"), _card)


def _iban(text: bytes, start: int, end: int) -> list[Span]:
    if _before(text, start) in _ALPHANUMERIC:
        return []
    length = iban_length(text[start : start + 2].decode("latin-1"))
    if length is None:
        return []
    kept = bytearray()
    for at in range(start, end):
        if text[at] != 0x20:
            kept.append(text[at])
        if len(kept) == length:
            whole = _after(text, at + 1) not in _ALPHANUMERIC
            return [(start, at + 1)] if whole and is_iban(kept.decode("ascii")) else []
    return []


IBAN = (Pattern(rb"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}"), _iban)

# Phone numbers ----------------------------------------------------------------------------------------------


_PHONE_DIGITS_MAX = 15
"""E.164."""


def _phone(text: bytes, start: int, end: int) -> list[Span]:
    while sum(byte in _DIGITS for byte in text[start:end]) > _PHONE_DIGITS_MAX:
        # Another number may follow: take groups off the end.
        cut = max(text.rfind(separator, start, end) for separator in (b" ", b".", b"-"))
        if cut <= start:
            return []
        end = cut
    international = text[start] in b"+0"
    before = _before(text, start)
    if before in _ALPHANUMERIC or before in (b"+/_&%" if text[start] == 0x2B else b".+-/=_#:&%"):
        return []
    after = _after(text, end)
    if after in _ALPHANUMERIC or after in b"+/=_@" or (after in b".-:," and _after(text, end + 1) in _DIGITS):
        return []
    digits = bytes(byte for byte in text[start:end] if byte in _DIGITS)
    if not (8 if text[start] == 0x2B else 10) <= len(digits) or len(set(digits)) < 3:
        return []
    if not international and (digits[-10] in b"01" or digits[-7] in b"01"):
        return []  # no area or exchange code of North America begins so
    return [(start, end)]


PHONE_INTERNATIONAL = (
    Pattern(
        rb"(?:\+[1-9]|\b00[1-9][0-9]{0,2}[ -])[0-9]{0,3}[ .-]?(?:\([0-9]{1,4}\)[ .-]?)?"
        rb"(?:[0-9]{1,5}[ .-]?){1,5}[0-9]{2,}"
    ),
    _phone,
)
PHONE_NORTH_AMERICA = (
    Pattern(
        rb"(?:\b1[ .-])?(?:\([2-9][0-9]{2}\)[ ]?[2-9][0-9]{2}[.-][0-9]{4}"
        rb"|[2-9][0-9]{2}-[2-9][0-9]{2}-[0-9]{4}|[2-9][0-9]{2}\.[2-9][0-9]{2}\.[0-9]{4})"
    ),
    _phone,
)


def _spoken_phone(text: bytes, start: int, end: int) -> list[Span]:
    at = start
    while text[at] not in _DIGITS and text[at] not in b"+(":
        at += 1
    if _before(text, start) in _ALPHANUMERIC or _after(text, end) in _ALPHANUMERIC:
        return []
    digits = bytes(byte for byte in text[at:end] if byte in _DIGITS)
    if not 6 <= len(digits) <= _PHONE_DIGITS_MAX or len(set(digits)) < 3:
        return []
    return [(at, end)]


PHONE_SPOKEN = (
    Pattern(
        rb"(?i)(?:telephone|telefon|phone|mobile|mobil|handy|cell|fax|whatsapp|tel)"
        rb"(?:[ _-]?(?:number|no|nr|num))?[.:#= ]{1,4}(?:is |at )?[+(]?[0-9](?:[ ()./-]{0,2}[0-9]){5,14}"
    ),
    _spoken_phone,
)
"""A national number is only taken for one after a word that says so."""

# Secrets ----------------------------------------------------------------------------------------------------


def _mixed(secret: bytes) -> bool:
    """Letters and digits together, as in keys and unlike in words."""
    kinds = set(secret)
    return bool(kinds & _DIGITS) and bool(kinds & (_UPPER | _LOWER)) and len(kinds) >= 8


def _vendor_key(text: bytes, start: int, end: int) -> list[Span]:
    if _before(text, start) in _ALPHANUMERIC:
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
    return [] if _before(text, start) in _ALPHANUMERIC else [(start, end)]


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
    if _before(text, start) in _ALPHANUMERIC and _before(text, start) not in _LOWER:
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
        plausible = len(value) >= 6 and bool(set(value) & (_DIGITS | frozenset(b"!@#$%^&*+")))
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

DETECTORS: dict[str, tuple[Detector, ...]] = {
    "secret": (PRIVATE_KEY, JSON_WEB_TOKEN, VENDOR_KEY, AUTHORIZATION, URL_PASSWORD, ASSIGNMENT),
    "email": (EMAIL,),
    "iban": (IBAN,),
    "card": (CARD,),
    "phone": (PHONE_INTERNATIONAL, PHONE_NORTH_AMERICA, PHONE_SPOKEN),
}
"""Kind → detectors, in the order in which they are run: a key that holds digits is a key."""

HINTS: dict[str, bytes] = {
    "secret": (
        rb"-----BEGIN |eyJ|sk-|_live_|_test_|whsec_|A[KSBC][IC]A|gh[pousr]_|github_pat|glpat-|xox[abeoprs]-"
        rb"|xapp-|hooks\.slack|AIza|ya29\.|GOCSPX|hf_|gsk_|pplx-|r8_|xai-|nvapi-|fw_|tgp_v1|lsv2_|pylf_v|SG\.|npm_"
        rb"|pypi-Ag|dckr_pat|dop_v1|shp[acps][ats]_|lin_api|://[^\s/:@]{0,64}:[^\s/:@]{3}"
        rb"|(?i:bearer |basic [A-Za-z0-9]{8}|(?:password|passwd|passphrase|pwd|secret|key|token)[\"']?"
        rb" {0,3}[:=])"
    ),
    "email": rb"[A-Za-z0-9._%+'\x80-\xff-](?:@|%40)[A-Za-z0-9\x80-\xff]",
    "iban": rb"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11}",
    "card": rb"[1-9][0-9]{3}(?:[ -]?[0-9]){9}",
    "phone": (
        rb"\+[1-9][0-9 .()-]{6}|\b00[1-9][0-9]{0,2}[ -][0-9]|[2-9][0-9]{2}[).-][ ]?[2-9][0-9]{2}[.-][0-9]{4}"
        rb"|(?i:telefon|phone|mobile?|handy|cell|fax|whatsapp|tel)[ a-z_]{0,8}[.:#= ]{1,4}(?:is |at )?"
        rb"[+(]?[0-9]"
    ),
}
"""What must be there for a kind to be possible: the hints of all kinds are searched in one pass first."""
