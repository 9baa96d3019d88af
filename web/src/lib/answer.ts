/** Reading answers of POST /query. */
import type { Group, QueryAnswer, Value, Values } from '@/api/measures';
import {
  toMs,
  toNumber,
  formatCompact,
  formatDuration,
  formatDurationAxis,
  formatPercent,
  formatUsd,
  formatUsdAxis,
} from './format';

export const numberOf = (values: Values | null | undefined, measure: string): number | null =>
  toNumber(values?.[measure]);

/** One measure over the steps, as numbers. */
export function seriesOf(part: { series: QueryAnswer['series'] }, measure: string): (number | null)[] {
  return (part.series?.[measure] ?? []).map((value: Value) => toNumber(value));
}

export interface Frame {
  times: number[];
  stepMs: number;
  from: number;
  to: number;
}

/** Where the steps of an answer lie, for charts. */
export function frameOf(answer: QueryAnswer): Frame {
  const times = (answer.times ?? []).map((time) => toMs(time) ?? 0);
  return {
    times,
    stepMs: (answer.interval_seconds ?? 60) * 1000,
    from: Math.min(toMs(answer.from) ?? 0, times[0] ?? Number.MAX_SAFE_INTEGER),
    to: toMs(answer.to) ?? 0,
  };
}

/** The value of a dimension in a group; null is unknown. */
export function valueOf(group: Group, dimension: string): string | null {
  const value = group.values[dimension];
  if (value === null || value === undefined || value === '') return null;
  return typeof value === 'string' ? value : String(value);
}

/** What a row without a value is called. */
export function unknownName(title: string): string {
  return `no ${title.toLowerCase()}`;
}

export function stepName(stepMs: number): string {
  const units: [number, string][] = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1_000, 'second'],
  ];
  for (const [ms, name] of units) {
    if (stepMs % ms === 0) return stepMs === ms ? name : `${stepMs / ms} ${name}s`;
  }
  return `${stepMs} ms`;
}

type Format = (value: number | null | undefined) => string;

/** How a measure is written, told from its name, which ends in its unit. */
export function formatOf(measure: string): Format {
  if (measure.endsWith('_usd')) return formatUsd;
  if (measure.endsWith('_ms')) return formatDuration;
  if (measure.endsWith('_rate')) return formatPercent;
  return formatCompact;
}

export function axisFormatOf(measure: string): (value: number) => string {
  if (measure.endsWith('_usd')) return formatUsdAxis;
  if (measure.endsWith('_ms')) return formatDurationAxis;
  return formatOf(measure);
}

/** Sums can be stacked and added up over groups; rates, percentiles and averages cannot. */
export function isSum(measure: string): boolean {
  return (
    [
      'calls',
      'errors',
      'stalls',
      'cost_usd',
      'input_cost_usd',
      'output_cost_usd',
      'saved_usd',
      'unpriced_calls',
    ].includes(measure) ||
    /^(input|uncached_input|cached_input|cache_write|output|reasoning|total)_tokens$/.test(measure)
  );
}
