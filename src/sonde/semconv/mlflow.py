"""MLflow tracing: every value is JSON text; request parameters come as bare keys."""

from sonde.semconv.convert import boolean, json_text, keep, structure
from sonde.semconv.rule import Family, Table, holds, known, lookup, says

TYPES = {
    "CHAT_MODEL": "chat",
    "LLM": "chat",
    "EMBEDDING": "embeddings",
    "TOOL": "tool",
    "AGENT": "agent",
    "CHAIN": "workflow",
    "WORKFLOW": "workflow",
    "TASK": "workflow",
    "RETRIEVER": "retrieval",
    "RERANKER": "rerank",
    "GUARDRAIL": "guardrail",
    "EVALUATOR": "evaluator",
    "MEMORY": "memory",
    "PARSER": "other",
    "UNKNOWN": "other",
}

TABLE = Table(
    "mlflow",
    (
        says("mlflow.spanType", "operation", 13, lookup(TYPES)),
        says("mlflow.llm.model", "model", 25, json_text),
        says("mlflow.llm.provider", "provider", 40, json_text),
        says("mlflow.message.format", "provider_hint", 40, json_text),
        says("mlflow.chat.tokenUsage", "usage_object", 25, structure),
        says("mlflow.llm.cost", "cost_object", 40, structure),
        says("mlflow.trace.user", "user_id", 30, json_text),
        says("mlflow.trace.session", "session_id", 30, json_text),
        # Bare request parameters: read only on MLflow's own spans (normalize checks the scope).
        says("model", "bare_model", 50, json_text),
        says("stream", "bare_stream", 50, boolean),
        says("user", "bare_user", 50, json_text),
        says("instructions", "bare_instructions", 50, keep),
        says("tools", "bare_tools", 50, keep),
        holds("mlflow.spanInputs", "input", 35),
        holds("mlflow.spanOutputs", "output", 35),
        holds("mlflow.chat.tools", "tools", 35),
        *known("mlflow.traceRequestId", "mlflow.spanLogLevel", "mlflow.spanFunctionName"),
    ),
    (Family("mlflow."),),
)

PARAMETERS = frozenset(
    {
        "temperature",
        "top_p",
        "max_tokens",
        "max_output_tokens",
        "seed",
        "frequency_penalty",
        "presence_penalty",
        "stop",
        "stream_options",
        "tool_choice",
        "reasoning",
        "dimensions",
        "invocation_params",
        "options",
        "batch_size",
    }
)
"""Other bare keys MLflow's OpenAI and LangChain integrations send; kept as attributes."""
