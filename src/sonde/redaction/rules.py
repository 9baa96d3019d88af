"""What to mask in a project: which of the built-in kinds, and patterns of one's own."""

import re
from typing import Literal

from msgspec import Struct

from sonde.model.errors import BadInput
from sonde.redaction.engine import Pattern

CUSTOM_PATTERNS_MAX = 50
PATTERN_CHARACTERS_MAX = 1_000
PATTERN_PROGRAM_MAX = 20_000
"""Instructions of the compiled pattern: bounds what unfolded repetition can cost."""

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}\Z")


class CustomPattern(Struct, frozen=True):
    """A pattern of one's own, in RE2 syntax (no look-around, no back-references; matches in linear time)."""

    name: str
    """Lower-case word; what it matches becomes "[name]"."""
    pattern: str

    def compile(self) -> Pattern:
        """Raises BadInput, saying what is wrong with it."""
        if not _NAME.match(self.name):
            raise BadInput(
                f"{self.name[:40]!r} cannot name a redaction pattern",
                hint="use a lower-case word of up to 32 letters, digits, '-' and '_'",
            )
        if len(self.pattern) > PATTERN_CHARACTERS_MAX:
            raise BadInput(
                f"redaction pattern {self.name!r} is longer than {PATTERN_CHARACTERS_MAX} characters"
            )
        try:
            compiled = Pattern(self.pattern)
        except ValueError as error:
            raise BadInput(
                f"redaction pattern {self.name!r} is not valid: {error}",
                hint="RE2 syntax: no look-around and no back-references",
            ) from error
        if compiled.size > PATTERN_PROGRAM_MAX:
            raise BadInput(f"redaction pattern {self.name!r} is too large once its repetitions are unfolded")
        if compiled.found(b""):
            raise BadInput(f"redaction pattern {self.name!r} matches the empty text")
        return compiled


class RedactionRules(Struct, frozen=True):
    """The redaction settings of a project."""

    emails: bool = True
    phones: bool = True
    cards: bool = True
    """Payment card numbers: known prefixes and lengths with a right check digit."""
    ibans: bool = True
    """Bank account numbers with the right length for their country and right check digits."""
    secrets: bool = True
    """API keys of known vendors, bearer tokens, JWTs, private keys, passwords in URLs and assignments."""
    custom: tuple[CustomPattern, ...] = ()
    keep_content: bool = True
    """False drops prompts, answers, tool arguments and results altogether (the content off-switch)."""
    identifiers: Literal["pseudonym", "mask", "keep"] = "pseudonym"
    """User and session ids that hold personal data: replaced by a keyed hash (cost by user still works),
    masked, or kept as sent. Without ``pseudonym_key`` a pseudonym is a mask."""
    pseudonym_key: str = ""
    """Secret of the project: an e-mail address could be guessed from a hash without one."""

    @property
    def masks(self) -> bool:
        """Whether anything is to be masked."""
        return bool(self.emails or self.phones or self.cards or self.ibans or self.secrets or self.custom)
