"""Langfuse SDK 3–5. Version 5 JSON-quotes every value, text included."""

from sonde.semconv.convert import json_text, keep, structure, words
from sonde.semconv.rule import Family, Table, holds, known, lookup, says

TYPES = {
    "generation": "chat",
    "embedding": "embeddings",
    "span": "other",
    "event": "other",
    "tool": "tool",
    "agent": "agent",
    "chain": "workflow",
    "retriever": "retrieval",
    "guardrail": "guardrail",
    "evaluator": "evaluator",
}

TABLE = Table(
    "langfuse",
    (
        says("langfuse.observation.type", "operation", 11, lookup(TYPES)),
        says("langfuse.observation.model.name", "model", 15, json_text),
        says("langfuse.observation.model", "model", 16, json_text),
        says("langfuse.observation.usage_details", "usage_object", 15, structure),
        says("langfuse.observation.cost_details", "cost_object", 20, structure),
        says("langfuse.observation.level", "level", 20, json_text),
        says("langfuse.observation.status_message", "status_message", 20, json_text),
        says("langfuse.observation.completion_start_time", "first_token_at", 20, json_text),
        says("langfuse.observation.prompt.name", "prompt_name", 15, json_text),
        says("langfuse.observation.prompt.version", "prompt_version", 15, json_text),
        says("langfuse.observation.metadata.ls_provider", "provider", 50, json_text),
        says("langfuse.observation.metadata.ls_model_name", "request_model", 50, json_text),
        says("langfuse.observation.metadata.finish_reason", "finish_reason", 50, json_text),
        says("langfuse.user.id", "user_id", 18, json_text),
        says("langfuse.session.id", "session_id", 18, json_text),
        says("langfuse.trace.tags", "tags", 15, words),
        says("langfuse.trace.name", "trace_name", 20, json_text),
        says("langfuse.environment", "environment", 15, json_text),
        says("langfuse.release", "release", 15, json_text),
        says("langfuse.trace.metadata.user_id", "user_id", 50, json_text),
        says("langfuse.trace.metadata.session_id", "session_id", 50, json_text),
        says("langfuse.observation.model.parameters", "parameters", 40, structure),
        holds("langfuse.observation.input", "input", 25),
        holds("langfuse.observation.output", "output", 25),
        holds("langfuse.trace.input", "input", 27),
        holds("langfuse.trace.output", "output", 27),
        *known("langfuse.version", "langfuse.internal.is_app_root", "langfuse.trace.public"),
    ),
    (
        Family("langfuse.observation.metadata.", convert=keep),
        Family("langfuse.trace.metadata.", convert=keep),
        Family("langfuse.", convert=keep),
    ),
)
