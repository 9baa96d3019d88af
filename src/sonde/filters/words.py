"""Finding text in content through the text index: words, or a phrase of words.

The index holds the words (runs of letters and digits, ASCII letters in lower case) of every message and log
body. Parts that have no index yet (fresh ones) are read whole by the same condition, so answers are complete.
"""

import re
import string
from dataclasses import dataclass

_WORD = re.compile(r"[0-9A-Za-z\u0080-\U0010ffff]+")
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
"""As the engine's lower(): ASCII only."""
WORDS_MAX = 32


@dataclass(frozen=True, slots=True)
class TextCondition:
    """A WHERE condition with its parameters."""

    sql: str
    params: dict[str, object]


def lower(text: str) -> str:
    """Lower case as the engine makes it."""
    return text.translate(_LOWER)


def contains(text: str, column: str = "text", prefix: str = "search") -> TextCondition:
    """Rows whose ``column`` has the phrase ``text``: its words as whole words, together and in this order,
    whatever the case of ASCII letters. Empty text matches everything.

    The index finds the rows that have all words, the text decides about the order. Text without any word
    (only signs) is searched without the index. ``prefix`` keeps parameters of several conditions apart.
    """
    needle = text.strip().translate(_LOWER)
    if not needle:
        return TextCondition("true", {})
    phrase = f"position(lower({column}), {{{prefix}_phrase:String}}) > 0"
    words = has_words(needle, column, prefix)
    if not words.params:
        return TextCondition(phrase, {f"{prefix}_phrase": needle})
    if words.params[f"{prefix}_words"] == [needle]:
        return words
    return TextCondition(f"({words.sql} AND {phrase})", words.params | {f"{prefix}_phrase": needle})


def has_words(text: str, column: str = "text", prefix: str = "search") -> TextCondition:
    """Rows whose ``column`` has every word of ``text``, in any order: answered by the index alone."""
    words = sorted(set(_WORD.findall(text.translate(_LOWER))[:WORDS_MAX]))
    if not words:
        return TextCondition("true", {})
    return TextCondition(
        f"hasAllTokens(lower({column}), {{{prefix}_words:Array(String)}})", {f"{prefix}_words": words}
    )
