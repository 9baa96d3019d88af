/** The filters of calls and traces: the API's parameters, the URL's text and the words on the page are one list. */
import type { paths } from './schema.gen';

type CallQuery = NonNullable<paths['/api/v1/calls']['get']['parameters']['query']>;
type TraceQuery = NonNullable<paths['/api/v1/traces']['get']['parameters']['query']>;

type NotFilters = 'project' | 'from' | 'to' | 'cursor' | 'limit' | 'order' | 'format';
export type CallFilters = Omit<CallQuery, NotFilters>;
export type TraceFilters = Omit<TraceQuery, NotFilters>;
export type CallOrder = NonNullable<CallQuery['order']>;

export interface Dimension {
  name: DimensionName;
  label: string;
  /** What the facet list calls a call where it is not known. */
  unknown: string;
}

export const DIMENSION_NAMES = [
  'model',
  'provider',
  'status',
  'service',
  'environment',
  'operation',
  'endpoint',
  'user',
  'session',
  'prompt_name',
  'tag',
  'cost_state',
  'error_type',
  'finish_reason',
] as const satisfies readonly (keyof CallFilters)[];

export type DimensionName = (typeof DIMENSION_NAMES)[number];

const LABELS: Record<DimensionName, string> = {
  model: 'Model',
  provider: 'Provider',
  status: 'Status',
  service: 'Service',
  environment: 'Environment',
  operation: 'Operation',
  endpoint: 'Endpoint',
  user: 'User',
  session: 'Session',
  prompt_name: 'Prompt',
  tag: 'Tag',
  cost_state: 'Cost state',
  error_type: 'Error type',
  finish_reason: 'Finish reason',
};

export const DIMENSIONS: readonly Dimension[] = DIMENSION_NAMES.map((name) => ({
  name,
  label: LABELS[name],
  unknown: name === 'tag' ? 'no tag' : `no ${LABELS[name].toLowerCase()}`,
}));

export function dimensionLabel(name: string): string {
  return (LABELS as Readonly<Record<string, string>>)[name] ?? name;
}

export const NUMBER_NAMES = [
  'min_cost_usd',
  'max_cost_usd',
  'min_duration_ms',
  'max_duration_ms',
  'min_tokens',
  'max_tokens',
] as const satisfies readonly (keyof CallFilters)[];

export type NumberName = (typeof NUMBER_NAMES)[number];

/** What stands in the URL: lists as lists, numbers as text, so that what is typed is what is there. */
export type FilterSearch = Partial<Record<DimensionName, string[]>> &
  Partial<Record<NumberName, string>> & {
    q?: string;
    name?: string;
    trace_id?: string;
    /** The dropped duplicates instead of the calls. */
    dropped?: true;
  };

function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return undefined;
}

function asList(value: unknown): string[] | undefined {
  const items = (Array.isArray(value) ? value : [value]).map(asText).filter((item) => item !== undefined);
  return items.length > 0 ? [...new Set(items)] : undefined;
}

/** Reads the filters out of whatever an address holds; what makes no sense is left out. */
export function readFilters(search: Record<string, unknown>): FilterSearch {
  const filters: FilterSearch = {};
  for (const name of DIMENSION_NAMES) {
    const values = name in search ? asList(search[name]) : undefined;
    if (values) filters[name] = values;
  }
  for (const name of NUMBER_NAMES) {
    const value = asText(search[name])?.trim();
    if (value !== undefined && /^\d{1,9}(\.\d{1,9})?$/.test(value)) filters[name] = value;
  }
  const q = asText(search.q)?.slice(0, 200);
  if (q !== undefined && q.trim().length >= 2) filters.q = q;
  const name = asText(search.name)?.slice(0, 200);
  if (name) filters.name = name;
  const traceId = asText(search.trace_id)?.trim().toLowerCase();
  if (traceId !== undefined && /^[0-9a-f]{32}$/.test(traceId)) filters.trace_id = traceId;
  if (search.dropped === true || search.dropped === 'true') filters.dropped = true;
  return filters;
}

const STATUSES: readonly string[] = ['ok', 'error'];
const COST_STATES: readonly string[] = ['priced', 'unpriced', 'free'];

/** The API's parameters. */
export function toCallFilters(search: FilterSearch): CallFilters {
  const filters: CallFilters = {};
  for (const name of DIMENSION_NAMES) {
    const values = search[name];
    if (!values) continue;
    if (name === 'status') filters.status = values.filter((item): item is 'ok' | 'error' => STATUSES.includes(item));
    else if (name === 'cost_state')
      filters.cost_state = values.filter((item): item is 'priced' | 'unpriced' | 'free' => COST_STATES.includes(item));
    else filters[name] = values;
  }
  for (const name of NUMBER_NAMES) {
    const value = search[name];
    if (value === undefined) continue;
    if (name === 'min_cost_usd' || name === 'max_cost_usd') filters[name] = value;
    else if (name === 'min_tokens' || name === 'max_tokens') filters[name] = Math.round(Number(value));
    else filters[name] = Number(value);
  }
  if (search.q) filters.q = search.q;
  if (search.trace_id) filters.trace_id = search.trace_id;
  if (search.dropped) filters.counted = false;
  return filters;
}

export function toTraceFilters(search: FilterSearch): TraceFilters {
  return { ...toCallFilters(search), ...(search.name ? { name: search.name } : {}) };
}

export function countFilters(search: FilterSearch): number {
  return Object.values(search).reduce((sum, value) => sum + (Array.isArray(value) ? value.length : 1), 0);
}

/** The same filters with one value of a dimension added or, when it is there, taken away. */
export function toggleValue(search: FilterSearch, name: DimensionName, value: string): FilterSearch {
  const now = search[name] ?? [];
  const next = now.includes(value) ? now.filter((item) => item !== value) : [...now, value];
  const { [name]: _, ...rest } = search;
  return next.length > 0 ? { ...rest, [name]: next } : rest;
}
