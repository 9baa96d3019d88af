"""Logfire and pydantic-ai."""

from sonde.semconv.convert import integer, money, structure, text, words
from sonde.semconv.rule import Family, Table, holds, known, says

LOGFIRE = Table(
    "logfire",
    (
        says("logfire.span_type", "logfire_span_type", 20, text),
        says("logfire.tags", "tags", 60, words),
        says("operation.cost", "claimed_cost_usd", 35, money),
        says("gen_ai.usage.raw", "usage_object", 30, structure),
        says("logfire.feedback.name", "feedback_name", 20),
        says("logfire.feedback.comment", "feedback_comment", 20),
        # The client's request and answer as they are; only their content goes, parameters stay (normalize).
        holds("request_data", "request_body", 50),
        holds("response_data", "response_body", 50),
        *known("async", "duration", "code.filepath", "code.lineno", "code.namespace"),
    ),
    (Family("logfire."),),
)

PYDANTIC_AI = Table(
    "pydantic-ai",
    (
        # Repeated on the agent's span under names of their own, so that nobody adds them up.
        says("gen_ai.usage.details.cache_read_tokens", "cached_input_tokens", 42, integer),
        says("gen_ai.usage.details.cache_read_input_tokens", "cached_input_tokens", 44, integer),
        says("gen_ai.usage.details.cached_content_tokens", "cached_input_tokens", 46, integer),
        says("gen_ai.usage.details.cache_write_tokens", "cache_write_tokens", 42, integer),
        says("gen_ai.usage.details.cache_creation_input_tokens", "cache_write_tokens", 44, integer),
        says("gen_ai.usage.details.reasoning_tokens", "reasoning_tokens", 42, integer),
        says("gen_ai.usage.details.thoughts_tokens", "reasoning_tokens", 44, integer),
        says("gen_ai.usage.details.input_audio_tokens", "audio_input_tokens", 42, integer),
        says("gen_ai.usage.details.output_audio_tokens", "audio_output_tokens", 42, integer),
        says("gen_ai.usage.details.web_search_requests", "web_searches", 42, integer),
        holds("pydantic_ai.all_messages", "input", 45),
        holds("all_messages_events", "input", 48),
        # The 1.28 era's events as one list; read on these libraries' own spans only.
        says("events", "bare_events", 50, structure),
        holds("final_result", "output", 48),
        holds("tool_arguments", "tool_input", 45),
        holds("tool_response", "tool_output", 45),
        *known("agent_name", "model_name", "model_request_parameters"),
    ),
    (
        Family("gen_ai.usage.details."),
        Family("gen_ai.aggregated_usage."),
        Family("pydantic_ai."),
    ),
)
