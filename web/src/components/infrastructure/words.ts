import type { Correlation, HostMeasure } from '@/api/signals';
import { formatBytes, formatCompact, formatDuration, formatPercent, UNKNOWN } from '@/lib/format';

type Known = number | null;

/** Values of a unit of UCUM as people read them. Shares of a core are per cent, as every process monitor has them. */
export function formatterOf(unit: string): (value: Known) => string {
  switch (unit) {
    case '1':
      return formatPercent;
    case 'By':
      return formatBytes;
    case 'By/s':
      return (value) => (value === null ? UNKNOWN : `${formatBytes(value)}/s`);
    case 's':
      return (value) => formatDuration(value === null ? null : value * 1000);
    default:
      return (value) => (value === null ? UNKNOWN : `${formatCompact(value)}${unit.endsWith('/s') ? '/s' : ''}`);
  }
}

export const CALL_MEASURES: Readonly<Record<Correlation['calls_measure'], string>> = {
  latency_p95_ms: 'latency (p95)',
  error_rate: 'the error rate',
  cost_usd: 'cost',
  calls: 'the number of calls',
};

/** "Network of the host, receive". */
export function nameOf(measures: readonly HostMeasure[], item: Correlation): string {
  const title = measures.find((measure) => measure.name === item.measure)?.title ?? item.measure;
  return item.line === '' ? title : `${title}, ${item.line}`;
}

const STRONG = 0.7;
const MODERATE = 0.4;

/** How strong, and which way. */
export function describeRho(rho: number): string {
  const size = Math.abs(rho);
  const strength = size >= STRONG ? 'strongly' : size >= MODERATE ? 'moderately' : 'weakly';
  return rho >= 0 ? `${strength}, rising together` : `${strength}, one falls as the other rises`;
}

export function peakOf(values: readonly Known[]): Known {
  let peak: Known = null;
  for (const value of values) if (value !== null && (peak === null || value > peak)) peak = value;
  return peak;
}
