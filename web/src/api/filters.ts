/** What lists can be narrowed by: fields, facets, completion. One text says it all (docs: the filter language). */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, take, type Schemas } from './client';
import { scopeKey, windowOf } from './measures';
import type { Scope } from './queries';
import type { paths } from './schema.gen';

/** What a filter text is about. */
export type FilterTarget = 'calls' | 'traces' | 'spans' | 'logs';
export type CallOrder = NonNullable<NonNullable<paths['/api/v1/calls']['get']['parameters']['query']>['order']>;
export type FilterFault = Schemas['FilterFault'];

/** A field with few enough values to offer them with counts. */
export interface FacetField {
  name: string;
  /** Unfolded until somebody folds it. */
  open?: boolean;
  /** All its values are known: there is nothing to search for. */
  choices?: boolean;
  /** These values, of which the server keeps no counts. */
  fixed?: readonly string[];
}

/** A number to set bounds for. */
export interface RangeField {
  name: string;
  label: string;
}

export const CALL_FACETS: readonly FacetField[] = [
  { name: 'model', open: true },
  { name: 'provider' },
  { name: 'status', open: true, choices: true },
  { name: 'error_type', open: true },
  { name: 'service', open: true },
  { name: 'environment', open: true },
  { name: 'endpoint' },
  { name: 'user' },
  { name: 'session' },
  { name: 'operation', choices: true },
  { name: 'cost_state', open: true, choices: true },
  { name: 'finish_reason' },
  { name: 'prompt_name' },
  { name: 'tag' },
  { name: 'release' },
];

export const TRACE_FACETS: readonly FacetField[] = [
  { name: 'status', open: true, choices: true, fixed: ['ok', 'error'] },
  { name: 'model', open: true },
  { name: 'provider' },
  { name: 'service', open: true },
  { name: 'environment', open: true },
  { name: 'error_type', open: true },
  { name: 'endpoint' },
  { name: 'user' },
  { name: 'session' },
  { name: 'tag' },
];

export const SPAN_FACETS: readonly FacetField[] = [
  { name: 'operation', open: true },
  { name: 'status', open: true, choices: true },
  { name: 'name', open: true },
  { name: 'kind', choices: true },
  { name: 'service', open: true },
  { name: 'environment' },
  { name: 'error_type' },
  { name: 'model' },
  { name: 'provider' },
  { name: 'user' },
  { name: 'session' },
  { name: 'convention' },
];

export const CALL_RANGES: readonly RangeField[] = [
  { name: 'cost_usd', label: 'Cost, USD' },
  { name: 'duration_ms', label: 'Latency, ms' },
  { name: 'total_tokens', label: 'Tokens' },
];
export const TRACE_RANGES: readonly RangeField[] = [
  { name: 'cost_usd', label: 'Cost of the trace, USD' },
  { name: 'duration_ms', label: 'Duration of the trace, ms' },
  { name: 'calls', label: 'Calls in the trace' },
];
export const SPAN_RANGES: readonly RangeField[] = [{ name: 'duration_ms', label: 'Duration, ms' }];

/** Fields that mean the same of a call as of its trace and its spans: measures of calls can be filtered by them. */
export const SHARED_FIELDS: ReadonlySet<string> = new Set([
  'model',
  'request_model',
  'response_model',
  'provider',
  'user',
  'session',
  'service',
  'environment',
  'release',
  'trace',
]);

const LABELS: Readonly<Record<string, string>> = {
  cost_state: 'Cost state',
  error_type: 'Error type',
  finish_reason: 'Finish reason',
  prompt_name: 'Prompt',
};

export function facetLabel(name: string): string {
  return LABELS[name] ?? name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');
}

export function unknownLabel(name: string): string {
  return `no ${facetLabel(name).toLowerCase()}`;
}

const SHORT_MS = 60_000;
/** Values offered of a field; more are found by searching. */
const FACET_VALUES = 50;

export interface FacetValue {
  value: string | null;
  /** Null: not counted. */
  count: number | null;
}

export interface Facet {
  dimension: string;
  values: readonly FacetValue[];
  /** Rows whose value is not among these. */
  other: number;
}

export interface Facets {
  total: number;
  facets: readonly Facet[];
}

function ofCalls(answer: Schemas['Facets']): Facets {
  return {
    total: answer.calls,
    facets: answer.facets.map(({ dimension, values, other }) => ({
      dimension,
      other,
      values: values.map(({ value, calls }) => ({ value, count: calls })),
    })),
  };
}

interface FacetQuestion {
  target: 'calls' | 'traces' | 'spans';
  fields: readonly FacetField[];
  filter: string;
  /** Of calls: the dropped duplicates instead. */
  dropped: boolean;
}

export function facetsQuery(scope: Scope, { target, fields, filter, dropped }: FacetQuestion) {
  const base = {
    project: scope.project,
    ...windowOf(scope),
    ...(filter === '' ? {} : { filter }),
    dimension: fields.filter((field) => field.fixed === undefined).map((field) => field.name),
    top: FACET_VALUES,
  };
  return queryOptions({
    queryKey: ['facets', target, ...scopeKey(scope), filter, dropped],
    queryFn: async ({ signal }): Promise<Facets> => {
      if (target === 'calls') {
        const query = { ...base, ...(dropped ? { counted: false } : {}) };
        return ofCalls(await take(api.GET('/api/v1/calls/facets', { params: { query }, signal })));
      }
      const path = target === 'traces' ? '/api/v1/traces/facets' : '/api/v1/spans/facets';
      return take(api.GET(path, { params: { query: base }, signal }));
    },
    placeholderData: keepPreviousData,
    gcTime: SHORT_MS,
    retry: false,
  });
}

/** Whether a filter can be understood, what it means in words, or what is wrong and where. */
export function checkQuery(target: FilterTarget, filter: string) {
  return queryOptions({
    queryKey: ['check', target, filter],
    queryFn: ({ signal }) => take(api.POST('/api/v1/filters/check', { body: { filter, target }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: SHORT_MS,
    retry: false,
  });
}

/** What could be written at a place of a text; the place is in characters. */
export function completionQuery(scope: Scope, target: FilterTarget, text: string, cursor: number) {
  return queryOptions({
    // Not of the moment: values offered a minute ago are as good.
    queryKey: ['complete', scope.project, scope.range, target, text, cursor],
    queryFn: ({ signal }) =>
      take(
        api.GET('/api/v1/filters/complete', {
          params: { query: { project: scope.project, ...windowOf(scope), target, text, cursor } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: SHORT_MS,
    gcTime: SHORT_MS,
    retry: false,
  });
}
