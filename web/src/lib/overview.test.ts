import { describe, expect, it } from 'vitest';
import type { Overview } from '@/api/queries';
import { otherCost, overviewSeries } from './overview';

const ZERO = {
  calls: 0,
  errors: 0,
  error_rate: null,
  duration_ms: { p50: null, p95: null, p99: null },
  ttft_ms: { p50: null, p95: null },
  tokens: { input: 0, uncached_input: 0, cached_input: 0, cache_write: 0, output: 0, reasoning: 0, total: 0 },
  cost_usd: { total: null, input: null, output: null },
  unpriced_calls: 0,
  usage_missing_calls: 0,
  users: 0,
  sessions: 0,
};

function overview(times: readonly string[]): Overview {
  return {
    from: '2026-11-21T10:02:00Z',
    to: '2026-11-21T10:20:00Z',
    step_seconds: 300,
    source: 'rows',
    totals: ZERO,
    previous: ZERO,
    series: times.map((time) => ({ ...ZERO, time, calls: 7 })),
    models: [],
    services: [],
    endpoints: [],
  };
}

describe('overviewSeries', () => {
  it('has every step of the range, also where nothing happened', () => {
    const series = overviewSeries(overview(['2026-11-21T10:10:00Z']));
    expect(series.times.map((time) => new Date(time).toISOString().slice(11, 16))).toEqual([
      '10:00',
      '10:05',
      '10:10',
      '10:15',
    ]);
    expect(series.of((point) => point.calls)).toEqual([null, null, 7, null]);
  });
  it('takes a range without any point', () => {
    expect(overviewSeries(overview([])).of((point) => point.calls)).toEqual([null, null, null, null]);
  });
});

describe('otherCost', () => {
  it('is what neither input nor output explains', () => {
    expect(otherCost({ cost_usd: { total: '1.5', input: '1', output: '0.25' } })).toBeCloseTo(0.25);
    expect(otherCost({ cost_usd: { total: '1.25', input: '1', output: '0.25' } })).toBe(0);
    expect(otherCost({ cost_usd: { total: null, input: null, output: null } })).toBeNull();
  });
});
