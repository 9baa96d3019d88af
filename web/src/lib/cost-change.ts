/** Why a cost changed: how much came from more calls, and how much from dearer ones. */
import type { Group } from '@/api/measures';
import { numberOf } from './answer';

export interface CostChange {
  group: Group;
  cost: number;
  before: number;
  /** cost − before. */
  delta: number;
  /** The part of delta that more (or fewer) calls explain at the old cost of a call. */
  volume: number | null;
  /** The rest: what a call costs now against before. Null where one of the two ranges has no calls. */
  perCall: number | null;
}

export function costChange(group: Group): CostChange {
  const cost = numberOf(group.totals, 'cost_usd') ?? 0;
  const before = numberOf(group.previous, 'cost_usd') ?? 0;
  const calls = numberOf(group.totals, 'calls') ?? 0;
  const callsBefore = numberOf(group.previous, 'calls') ?? 0;
  const delta = cost - before;
  if (calls === 0 || callsBefore === 0) return { group, cost, before, delta, volume: null, perCall: null };
  const volume = (calls - callsBefore) * (before / callsBefore);
  return { group, cost, before, delta, volume, perCall: delta - volume };
}

/** Groups whose cost moved, the largest movement first. */
export function costChanges(groups: readonly Group[]): CostChange[] {
  return groups
    .map(costChange)
    .filter((change) => Math.abs(change.delta) > 1e-9)
    .sort((a, b) => Math.abs(b.delta) - Math.abs(a.delta));
}

/** A change in one phrase: which of the two parts it is. */
export function whyChanged({ delta, before, cost, volume, perCall }: CostChange): string {
  if (before === 0) return 'new in this range';
  if (cost === 0) return 'gone in this range';
  if (volume === null || perCall === null) return '';
  const parts = [
    { part: volume, words: volume > 0 ? 'more calls' : 'fewer calls' },
    { part: perCall, words: perCall > 0 ? 'each costs more' : 'each costs less' },
  ];
  return parts
    .filter(({ part }) => Math.abs(part) > Math.abs(delta) / 4)
    .sort((a, b) => Math.abs(b.part) - Math.abs(a.part))
    .map(({ words }) => words)
    .join(', ');
}
