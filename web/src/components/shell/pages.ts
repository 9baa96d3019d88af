import { Activity, Database, ListTree, Plug, Settings, Waypoints, type LucideIcon } from 'lucide-react';

export interface PageEntry {
  to: '/' | '/calls' | '/traces' | '/sql' | '/setup' | '/settings';
  label: string;
  icon: LucideIcon;
  /** Second key after "g". */
  key: string;
  about: string;
}

export const PAGES: readonly PageEntry[] = [
  { to: '/', label: 'Overview', icon: Activity, key: 'o', about: 'Calls, errors, latency, tokens and cost' },
  { to: '/calls', label: 'Calls', icon: Waypoints, key: 'c', about: 'Every model invocation' },
  { to: '/traces', label: 'Traces', icon: ListTree, key: 't', about: 'Requests with all their steps' },
  { to: '/sql', label: 'SQL', icon: Database, key: 'q', about: 'Ask anything in ClickHouse SQL' },
  { to: '/setup', label: 'Set-up', icon: Plug, key: 's', about: 'Connect an application' },
  { to: '/settings', label: 'Settings', icon: Settings, key: ',', about: 'Retention, redaction, keys, storage' },
];
