import type { Question } from '@/api/measures';

/** Everything that the tiles and the charts of the overview show: one question, with series and the range before. */
export function mainQuestion(filter: string, compare: boolean): Question {
  return {
    measures: [
      'calls',
      'errors',
      'error_rate',
      'latency_p50_ms',
      'latency_p95_ms',
      'latency_p99_ms',
      'ttft_p50_ms',
      'ttft_p95_ms',
      'input_tokens',
      'uncached_input_tokens',
      'cached_input_tokens',
      'cache_write_tokens',
      'output_tokens',
      'reasoning_tokens',
      'total_tokens',
      'cost_usd',
      'input_cost_usd',
      'output_cost_usd',
      'prompt_cache_rate',
      'cache_hit_rate',
      'saved_usd',
      'unpriced_calls',
      'unpriced_rate',
      'users',
      'sessions',
    ],
    ...(filter === '' ? {} : { filter }),
    interval: 'auto',
    compare,
  };
}

/** The largest values of a dimension by cost, then the rest. */
export function breakdownQuestion(
  filter: string,
  compare: boolean,
  dimensions: readonly string[],
  more: Partial<Question> = {},
): Question {
  return {
    measures: ['calls', 'errors', 'error_rate', 'latency_p50_ms', 'latency_p95_ms', 'cost_usd', 'unpriced_calls'],
    dimensions,
    ...(filter === '' ? {} : { filter }),
    compare,
    limit: 10,
    other: true,
    order: { measure: 'cost_usd', descending: true },
    ...more,
  };
}
