import { CircleAlert, Search, Waypoints } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/field';
import { formatCount } from '@/lib/format';
import type { TreeFilter } from '@/lib/tree';

interface Props {
  filter: TreeFilter;
  onFilter: (filter: TreeFilter) => void;
  errors: number;
  hidden: number;
  spans: number;
  onShowAll: () => void;
  /** More controls at the end. */
  children?: ReactNode;
}

/** Filters the spans as one types, and says how many are not shown. */
export function SpanFilter({ filter, onFilter, errors, hidden, spans, onShowAll, children }: Props) {
  return (
    <>
      <div className="flex flex-wrap items-center gap-1.5 border-b border-line bg-surface px-3 py-1.5">
        <div className="relative min-w-36 flex-1">
          <Search aria-hidden className="pointer-events-none absolute top-1.75 left-2 size-3.5 text-ink-3" />
          <Input
            aria-label="Filter the spans"
            placeholder="Filter by name, model, service…"
            className="h-7 pl-7 text-xs"
            value={filter.text}
            onChange={(event) => onFilter({ ...filter, text: event.target.value })}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return;
              onFilter({ ...filter, text: '' });
              event.currentTarget.blur();
            }}
          />
        </div>
        <Toggle
          on={filter.only === 'calls'}
          onClick={() => onFilter({ ...filter, only: filter.only === 'calls' ? null : 'calls' })}
        >
          <Waypoints /> Calls
        </Toggle>
        {errors > 0 ? (
          <Toggle
            on={filter.only === 'errors'}
            onClick={() => onFilter({ ...filter, only: filter.only === 'errors' ? null : 'errors' })}
          >
            <CircleAlert /> Errors
          </Toggle>
        ) : null}
        {children}
      </div>
      {hidden > 0 ? (
        <p className="border-b border-line bg-sunken px-3 py-1 text-xs text-ink-2" role="status">
          {formatCount(hidden)} of {formatCount(spans)} spans hidden{' '}
          <button
            type="button"
            className="ml-1 rounded font-medium text-accent hover:underline"
            onClick={onShowAll}
          >
            Show all
          </button>
        </p>
      ) : null}
    </>
  );
}

function Toggle({ on, onClick, children }: { on: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <Button
      size="sm"
      look="ghost"
      aria-pressed={on}
      className="aria-pressed:bg-accent-soft aria-pressed:text-accent"
      onClick={onClick}
    >
      {children}
    </Button>
  );
}
