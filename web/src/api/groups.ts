/** Sessions and users. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, take, type Schemas } from './client';
import { scopeKey, windowOf } from './measures';
import type { CallOrder } from './filters';
import type { Scope } from './queries';
import type { paths } from './schema.gen';

export type SessionSummary = Schemas['SessionSummary'];
export type SessionDetail = Schemas['SessionDetail'];
export type SessionTurn = Schemas['SessionTurn'];
export type TurnCall = Schemas['TurnCall'];
export type Preview = Schemas['Preview'];
export type UserSummary = Schemas['UserSummary'];

type SessionsParameters = NonNullable<paths['/api/v1/sessions']['get']['parameters']['query']>;
type CallsParameters = NonNullable<paths['/api/v1/calls']['get']['parameters']['query']>;
export type GroupOrder = NonNullable<SessionsParameters['order']>;
export const GROUP_ORDERS = [
  'time',
  'cost',
  'calls',
  'errors',
  'tokens',
  'traces',
] as const satisfies readonly GroupOrder[];

export function isGroupOrder(value: unknown): value is GroupOrder {
  return GROUP_ORDERS.some((order) => order === value);
}

const LIST_PAGE = 200;
const SHORT_MS = 60_000;

/** `filter` is left out when it is empty. */
function filtered(filter: string): { filter?: string } {
  return filter === '' ? {} : { filter };
}

function cursorOf(cursor: string | null): { cursor?: string } {
  return cursor === null ? {} : { cursor };
}

export function sessionsQuery(scope: Scope, filter: string, order: GroupOrder, limit = LIST_PAGE) {
  return infiniteQueryOptions({
    queryKey: ['sessions', ...scopeKey(scope), filter, order, limit],
    queryFn: ({ signal, pageParam }) =>
      take(
        api.GET('/api/v1/sessions', {
          params: {
            query: {
              project: scope.project,
              ...windowOf(scope),
              ...filtered(filter),
              order,
              limit,
              ...cursorOf(pageParam),
            },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    placeholderData: keepPreviousData,
    gcTime: SHORT_MS,
  });
}

export function usersQuery(scope: Scope, filter: string, order: GroupOrder) {
  return infiniteQueryOptions({
    queryKey: ['users', ...scopeKey(scope), filter, order],
    queryFn: ({ signal, pageParam }) =>
      take(
        api.GET('/api/v1/users', {
          params: {
            query: {
              project: scope.project,
              ...windowOf(scope),
              ...filtered(filter),
              order,
              limit: LIST_PAGE,
              ...cursorOf(pageParam),
            },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    placeholderData: keepPreviousData,
    gcTime: SHORT_MS,
  });
}

export function sessionQuery(project: string, sessionId: string) {
  return infiniteQueryOptions({
    queryKey: ['session-detail', project, sessionId],
    queryFn: ({ signal, pageParam }) =>
      take(
        api.GET('/api/v1/turns', {
          params: { query: { project, session: sessionId, ...cursorOf(pageParam) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    staleTime: 10_000,
  });
}

/** The first few calls of an order, for panels. */
export function someCallsQuery(scope: Scope, filter: string, order: CallOrder, limit: number) {
  return queryOptions({
    queryKey: ['some-calls', ...scopeKey(scope), filter, order, limit],
    queryFn: async ({ signal }) => {
      const query: CallsParameters = { project: scope.project, ...windowOf(scope), ...filtered(filter), order, limit };
      // The same address also answers as CSV and JSON lines, but only when it is asked to.
      const page = await take<unknown>(api.GET('/api/v1/calls', { params: { query }, signal }));
      return page as Schemas['Page_CallSummary_'];
    },
    placeholderData: keepPreviousData,
    gcTime: SHORT_MS,
  });
}
