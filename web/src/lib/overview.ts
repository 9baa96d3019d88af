import type { Overview, OverviewPoint } from '@/api/queries';
import { toMs, toNumber } from './format';

export interface OverviewSeries {
  times: number[];
  stepMs: number;
  /** One measure over the steps. */
  of: (read: (point: OverviewPoint) => number | null) => (number | null)[];
}

/** The series of an overview by measure, with every step there even where nothing happened. */
export function overviewSeries(overview: Overview): OverviewSeries {
  const stepMs = overview.step_seconds * 1000;
  const byTime = new Map<number, OverviewPoint>();
  for (const point of overview.series) byTime.set(toMs(point.time) ?? 0, point);
  const starts = [...byTime.keys()].sort((a, b) => a - b);
  const from = Math.floor((toMs(overview.from) ?? 0) / stepMs) * stepMs;
  const first = starts[0] === undefined ? from : Math.min(starts[0], alignTo(from, starts[0], stepMs));
  const to = toMs(overview.to) ?? 0;
  const times: number[] = [];
  for (let time = first; time < to; time += stepMs) times.push(time);
  return {
    times,
    stepMs,
    of: (read) =>
      times.map((time) => {
        const point = byTime.get(time);
        return point === undefined ? null : read(point);
      }),
  };
}

/** The step at or before `from` on the grid that `anchor` is on (a day's step may start at another zone's midnight). */
function alignTo(from: number, anchor: number, stepMs: number): number {
  return anchor - Math.ceil((anchor - from) / stepMs) * stepMs;
}

export const zeroIfNone = (value: number | null): number => value ?? 0;

export const costOf = {
  total: (point: { cost_usd: Overview['totals']['cost_usd'] }) => toNumber(point.cost_usd.total),
  input: (point: { cost_usd: Overview['totals']['cost_usd'] }) => toNumber(point.cost_usd.input),
  output: (point: { cost_usd: Overview['totals']['cost_usd'] }) => toNumber(point.cost_usd.output),
};

/** The part of a cost that is neither input nor output: fees, and figures billed as one sum. */
export function otherCost(point: { cost_usd: Overview['totals']['cost_usd'] }): number | null {
  const total = costOf.total(point);
  if (total === null) return null;
  const rest = total - (costOf.input(point) ?? 0) - (costOf.output(point) ?? 0);
  return rest > 1e-9 ? rest : 0;
}
