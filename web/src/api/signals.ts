/** Logs, processes and hosts, marks on charts, and what Sonde itself costs. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, take, type Schemas } from './client';
import { scopeKey, windowOf } from './measures';
import type { Facet } from './filters';
import type { Scope } from './queries';

export type LogItem = Schemas['LogItem'];
export type LogSummary = Schemas['LogSummary'];
export type Infrastructure = Schemas['Infrastructure'];
export type HostMeasure = Schemas['HostMeasureSeries'];
export type Correlation = Schemas['CorrelationItem'];
export type Annotation = Schemas['AnnotationItem'];
export type NewAnnotation = Schemas['NewAnnotation'];

const SHORT_MS = 60_000;
const LOG_PAGE = 200;

export function logsQuery(scope: Scope, filter: string) {
  return infiniteQueryOptions({
    queryKey: ['logs', ...scopeKey(scope), filter],
    queryFn: ({ signal, pageParam }) =>
      // The same address also answers as CSV and JSON lines, but only when it is asked to.
      take<Schemas['Page_LogItem_'] | string>(
        api.GET('/api/v1/logs', {
          params: {
            query: {
              project: scope.project,
              ...windowOf(scope),
              ...(filter === '' ? {} : { filter }),
              limit: LOG_PAGE,
              ...(pageParam === null ? {} : { cursor: pageParam }),
            },
          },
          signal,
        }),
      ).then((page) => page as Schemas['Page_LogItem_']),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    placeholderData: keepPreviousData,
    gcTime: SHORT_MS,
    retry: false,
  });
}

export function logSummaryQuery(scope: Scope, filter: string) {
  return queryOptions({
    queryKey: ['log-summary', ...scopeKey(scope), filter],
    queryFn: ({ signal }) =>
      take(
        api.GET('/api/v1/logs/summary', {
          params: {
            query: { project: scope.project, ...windowOf(scope), ...(filter === '' ? {} : { filter }), top: 50 },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    gcTime: SHORT_MS,
    retry: false,
  });
}

/** The facets in the form that the panel of the lists takes. */
export function facetsOf(summary: LogSummary): Facet[] {
  return summary.facets.map((facet) => ({
    dimension: facet.dimension,
    values: facet.values.map((item) => ({ value: item.value, count: item.logs })),
    other: facet.other,
  }));
}

export function infrastructureQuery(scope: Scope, service: string | undefined) {
  return queryOptions({
    queryKey: ['infrastructure', ...scopeKey(scope), service ?? null],
    queryFn: ({ signal }) =>
      take(
        api.GET('/api/v1/infrastructure', {
          params: {
            query: { project: scope.project, ...windowOf(scope), ...(service === undefined ? {} : { service }) },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    gcTime: SHORT_MS,
  });
}

export const ANNOTATIONS_KEY = 'annotations';

/** Marks change rarely: a live page asks again once a minute, not with every tick. */
export function annotationsQuery(scope: Scope) {
  const to = Math.ceil(scope.to / 60_000) * 60_000;
  return queryOptions({
    queryKey: [ANNOTATIONS_KEY, scope.project, scope.range, to],
    queryFn: ({ signal }) =>
      take(
        api.GET('/api/v1/annotations', {
          params: { query: { project: scope.project, ...windowOf({ from: scope.from, to }) } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: SHORT_MS,
    gcTime: SHORT_MS,
  });
}

export const selfCostQuery = queryOptions({
  queryKey: ['self-cost'],
  queryFn: ({ signal }) => take(api.GET('/api/v1/self-cost', { signal })),
  staleTime: 5_000,
});

export function ledgerQuery(scope: Scope) {
  return queryOptions({
    queryKey: ['ledger', ...scopeKey(scope)],
    queryFn: ({ signal }) =>
      take(api.GET('/api/v1/ledger', { params: { query: { project: scope.project, ...windowOf(scope) } }, signal })),
    placeholderData: keepPreviousData,
    gcTime: SHORT_MS,
  });
}
