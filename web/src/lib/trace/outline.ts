/** The outline of a trace (columns) → spans in the order of the tree. */
import type { Schemas } from '@/api/client';
import type { SpanNode } from '@/api/queries';

export type TraceOutline = Schemas['TraceOutline'];

/** A span as far as the page draws it. */
export type TraceSpan = Pick<
  SpanNode,
  | 'span_id'
  | 'depth'
  | 'parent_missing'
  | 'name'
  | 'operation'
  | 'service'
  | 'kind'
  | 'scope_name'
  | 'status'
  | 'error_type'
  | 'status_message'
  | 'start_offset_ms'
  | 'duration_ms'
  | 'events'
  | 'call'
>;

/** Spans depth first, children by start time. */
export function spansOf(outline: TraceOutline): TraceSpan[] {
  const { columns, call_columns: calls } = outline;
  const of = (column: Schemas['Coded'], row: number) => column.values[column.codes[row] ?? -1] ?? null;
  const spans = columns.span_id.map(
    (spanId, row): TraceSpan => ({
      span_id: spanId,
      depth: columns.depth[row] ?? 0,
      parent_missing: false,
      name: of(columns.name, row) ?? '',
      operation: of(columns.operation, row) ?? 'other',
      service: of(columns.service, row) ?? '',
      kind: of(columns.kind, row) ?? '',
      scope_name: of(columns.scope_name, row) ?? '',
      status: (of(columns.status, row) ?? 'unset') as TraceSpan['status'],
      error_type: of(columns.error_type, row),
      status_message: of(columns.status_message, row) ?? '',
      start_offset_ms: columns.start_offset_ms[row] ?? 0,
      duration_ms: columns.duration_ms[row] ?? 0,
      events: columns.events[row] ?? 0,
      call: null,
    }),
  );
  for (const row of columns.parent_missing) {
    const span = spans[row];
    if (span) span.parent_missing = true;
  }
  calls.row.forEach((row, at) => {
    const span = spans[row];
    if (!span) return;
    const input = calls.input_tokens[at] ?? null;
    const output = calls.output_tokens[at] ?? null;
    span.call = {
      counted: calls.counted[at] ?? true,
      duplicate_of: calls.duplicate_of[at] ?? null,
      duplicate_reason: calls.duplicate_reason[at] ?? null,
      operation: calls.operation[at] ?? '',
      provider: calls.provider[at] ?? null,
      request_model: calls.request_model[at] ?? null,
      response_model: calls.response_model[at] ?? null,
      finish_reason: calls.finish_reason[at] ?? null,
      streaming: calls.streaming[at] ?? null,
      incomplete: calls.incomplete[at] ?? null,
      ttft_ms: calls.ttft_ms[at] ?? null,
      input_tokens: input,
      cached_input_tokens: calls.cached_input_tokens[at] ?? null,
      cache_write_tokens: calls.cache_write_tokens[at] ?? null,
      output_tokens: output,
      reasoning_tokens: calls.reasoning_tokens[at] ?? null,
      total_tokens: input === null && output === null ? null : (input ?? 0) + (output ?? 0),
      cost_usd: calls.cost_usd[at] ?? null,
      cost_state: calls.cost_state[at] ?? 'unpriced',
      cost_source: calls.cost_source[at] ?? 'none',
    };
  });
  return spans;
}

/** When the end user saw the first token: from the start of the trace, over all calls that say so. Null: none does. */
export function firstTokenMs(spans: readonly TraceSpan[]): number | null {
  let first: number | null = null;
  for (const span of spans) {
    const ttft = span.call?.ttft_ms ?? null;
    if (ttft !== null) first = Math.min(first ?? Infinity, span.start_offset_ms + ttft);
  }
  return first;
}
