/** What was looked at lately in this browser, newest first: for the palette. */
import { readPreference, writePreference } from './storage';

export type RecentKind = 'trace' | 'session' | 'user' | 'model';

export interface Recent {
  kind: RecentKind;
  /** The id, or the name. */
  id: string;
  project: string | null;
  /** Of a model. */
  provider: string | null;
}

const KEPT = 12;
const LONGEST = 400;
const NAME = 'visited';

function isRecent(value: unknown): value is Recent {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, id, project, provider } = value as Record<string, unknown>;
  return (
    ['trace', 'session', 'user', 'model'].includes(String(kind)) &&
    typeof id === 'string' &&
    (provider === null || typeof provider === 'string') &&
    (project === null || typeof project === 'string')
  );
}

export function recentVisits(): Recent[] {
  try {
    const value: unknown = JSON.parse(readPreference(NAME) ?? '[]');
    return Array.isArray(value) ? value.filter(isRecent).slice(0, KEPT) : [];
  } catch {
    return [];
  }
}

/** What an address shows, when it is one of those that are remembered. */
export function visitOf(pathname: string, search: Readonly<Record<string, unknown>>): Recent | null {
  const text = (name: string) => {
    const value = search[name];
    return typeof value === 'string' && value !== '' && value.length <= LONGEST ? value : null;
  };
  const project = text('project');
  const trace = /^\/traces\/([0-9a-f]{32})\/?$/.exec(pathname)?.[1];
  if (trace !== undefined) return { kind: 'trace', id: trace, project, provider: null };
  const kind = /^\/(session|user|model)s\/view\/?$/.exec(pathname)?.[1];
  if (kind !== 'session' && kind !== 'user' && kind !== 'model') return null;
  const id = text(kind);
  if (id === null) return null;
  return { kind, id, project, provider: kind === 'model' ? text('provider') : null };
}

export function rememberVisit(visit: Recent): void {
  const others = recentVisits().filter(
    (item) => item.kind !== visit.kind || item.id !== visit.id || item.project !== visit.project || item.provider !== visit.provider,
  );
  writePreference(NAME, JSON.stringify([visit, ...others].slice(0, KEPT)));
}
