"""What the fake upstream says: an answer, a tool call, and the tokens it claims for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sonde.model.facts import Usage

Finish = Literal["stop", "length", "tool_calls", "content_filter", "refusal"]
"""Why an answer ended. Each dialect says it with its own word."""

DEFAULT_TEXT = "Paris is the capital of France."
CHARS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of a tool that the model asks for. ``id`` is made when None (Gemini sends none)."""

    name: str
    arguments: Mapping[str, object]
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model says, the same for every dialect.

    ``usage`` has Sonde's meaning (input includes cached, output includes reasoning); each dialect turns it
    into its own. None: one token for four characters of what came in and what goes out. ``model`` is the name
    the upstream answers with; None: the one asked for. ``reasoning`` is visible thinking: a thinking block
    (Anthropic), a thought part (Gemini), a reasoning summary (Responses), ``reasoning_content`` (chat).
    """

    text: str = DEFAULT_TEXT
    tool_calls: tuple[ToolCall, ...] = ()
    reasoning: str = ""
    finish: Finish | None = None
    usage: Usage | None = None
    model: str | None = None

    @property
    def why(self) -> Finish:
        """The finish that was set, else ``tool_calls`` or ``stop``."""
        return self.finish or ("tool_calls" if self.tool_calls else "stop")


def text_in(value: object) -> str:
    """All strings of a decoded JSON value, in order: what a provider would count."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return " ".join(filter(None, map(text_in, value.values())))  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, list | tuple):
        return " ".join(filter(None, map(text_in, value)))  # pyright: ignore[reportUnknownArgumentType]
    return ""


def count(text: str) -> int:
    """Tokens of a text in this upstream's tokenizer: one for four characters, rounded up."""
    return -(-len(text) // CHARS_PER_TOKEN)


def usage_of(answer: Answer, prompt: str, choices: int = 1) -> Usage:
    """The usage that was set, else one counted from the texts."""
    if answer.usage is not None:
        return answer.usage
    said = [answer.text, *(text_in([call.name, dict(call.arguments)]) for call in answer.tool_calls)]
    reasoning = count(answer.reasoning)
    output = choices * sum(map(count, said)) + reasoning
    return Usage(input_tokens=count(prompt), output_tokens=output, reasoning_tokens=reasoning)


def pieces(text: str) -> list[str]:
    """A text as a model streams it: word by word, spaces kept; joined they are the text."""
    parts: list[str] = []
    for word in text.split(" "):
        parts.append(f" {word}" if parts else word)
    return parts if text else []


def halves(text: str) -> list[str]:
    """A text in two fragments, as tool arguments are streamed."""
    middle = len(text) // 2
    return [part for part in (text[:middle], text[middle:]) if part]
