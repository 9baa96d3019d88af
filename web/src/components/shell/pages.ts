import {
  Activity,
  Boxes,
  Coins,
  Cpu,
  Database,
  Layers,
  ListTree,
  MessagesSquare,
  Plug,
  Radio,
  ScrollText,
  Settings,
  Users,
  Waypoints,
  type LucideIcon,
} from 'lucide-react';

export interface PageEntry {
  to:
    | '/'
    | '/live'
    | '/calls'
    | '/traces'
    | '/spans'
    | '/sessions'
    | '/users'
    | '/models'
    | '/costs'
    | '/logs'
    | '/infrastructure'
    | '/sql'
    | '/setup'
    | '/settings';
  label: string;
  icon: LucideIcon;
  /** Second key after "g". */
  key: string;
  about: string;
}

export const PAGES: readonly PageEntry[] = [
  { to: '/', label: 'Overview', icon: Activity, key: 'o', about: 'Calls, errors, latency, tokens and cost' },
  { to: '/live', label: 'Live', icon: Radio, key: 'v', about: 'Calls as they arrive' },
  { to: '/calls', label: 'Calls', icon: Waypoints, key: 'c', about: 'Every model invocation' },
  { to: '/traces', label: 'Traces', icon: ListTree, key: 't', about: 'Requests with all their steps' },
  { to: '/spans', label: 'Spans', icon: Layers, key: 'p', about: 'Every step: tools, agents, retrieval, requests' },
  { to: '/sessions', label: 'Sessions', icon: MessagesSquare, key: 'e', about: 'Conversations with their turns' },
  { to: '/users', label: 'Users', icon: Users, key: 'u', about: 'Who calls, what it costs' },
  { to: '/models', label: 'Models', icon: Boxes, key: 'm', about: 'How each model does' },
  { to: '/costs', label: 'Costs', icon: Coins, key: '$', about: 'Where the money goes and what changed' },
  { to: '/logs', label: 'Logs', icon: ScrollText, key: 'l', about: 'What the applications logged' },
  {
    to: '/infrastructure',
    label: 'Infrastructure',
    icon: Cpu,
    key: 'i',
    about: 'Processes and hosts beside latency, errors and cost',
  },
  { to: '/sql', label: 'SQL', icon: Database, key: 'q', about: 'Ask anything in ClickHouse SQL' },
  { to: '/setup', label: 'Set-up', icon: Plug, key: 's', about: 'Connect an application' },
  { to: '/settings', label: 'Settings', icon: Settings, key: ',', about: 'Retention, redaction, keys, storage' },
];
