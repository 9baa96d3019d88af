"""What was said, before any convention puts it into attributes."""

from dataclasses import dataclass, field

import orjson


def to_json(value: object) -> str:
    """Compact JSON text."""
    return orjson.dumps(value).decode()


@dataclass(frozen=True)
class ToolUse:
    """A tool the model asked for, and what it gave back."""

    id: str
    name: str
    arguments: dict[str, object]
    result: str


@dataclass(frozen=True)
class Turn:
    """One message: text, or a tool's use (role assistant) or result (role tool)."""

    role: str
    text: str = ""
    tool: ToolUse | None = None


@dataclass
class Dialogue:
    """Everything that went into a call and came out of it."""

    system: str
    turns: list[Turn]
    answer: str = ""
    asks_for: list[ToolUse] = field(default_factory=list[ToolUse])
    """Tools the answer asks for."""
    tools: tuple[str, ...] = ()
    """Names of the tools on offer."""


TOOL_DESCRIPTIONS: dict[str, str] = {
    "lookup_order": "Find an order or contract by its number",
    "book_visit": "Book a technician's visit",
    "check_stock": "Ask how many pieces of a part are in stock",
    "search_catalog": "Search rentable appliances",
    "read_file": "Read a file of the repository",
    "search_code": "Search the repository with a regular expression",
    "edit_file": "Replace a piece of a file",
    "run_tests": "Run the tests below a path",
    "delegate": "Give a task to a sub-agent",
}
