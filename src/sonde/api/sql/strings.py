r"""String literals of ClickHouse: what they mean, and one canonical way to write them.

The meaning is worked out here, to the letter of ClickHouse's lexer, because the parser library treats some
escapes otherwise (``'50\%'`` keeps its backslash). What is written afterwards has no escape but the four
below, so that no text can end its literal early.
"""

SIMPLE_ESCAPES = {
    "a": b"\a",
    "b": b"\b",
    "e": b"\x1b",
    "f": b"\f",
    "n": b"\n",
    "r": b"\r",
    "t": b"\t",
    "v": b"\v",
    "0": b"\0",
    "N": b"",
}
LITERAL_AFTER_BACKSLASH = frozenset("\\'\"`/=")
"""After a backslash these mean themselves; before any other character the backslash stays."""

HEX_DIGITS = 2
SPACE = " "
DELETE = "\x7f"


def decode_literal(body: str) -> str:
    """The value of a literal from the text between its quotes. Bytes that are not UTF-8 become lone
    surrogates.
    """
    out = bytearray()
    position = 0
    while position < len(body):
        char = body[position]
        following = body[position + 1 : position + 2]
        if char == "'":
            # Inside a literal a quote can only be a doubled one.
            out += b"'"
            position += 2
        elif char != "\\" or not following:
            out += char.encode("utf-8", "surrogatepass")
            position += 1
        elif following == "x":
            digits = body[position + 2 : position + 2 + HEX_DIGITS]
            if len(digits) != HEX_DIGITS:
                raise ValueError("two hex digits")
            out.append(int(digits, 16))
            position += 2 + HEX_DIGITS
        else:
            if following in SIMPLE_ESCAPES:
                out += SIMPLE_ESCAPES[following]
            elif following in LITERAL_AFTER_BACKSLASH:
                out += following.encode()
            else:
                out += b"\\" + following.encode("utf-8", "surrogatepass")
            position += 2
    return out.decode("utf-8", "surrogateescape")


def encode_literal(value: str) -> str:
    r"""A literal with its quotes: quote and backslash escaped, control characters and stray bytes as
    ``\\xHH``.
    """
    out: list[str] = []
    for char in value:
        if char in "'\\":
            out.append("\\" + char)
        elif char < SPACE or char == DELETE:
            out.append(f"\\x{ord(char):02X}")
        elif "\udc80" <= char <= "\udcff":
            out.append(f"\\x{ord(char) - 0xDC00:02X}")
        else:
            out.append(char)
    return "'" + "".join(out) + "'"
