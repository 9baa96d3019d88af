"""What can be set for one project at run time."""

from msgspec import Struct


class RetentionDays(Struct, frozen=True):
    """Days rows are kept, counted from event time."""

    content: int = 30
    spans: int = 90
    logs: int = 90
    metrics: int = 90
    calls: int = 400
    """Calls and their roll-ups."""


class RedactionPattern(Struct, frozen=True):
    """An own pattern in RE2 syntax."""

    name: str
    pattern: str


class ProjectSettings(Struct, frozen=True):
    """Kept as one JSON document, so that a new setting needs no migration."""

    capture_content: bool = True
    retention_days: RetentionDays = RetentionDays()
    masks: tuple[str, ...] = ()
    """Names of the built-in masks that are on."""
    patterns: tuple[RedactionPattern, ...] = ()
    pseudonym_key: str = ""
    """Secret of the project: turns personal data in user and session ids into names nobody can guess back."""
