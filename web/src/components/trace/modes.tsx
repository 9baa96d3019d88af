import { AlignLeft, ChartGantt, ListTree, MessagesSquare, Waypoints, type LucideIcon } from 'lucide-react';
import { Tooltip } from '@/components/ui/tooltip';
import { cn } from '@/lib/cn';

export const TRACE_MODES = ['transcript', 'tree', 'timeline', 'graph', 'log'] as const;
export type TraceMode = (typeof TRACE_MODES)[number];

export function isTraceMode(value: unknown): value is TraceMode {
  return TRACE_MODES.some((mode) => mode === value);
}

const LOOKS: Readonly<Record<TraceMode, { label: string; icon: LucideIcon; about: string }>> = {
  transcript: { label: 'Transcript', icon: MessagesSquare, about: 'Turns, tools and sub-agents, to read' },
  tree: { label: 'Tree', icon: ListTree, about: 'Every span below its parent' },
  timeline: { label: 'Timeline', icon: ChartGantt, about: 'What ran when, idle time shrunk' },
  graph: { label: 'Graph', icon: Waypoints, about: 'Who called what, equal steps merged' },
  log: { label: 'Log', icon: AlignLeft, about: 'Every span in the order it started' },
};

/** The ways to look at a trace. */
export function ModeSwitch({ mode, onMode }: { mode: TraceMode; onMode: (mode: TraceMode) => void }) {
  return (
    <div role="group" aria-label="Way to look at the trace" className="flex shrink-0 rounded-md bg-sunken p-0.5">
      {TRACE_MODES.map((name, index) => {
        const look = LOOKS[name];
        return (
          <Tooltip key={name} content={`${look.about} (${index + 1})`} side="bottom">
            <button
              type="button"
              aria-pressed={mode === name}
              className={cn(
                'flex h-6 items-center gap-1.5 rounded px-2 text-xs font-medium text-ink-2 hover:text-ink',
                'aria-pressed:bg-surface aria-pressed:text-ink aria-pressed:shadow-card',
              )}
              onClick={() => onMode(name)}
            >
              <look.icon aria-hidden className="size-3.5" />
              <span className="max-md:sr-only">{look.label}</span>
            </button>
          </Tooltip>
        );
      })}
    </div>
  );
}
