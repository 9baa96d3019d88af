/** Weekdays by hours from groups of POST /query. */
import type { Group } from '@/api/measures';
import { numberOf, valueOf } from './answer';

/** As the API counts them: 1 is Monday. */
export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** `measure` by weekday (Monday first) and hour. What is not in the groups had no call. */
export function heatCells(groups: readonly Group[], measure: string): (number | null)[][] {
  const cells: (number | null)[][] = WEEKDAYS.map(() => Array.from({ length: 24 }, () => null));
  for (const group of groups) {
    const day = Number(valueOf(group, 'weekday'));
    const hour = Number(valueOf(group, 'hour'));
    const row = cells[day - 1];
    if (group.other || row === undefined || !(hour >= 0 && hour < 24)) continue;
    row[hour] = numberOf(group.totals, measure);
  }
  return cells;
}
