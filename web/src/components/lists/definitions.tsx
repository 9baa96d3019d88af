/** The three lists. */
import {
  CALL_FACETS,
  CALL_RANGES,
  SHARED_FIELDS,
  SPAN_FACETS,
  SPAN_RANGES,
  TRACE_FACETS,
  TRACE_RANGES,
} from '@/api/filters';
import type { SpanSummary } from '@/api/lists';
import type { CallSummary, TraceSummary } from '@/api/queries';
import { written } from '@/lib/filter-terms';
import { callColumns } from './call-columns';
import type { ListDefinition } from './definition';
import { spanColumns } from './span-columns';
import { SpanPeek } from './span-peek';
import { traceColumns } from './trace-columns';
import { TracePeek } from './trace-peek';

export const CALLS: ListDefinition<CallSummary> = {
  list: 'calls',
  title: 'Calls',
  all: 'All calls',
  noun: 'calls',
  one: 'call',
  facets: CALL_FACETS,
  ranges: CALL_RANGES,
  charted: null,
  orders: ['time', 'cost', 'duration', 'tokens'],
  columns: callColumns,
  keyOf: (call) => `${call.trace_id}.${call.span_id}`,
  only: (calls) =>
    written(
      'span',
      calls.map((call) => call.span_id),
    ),
  hint: 'Try a wider time range, or another value.',
  Peek: SpanPeek,
};

export const TRACES: ListDefinition<TraceSummary> = {
  list: 'traces',
  title: 'Traces',
  all: 'All traces',
  noun: 'traces',
  one: 'trace',
  facets: TRACE_FACETS,
  ranges: TRACE_RANGES,
  charted: SHARED_FIELDS,
  orders: ['time'],
  columns: traceColumns,
  keyOf: (trace) => trace.trace_id,
  only: (traces) =>
    written(
      'trace',
      traces.map((trace) => trace.trace_id),
    ),
  hint: 'A trace is found when one of its calls matches; root_name: is the name of its root span.',
  Peek: TracePeek,
};

export const SPANS: ListDefinition<SpanSummary> = {
  list: 'spans',
  title: 'Spans',
  all: 'All spans',
  noun: 'spans',
  one: 'span',
  facets: SPAN_FACETS,
  ranges: SPAN_RANGES,
  charted: SHARED_FIELDS,
  orders: ['time', 'duration'],
  columns: spanColumns,
  keyOf: (span) => `${span.trace_id}.${span.span_id}`,
  only: (spans) =>
    written(
      'span',
      spans.map((span) => span.span_id),
    ),
  hint: 'Try a wider time range, or another value.',
  Peek: SpanPeek,
};
