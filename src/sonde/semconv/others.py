"""Smaller conventions: LiteLLM, the Anthropic SDK itself, Spring AI, Google ADK, Claude Code, OpenRouter."""

from sonde.semconv.convert import integer, milliseconds, money, structure
from sonde.semconv.rule import Family, Table, holds, known, says

LITELLM = Table(
    "litellm",
    (
        says("gen_ai.cost.total_cost", "claimed_cost_usd", 30, money),
        says("metadata.usage_object", "usage_object", 40, structure),
        says("litellm.call_id", "litellm_call_id", 20),
        says("error.message", "error_message", 30),
        says("error.code", "error_code", 40),
        says("error.llm_provider", "provider", 70),
        says("metadata.user_api_key_end_user_id", "user_id", 55),
        says("metadata.user_api_key_user_id", "user_id", 58),
        holds("llm.openai.messages", "", 90),
        holds("llm.openai.choices", "", 90),
        holds("llm.anthropic.messages", "", 90),
        holds("llm.anthropic.content", "", 90),
        holds("llm.anthropic.system", "", 90),
        *known("error.stack_trace", "hidden_params", "litellm.model_group"),
    ),
    (
        Family("gen_ai.cost."),
        Family("litellm."),
        Family("llm.openai."),
        Family("llm.anthropic."),
        Family("metadata."),
    ),
)

ANTHROPIC_SDK = Table(
    "anthropic-sdk",
    (
        says("anthropic.message.stop_reason", "finish_reason", 50),
        says("anthropic.request.id", "request_id", 20),
        says("anthropic.response.service_tier", "service_tier", 30),
        says(
            "anthropic.usage.cache_creation.ephemeral_5m_input_tokens", "cache_write_5m_tokens", 20, integer
        ),
        says(
            "anthropic.usage.cache_creation.ephemeral_1h_input_tokens", "cache_write_1h_tokens", 20, integer
        ),
        says("anthropic.usage.server_tool_use.web_search_requests", "web_searches", 20, integer),
    ),
    (Family("anthropic."),),
)

SPRING_AI = Table(
    "spring-ai",
    (
        holds("gen_ai.prompt.content", "input", 70),
        holds("gen_ai.completion.content", "output", 70),
    ),
    (Family("spring.ai."),),
)

GOOGLE_ADK = Table(
    "google-adk",
    (
        holds("gcp.vertex.agent.llm_request", "input", 45),
        holds("gcp.vertex.agent.llm_response", "output", 45),
        holds("gcp.vertex.agent.tool_call_args", "tool_input", 45),
        holds("gcp.vertex.agent.tool_response", "tool_output", 45),
        holds("gcp.vertex.agent.data", "", 90),
        says("gcp.vertex.agent.session_id", "session_id", 38),
    ),
    (Family("gcp.vertex.agent."),),
)

CLAUDE_CODE = Table(
    "claude-code",
    (
        # Bare keys: read only on Claude Code's own spans.
        says("span.type", "claude_code_type", 20),
        says("input_tokens", "bare_input_tokens", 50, integer),
        says("output_tokens", "bare_output_tokens", 50, integer),
        says("cache_read_tokens", "bare_cache_read_tokens", 50, integer),
        says("cache_creation_tokens", "bare_cache_creation_tokens", 50, integer),
        says("ttft_ms", "bare_ttft_ms", 50, milliseconds),
        says("request_id", "bare_request_id", 50),
    ),
)

OPENROUTER = Table(
    "openrouter",
    (
        # OpenRouter's Broadcast sends what it charged; from anybody else the key is a claim.
        says("gen_ai.usage.total_cost", "total_cost", 50, money),
        *known("gen_ai.usage.input_cost", "gen_ai.usage.output_cost"),
    ),
    (Family("trace.metadata."),),
)
