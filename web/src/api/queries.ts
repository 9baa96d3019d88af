/** Every question the pages ask, as options of TanStack Query: one place for keys, so that nothing is asked twice. */
import { queryOptions, type QueryClient } from '@tanstack/react-query';
import type { Bounds } from '@/lib/time-range';
import { api, rememberCsrfToken, take, type Schemas } from './client';
import { ApiError } from './problem';

export type Session = Schemas['SessionAnswer'];
export type CallSummary = Schemas['CallSummary'];
export type CallDetail = Schemas['CallDetail'];
export type Facet = Schemas['Facet'];
export type TraceSummary = Schemas['TraceSummary'];
export type TraceDetail = Schemas['TraceDetail'];
export type SpanNode = Schemas['SpanNode'];
export type SpanDetail = Schemas['SpanDetail'];
export type ContentMessage = Schemas['Message'];
export type ProjectItem = Schemas['ProjectItem'];
export type Status = Schemas['StatusAnswer'];

/** What part of time a question is about: the text of the URL, the moment "now" stands for, and both ends. */
export interface Scope extends Bounds {
  project: string;
  range: string;
  now: number;
}

/** A live page asks a new question every few seconds; old answers need not stay. */
const SHORT_MS = 60_000;

function window_({ from, to }: Bounds): { from: string; to: string } {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

function key(scope: Scope): readonly unknown[] {
  return [scope.project, scope.range, scope.now];
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      const session = await take(api.GET('/api/v1/session', { signal }));
      rememberCsrfToken(session.csrf_token ?? null);
      return session;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 5 * 60_000,
});

/** Another session: nothing that the one before was told may stay. The session itself is watched, so it is replaced. */
export function forget(client: QueryClient, session: Session | null): void {
  client.setQueryData(sessionQuery.queryKey, session);
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] });
}

export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: ({ signal }) => take(api.GET('/api/v1/projects', { signal })),
  staleTime: 30_000,
});

export function statusQuery(project?: string) {
  return queryOptions({
    queryKey: ['status', project ?? null],
    queryFn: ({ signal }) =>
      take(api.GET('/api/v1/status', { params: { query: project === undefined ? {} : { project } }, signal })),
    staleTime: 10_000,
  });
}

export function callQuery(project: string, traceId: string, spanId: string) {
  return queryOptions({
    queryKey: ['call', project, traceId, spanId],
    queryFn: ({ signal }) =>
      take(
        api.GET('/api/v1/calls/{trace_id}/{span_id}', {
          params: { path: { trace_id: traceId, span_id: spanId }, query: { project } },
          signal,
        }),
      ),
    staleTime: 30_000,
  });
}

/** All spans of a trace in one answer. */
export function traceQuery(traceId: string, project: string | undefined) {
  return queryOptions({
    queryKey: ['trace', traceId, project ?? null],
    queryFn: ({ signal }) =>
      take(
        api.GET('/api/v1/traces/{trace_id}/outline', {
          params: { path: { trace_id: traceId }, query: project === undefined ? {} : { project } },
          signal,
        }),
      ),
    staleTime: 15_000,
  });
}

/** The beginnings of what some spans took in and gave out. */
export function previewsQuery(traceId: string, project: string, spanIds: readonly string[]) {
  return queryOptions({
    queryKey: ['previews', traceId, project, spanIds],
    queryFn: ({ signal }) =>
      take(
        api.GET('/api/v1/traces/{trace_id}/previews', {
          params: { path: { trace_id: traceId }, query: { project, span_id: [...spanIds] } },
          signal,
        }),
      ),
    staleTime: 60_000,
  });
}

/** Where in a trace a text is. */
export function traceSearchQuery(traceId: string, project: string, q: string) {
  return queryOptions({
    queryKey: ['trace-search', traceId, project, q],
    queryFn: ({ signal }) =>
      take(
        api.GET('/api/v1/traces/{trace_id}/search', {
          params: { path: { trace_id: traceId }, query: { project, q } },
          signal,
        }),
      ),
    enabled: q.length >= 2,
    gcTime: SHORT_MS,
  });
}

export function spanQuery(traceId: string, spanId: string, project: string | undefined) {
  return queryOptions({
    queryKey: ['span', traceId, spanId, project ?? null],
    queryFn: ({ signal }) =>
      take(
        api.GET('/api/v1/traces/{trace_id}/spans/{span_id}', {
          params: { path: { trace_id: traceId, span_id: spanId }, query: project === undefined ? {} : { project } },
          signal,
        }),
      ),
    staleTime: 60_000,
  });
}

/** The whole of a text that the details cut short. */
export async function wholeMessage(
  traceId: string,
  spanId: string,
  position: number,
  project?: string,
): Promise<string> {
  return take(
    api.GET('/api/v1/traces/{trace_id}/spans/{span_id}/messages/{position}', {
      params: {
        path: { trace_id: traceId, span_id: spanId, position },
        query: project === undefined ? {} : { project },
      },
      parseAs: 'text',
    }),
  );
}

export function keysQuery(project?: string) {
  return queryOptions({
    queryKey: ['keys', project ?? null],
    queryFn: ({ signal }) =>
      take(api.GET('/api/v1/keys', { params: { query: project === undefined ? {} : { project } }, signal })),
  });
}

export const storageQuery = queryOptions({
  queryKey: ['storage'],
  queryFn: ({ signal }) => take(api.GET('/api/v1/storage', { signal })),
  staleTime: 15_000,
});

export const integrityQuery = queryOptions({
  queryKey: ['integrity'],
  queryFn: ({ signal }) => take(api.GET('/api/v1/integrity', { signal })),
  staleTime: 60_000,
});

export function unknownKeysQuery(scope: Scope) {
  return queryOptions({
    queryKey: ['unknown-keys', ...key(scope)],
    queryFn: ({ signal }) =>
      take(
        api.GET('/api/v1/mapping/unknown-keys', {
          params: { query: { project: scope.project, ...window_(scope), limit: 200 } },
          signal,
        }),
      ),
    gcTime: SHORT_MS,
  });
}
