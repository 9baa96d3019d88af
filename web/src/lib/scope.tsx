/** Which project and which part of time the pages show. The URL holds both; "now" moves on by refreshing. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { projectsQuery, statusQuery, type ProjectItem, type Scope } from '@/api/queries';
import { readPreference, writePreference } from './storage';
import { bounds, decodeRange, DEFAULT_RANGE, encodeRange, type TimeRange } from './time-range';

export const REFRESH_CHOICES_S = [0, 5, 10, 30, 60, 300] as const;

interface ScopeValue {
  scope: Scope;
  range: TimeRange;
  setRange: (range: TimeRange) => void;
  projects: readonly ProjectItem[];
  project: ProjectItem | null;
  setProject: (name: string) => void;
  refresh: () => void;
  refreshEveryS: number;
  setRefreshEveryS: (seconds: number) => void;
}

const ScopeContext = createContext<ScopeValue | null>(null);

export function useScope(): ScopeValue {
  const value = use(ScopeContext);
  if (value === null) throw new Error('useScope outside of ScopeProvider');
  return value;
}

const rootRoute = getRouteApi('__root__');

/** The project to start with: the last one used here, else the first with own traffic, else the demo. */
function pickProject(names: readonly ProjectItem[], busy: ReadonlySet<string>): string {
  const known = readPreference('project');
  if (known !== null && names.some((item) => item.name === known)) return known;
  const own = names.find((item) => !item.demo && busy.has(item.name));
  const demo = names.find((item) => item.demo);
  return (own ?? demo ?? names[0])?.name ?? 'default';
}

export function ScopeProvider({ children, fallback }: { children: ReactNode; fallback: ReactNode }) {
  const search = rootRoute.useSearch();
  const navigate = useNavigate();
  const projects = useQuery(projectsQuery);
  // Asked only to choose a project when neither the URL nor this browser says which.
  const undecided = search.project === undefined && readPreference('project') === null;
  const status = useQuery({ ...statusQuery(), enabled: undecided });

  const [now, setNow] = useState(() => Date.now());
  const [every, setEvery] = useState(() => Number(readPreference('refresh') ?? '10') || 0);

  const range = useMemo(() => decodeRange(search.range ?? '') ?? DEFAULT_RANGE, [search.range]);
  const refresh = useCallback(() => setNow(Date.now()), []);

  useEffect(() => {
    if (every === 0 || range.kind === 'absolute') return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') refresh();
    }, every * 1000);
    return () => {
      clearInterval(timer);
    };
  }, [every, range.kind, refresh]);

  const setRange = useCallback(
    (next: TimeRange) => {
      setNow(Date.now());
      void navigate({ to: '.', search: (old) => ({ ...old, range: encodeRange(next) }) });
    },
    [navigate],
  );
  const setProject = useCallback(
    (name: string) => {
      writePreference('project', name);
      void navigate({ to: '.', search: (old) => ({ ...old, project: name }) });
    },
    [navigate],
  );
  const setRefreshEveryS = useCallback((seconds: number) => {
    writePreference('refresh', String(seconds));
    setEvery(seconds);
  }, []);

  const items = projects.data?.items;
  const name =
    search.project ??
    (items && (!undecided || !status.isPending)
      ? pickProject(items, new Set(status.data?.services.map((item) => item.project)))
      : null);

  const value = useMemo<ScopeValue | null>(() => {
    if (name === null) return null;
    const known = items ?? [];
    return {
      scope: { project: name, range: encodeRange(range), now, ...bounds(range, now) },
      range,
      setRange,
      projects: known,
      project: known.find((item) => item.name === name) ?? null,
      setProject,
      refresh,
      refreshEveryS: every,
      setRefreshEveryS,
    };
  }, [name, items, range, now, every, setRange, setProject, refresh, setRefreshEveryS]);

  if (value === null) return <>{fallback}</>;
  return <ScopeContext value={value}>{children}</ScopeContext>;
}
