"""LangSmith's OpenTelemetry export.

Its operation names are wrong for retrievers and prompts; its kinds are right.
"""

from sonde.semconv.convert import boolean, json_text, structure, words
from sonde.semconv.rule import Family, Table, holds, known, lookup, says

KINDS = {
    "llm": "chat",
    "chain": "workflow",
    "tool": "tool",
    "retriever": "retrieval",
    "embedding": "embeddings",
    "prompt": "prompt",
    "parser": "other",
}

TABLE = Table(
    "langsmith",
    (
        says("langsmith.span.kind", "operation", 12, lookup(KINDS)),
        says("langsmith.metadata.ls_provider", "provider", 32),
        says("langsmith.metadata.ls_model_name", "request_model", 45),
        says("langsmith.metadata.user_id", "user_id", 30),
        says("langsmith.metadata.session_id", "session_id", 25),
        says("langsmith.metadata.conversation_id", "session_id", 26),
        says("langsmith.metadata.thread_id", "session_id", 46),
        says("langsmith.metadata.usage_metadata", "usage_object", 20, structure),
        says("gen_ai.usage.input_token_details", "input_details", 30, structure),
        says("gen_ai.usage.output_token_details", "output_details", 30, structure),
        says("langsmith.request.streaming", "streaming", 30, boolean),
        says("langsmith.span.tags", "tags", 30, words),
        says("langsmith.usage_metadata.total_cost", "claimed_cost_usd", 45, json_text),
        holds("gen_ai.prompt", "input", 40),
        holds("gen_ai.completion", "output", 40),
        *known("gen_ai.serialized.name", "gen_ai.serialized.signature", "langsmith.trace.session_name"),
    ),
    (Family("langsmith."),),
)
