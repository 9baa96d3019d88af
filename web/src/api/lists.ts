/** The lists of calls, traces and spans: page by page. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, take, type Schemas } from './client';
import { scopeKey, windowOf } from './measures';
import type { CallSummary, Scope, TraceSummary } from './queries';
import type { paths } from './schema.gen';

export type SpanSummary = Schemas['SpanItem'];
export type ListRow = CallSummary | TraceSummary | SpanSummary;
export type ListName = 'calls' | 'traces' | 'spans';
type CallOrder = NonNullable<NonNullable<paths['/api/v1/calls']['get']['parameters']['query']>['order']>;
type SpanOrder = NonNullable<NonNullable<paths['/api/v1/spans']['get']['parameters']['query']>['order']>;

/** What a list shows beside its scope. */
export interface ListParameters {
  filter: string;
  order: string;
  /** Of calls: the dropped duplicates instead. */
  dropped: boolean;
}

export interface ListPage<T> {
  items: T[];
  next_cursor: string | null;
}

export const LIST_PAGE = 200;
/** A live page asks a new question every few seconds; old answers need not stay. */
const SHORT_MS = 60_000;

function base(scope: Scope, { filter }: ListParameters) {
  return { project: scope.project, ...windowOf(scope), ...(filter === '' ? {} : { filter }) };
}

/** The parameters of an address, for exports as well. */
export function listSearch(list: ListName, scope: Scope, parameters: ListParameters): Record<string, string> {
  return {
    ...base(scope, parameters),
    ...(list === 'traces' ? {} : { order: parameters.order }),
    ...(list === 'calls' && parameters.dropped ? { counted: 'false' } : {}),
  };
}

async function onePage<T extends ListRow>(
  list: ListName,
  scope: Scope,
  parameters: ListParameters,
  limit: number,
  cursor: string | null,
  signal: AbortSignal,
): Promise<ListPage<T>> {
  const page = { limit, ...(cursor === null ? {} : { cursor }) };
  // The same addresses also answer as files, but only when they are asked to.
  const answer: unknown = await (list === 'calls'
    ? take<unknown>(
        api.GET('/api/v1/calls', {
          params: {
            query: {
              ...base(scope, parameters),
              ...page,
              order: parameters.order as CallOrder,
              ...(parameters.dropped ? { counted: false } : {}),
            },
          },
          signal,
        }),
      )
    : list === 'traces'
      ? take<unknown>(api.GET('/api/v1/traces', { params: { query: { ...base(scope, parameters), ...page } }, signal }))
      : take<unknown>(
          api.GET('/api/v1/spans', {
            params: { query: { ...base(scope, parameters), ...page, order: parameters.order as SpanOrder } },
            signal,
          }),
        ));
  return answer as ListPage<T>;
}

export function listQuery<T extends ListRow>(list: ListName, scope: Scope, parameters: ListParameters) {
  return infiniteQueryOptions({
    queryKey: [list, ...scopeKey(scope), parameters],
    queryFn: ({ signal, pageParam }) => onePage<T>(list, scope, parameters, LIST_PAGE, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    gcTime: SHORT_MS,
  });
}

/** Whether anything at all matches. */
export function anyQuery(list: ListName, scope: Scope, parameters: ListParameters) {
  return queryOptions({
    queryKey: ['any', list, ...scopeKey(scope), parameters],
    queryFn: async ({ signal }) => (await onePage(list, scope, parameters, 1, null, signal)).items.length > 0,
    gcTime: SHORT_MS,
  });
}

/** The beginning of a trace, in the order of its tree. */
export function traceStartQuery(project: string, traceId: string, limit: number) {
  return queryOptions({
    queryKey: ['trace-start', project, traceId, limit],
    queryFn: ({ signal }) =>
      take(
        api.GET('/api/v1/traces/{trace_id}', {
          params: { path: { trace_id: traceId }, query: { project, limit } },
          signal,
        }),
      ),
    staleTime: 15_000,
  });
}
