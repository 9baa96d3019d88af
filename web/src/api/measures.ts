/** Questions to the catalogue of measures: one address for every figure, series and breakdown of the pages. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Bounds } from '@/lib/time-range';
import { timeZone } from '@/lib/zone';
import { api, take, type Schemas } from './client';
import type { Scope } from './queries';

export type QueryAnswer = Schemas['QueryAnswer'];
export type Group = Schemas['QueryGroup'];
/** By measure: numbers, or decimal text for money; null is unknown. */
export type Values = Group['totals'];
export type Value = Values[string];

export interface Question {
  measures: readonly string[];
  dimensions?: readonly string[];
  filter?: string;
  /** With "auto" or seconds there are series. */
  interval?: 'auto' | number;
  compare?: boolean;
  limit?: number;
  other?: boolean;
  order?: { measure: string; descending: boolean };
}

export function windowOf({ from, to }: Bounds): { from: string; to: string } {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

export function scopeKey(scope: Scope): readonly unknown[] {
  return [scope.project, scope.range, scope.now];
}

/** A live page asks a new question every few seconds; old answers need not stay. */
const SHORT_MS = 60_000;

export function measuresQuery(scope: Scope, question: Question) {
  return queryOptions({
    queryKey: ['query', ...scopeKey(scope), question, timeZone()],
    queryFn: async ({ signal }) => {
      const body: Schemas['QueryRequest'] = {
        project: scope.project,
        ...windowOf(scope),
        time_zone: timeZone(),
        measures: [...question.measures],
        dimensions: [...(question.dimensions ?? [])],
        filter: question.filter ?? '',
        interval: question.interval ?? null,
        compare: question.compare ?? false,
        limit: question.limit ?? 10,
        other: question.other ?? true,
        order: question.order ?? null,
      };
      // The same address also answers as files, but only when it is asked to.
      return (await take<unknown>(api.POST('/api/v1/query', { body, signal }))) as QueryAnswer;
    },
    placeholderData: keepPreviousData,
    gcTime: SHORT_MS,
  });
}

export const catalogueQuery = queryOptions({
  queryKey: ['measures'],
  queryFn: ({ signal }) => take(api.GET('/api/v1/measures', { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});
