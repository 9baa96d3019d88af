"""OpenLIT."""

from sonde.semconv.convert import boolean, integer, money, seconds
from sonde.semconv.rule import Family, Table, holds, known, says

TABLE = Table(
    "openlit",
    (
        says("gen_ai.client.token.usage", "total_tokens", 60, integer),
        says("gen_ai.usage.cost", "claimed_cost_usd", 40, money),
        # Sent for every call; only on a stream does it mean the first token (normalize decides).
        says("gen_ai.server.time_to_first_token", "ttft_if_streaming_ms", 40, seconds),
        says("gen_ai.request.user", "user_id", 42),
        says("gen_ai.request.is_stream", "streaming", 50, boolean),
        says("gen_ai.usage.prompt_tokens_details.audio_tokens", "audio_input_tokens", 50, integer),
        says("gen_ai.usage.completion_tokens_details.audio_tokens", "audio_output_tokens", 50, integer),
        says("gen_ai.usage.input_tokens_details.audio_tokens", "audio_input_tokens", 52, integer),
        says("gen_ai.usage.output_tokens_details.audio_tokens", "audio_output_tokens", 52, integer),
        says("gen_ai.usage.prompt_tokens_details.cached_tokens", "cached_input_tokens", 50, integer),
        says("gen_ai.usage.completion_tokens_details.reasoning_tokens", "reasoning_tokens", 50, integer),
        holds("gen_ai.tool.args", "tool_input", 50),
        holds("function.args", "input", 70),
        holds("function.kwargs", "", 70),
        holds("gen_ai.content.prompt", "input", 65),
        holds("gen_ai.content.completion", "output", 65),
        holds("gen_ai.content.reasoning", "", 65),
        *known("gen_ai.sdk.version", "gen_ai.server.time_per_output_token", "openlit.agent.version_hash"),
    ),
    (Family("openlit."), Family("guard.")),
)
