/** The documented views, for the reference beside the editor. Columns as the server promises them. */

export interface View {
  name: string;
  about: string;
  columns: readonly string[];
}

export const VIEWS: readonly View[] = [
  {
    name: 'calls',
    about: 'One row for each model invocation, duplicates left out',
    columns:
      'time end_time project trace_id span_id parent_span_id response_id service environment release operation provider request_model response_model endpoint function tags prompt_name prompt_version user_id session_id status error_type incomplete finish_reason streaming service_tier duration_ms ttft_ms thinking_ms itl_p95_ms stalls input_tokens cached_input_tokens cache_write_tokens output_tokens reasoning_tokens audio_input_tokens audio_output_tokens total_tokens tool_calls content_bytes cost_usd input_cost_usd output_cost_usd cost_state cost_source claimed_cost_usd cache_hit fallback fallback_from attempts prompt_hash convention attributes'.split(
        ' ',
      ),
  },
  { name: 'spans', about: 'Every span, calls or not', columns: [] },
  { name: 'messages', about: 'Prompts and answers; needs scope content', columns: [] },
  { name: 'logs', about: 'Log records', columns: [] },
  { name: 'metrics', about: 'Data points of OpenTelemetry metrics', columns: [] },
  { name: 'scores', about: 'Judgements of spans, traces and sessions', columns: [] },
  { name: 'alerts', about: 'What rules found', columns: [] },
];

export const EXAMPLES: readonly { title: string; sql: string }[] = [
  {
    title: 'Cost by model and day',
    sql: `SELECT toDate(time) AS day, request_model, count() AS calls, sum(cost_usd) AS cost
FROM calls
WHERE time > now() - INTERVAL 7 DAY
GROUP BY day, request_model
ORDER BY day DESC, cost DESC`,
  },
  {
    title: 'Slowest calls of the last day',
    sql: `SELECT time, request_model, endpoint, duration_ms, ttft_ms, output_tokens
FROM calls
WHERE time > now() - INTERVAL 1 DAY
ORDER BY duration_ms DESC
LIMIT 50`,
  },
  {
    title: 'Dearest users of the week',
    sql: `SELECT user_id, count() AS calls, sum(cost_usd) AS cost, sum(total_tokens) AS tokens
FROM calls
WHERE time > now() - INTERVAL 7 DAY AND user_id != ''
GROUP BY user_id
ORDER BY cost DESC
LIMIT 20`,
  },
  {
    title: 'Errors by type and model',
    sql: `SELECT error_type, request_model, count() AS calls, max(time) AS last
FROM calls
WHERE status = 'error'
GROUP BY error_type, request_model
ORDER BY calls DESC`,
  },
  {
    title: 'Share of input read from the cache',
    sql: `SELECT request_model,
       round(100 * sum(cached_input_tokens) / sum(input_tokens), 1) AS cached_percent,
       sum(input_tokens) AS input_tokens
FROM calls
WHERE input_tokens > 0
GROUP BY request_model
ORDER BY input_tokens DESC`,
  },
];
