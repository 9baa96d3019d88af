"""Applies a project's rules to what the store writes."""

from typing import TypeVar

from msgspec import structs

from sonde.model.facts import SpanFacts
from sonde.model.rows import LogContent, LogRow, Message, Score, SpanRow
from sonde.redaction.masker import Masker

_FACT_TEXTS = ("name", "endpoint", "function", "error_message", "error_type", "prompt_name", "prompt_version")
_FACT_IDENTIFIERS = ("user_id", "session_id")

Row = TypeVar("Row", SpanRow, LogRow, LogContent, Score)
Content = TypeVar("Content", SpanRow, LogContent)


class Redactor(Masker):
    """Masks rows by one set of rules. Safe to share between threads."""

    def row(self, row: Row) -> Row:
        """The row with everything masked that the rules name, and without content when they say so.

        The same object when there is nothing to change. Trace, span and response ids stay as they are.
        """
        if isinstance(row, SpanRow):
            return self._span(row)
        if isinstance(row, LogRow):
            return self._log(row)
        if isinstance(row, LogContent):
            return self._content(row)
        return self._score(row)

    def facts(self, facts: SpanFacts) -> SpanFacts:
        """Facts with their free texts masked; ids of users and sessions as the rules say."""
        if not self.rules.masks or self.clean(_fact_texts(facts)):
            return facts
        changes: dict[str, object] = {}
        for field in _FACT_TEXTS:
            value: str | None = getattr(facts, field)
            if value:
                changes[field] = self.text(value)
        for field in _FACT_IDENTIFIERS:
            value = getattr(facts, field)
            if value:
                changes[field] = self.identifier(value)
        if facts.tags:
            changes["tags"] = tuple(self.text(tag) for tag in facts.tags)
        return structs.replace(facts, **changes)

    def _span(self, row: SpanRow) -> SpanRow:
        if not self.rules.keep_content:
            row = strip_content(row)
        if not self.rules.masks:
            return row
        texts = [row.name, row.status_message, row.trace_state, row.attributes_json, row.resource_json]
        texts += (row.events_json, row.links_json, *_fact_texts(row.facts), *_message_texts(row.messages))
        if self.clean(texts):
            return row
        return structs.replace(
            row,
            name=self.text(row.name),
            status_message=self.text(row.status_message),
            trace_state=self.text(row.trace_state),
            attributes_json=self.json_text(row.attributes_json),
            resource_json=self.json_text(row.resource_json),
            events_json=self.json_text(row.events_json),
            links_json=self.json_text(row.links_json),
            facts=self.facts(row.facts),
            messages=self._messages(row.messages),
        )

    def _log(self, row: LogRow) -> LogRow:
        if not self.rules.masks or self.clean([row.body, row.attributes_json, row.resource_json]):
            return row
        structured = row.body[:1] in ("{", "[", '"')
        return structs.replace(
            row,
            body=self.json_text(row.body) if structured else self.text(row.body),
            attributes_json=self.json_text(row.attributes_json),
            resource_json=self.json_text(row.resource_json),
        )

    def _content(self, row: LogContent) -> LogContent:
        if not self.rules.keep_content:
            return strip_content(row)
        if not self.rules.masks or self.clean(_message_texts(row.messages)):
            return row
        return structs.replace(row, messages=self._messages(row.messages))

    def _score(self, row: Score) -> Score:
        texts = [row.comment, row.label, row.session_id, row.author, row.attributes_json]
        if not self.rules.masks or self.clean(texts):
            return row
        return structs.replace(
            row,
            comment=self.text(row.comment),
            label=self.text(row.label),
            session_id=self.identifier(row.session_id),
            author=self.identifier(row.author),
            attributes_json=self.json_text(row.attributes_json),
        )

    def _messages(self, messages: list[Message]) -> list[Message]:
        return [
            structs.replace(
                message, text=self.text(message.text), parts_json=self.json_text(message.parts_json)
            )
            for message in messages
        ]


def strip_content(row: Content) -> Content:
    """A row without its content: the off-switch. Sizes and counts in the facts stay."""
    return structs.replace(row, messages=[]) if row.messages else row


def _fact_texts(facts: SpanFacts) -> list[str]:
    texts = [facts.name, facts.endpoint, facts.function, facts.error_message, facts.error_type]
    texts += (facts.prompt_name, facts.prompt_version, facts.user_id, facts.session_id, *facts.tags)
    return [text for text in texts if text]


def _message_texts(messages: list[Message]) -> list[str]:
    return [text for message in messages for text in (message.text, message.parts_json) if text]
