import { useNavigate } from '@tanstack/react-router';
import { GitCompareArrows, SearchX } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { ApiError } from '@/api/problem';
import { FilterBar } from '@/components/filters/filter-bar';
import { Page } from '@/components/shell/page';
import { RefreshControl, TimeRangePicker } from '@/components/shell/time-range-picker';
import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/states';
import { Tooltip } from '@/components/ui/tooltip';
import { keep } from '@/lib/search-params';
import { readPreference, writePreference } from '@/lib/storage';

interface Props {
  title: string;
  lead?: ReactNode;
  /** The filter of the page's address; calls are what is filtered. */
  filter: string;
  /** What the server said to the filter. */
  error?: unknown;
  busy: boolean;
  actions?: ReactNode;
  fixed?: boolean;
  children: ReactNode;
}

/** The frame of the pages of figures: time, filter, refresh. */
export function FigurePage({ title, lead, filter, error, busy, actions, fixed = false, children }: Props) {
  const navigate = useNavigate();
  // Said once, at its place in the bar, instead of by every panel.
  const unreadable = filter !== '' && error instanceof ApiError && error.status === 400;
  const bar = (
    <FilterBar
      target="calls"
      value={filter}
      error={error}
      onChange={(text) =>
        void navigate({
          to: '.',
          search: ({ filter: _, ...rest }) => (text === '' ? rest : { ...rest, filter: text }),
        })
      }
    />
  );
  return (
    <Page
      title={title}
      lead={lead}
      fixed={fixed}
      actions={
        <>
          {actions}
          <TimeRangePicker />
          <RefreshControl busy={busy} />
        </>
      }
    >
      {fixed ? (
        <div className="border-b border-line bg-surface px-4 py-2">{bar}</div>
      ) : (
        <div className="mb-3">{bar}</div>
      )}
      {unreadable ? <Empty icon={<SearchX />} title="This filter cannot be read" /> : children}
    </Page>
  );
}

/** Calls there are, but none that the filter lets through. */
FigurePage.NoMatch = function NoMatch() {
  const navigate = useNavigate();
  return (
    <Empty
      icon={<SearchX />}
      title="No call matches this filter in this time range"
      actions={<Button onClick={() => void navigate({ to: '.', search: keep })}>Clear the filter</Button>}
    />
  );
};

/** Whether figures are shown against the range before, remembered in this browser. */
export function useCompare(): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(() => readPreference('compare') !== 'off');
  const change = (next: boolean) => {
    writePreference('compare', next ? 'on' : 'off');
    setOn(next);
  };
  return [on, change];
}

export function CompareToggle({ value, onChange }: { value: boolean; onChange: (on: boolean) => void }) {
  return (
    <Tooltip content="Against the range of the same length just before">
      <Button aria-pressed={value} className="aria-pressed:bg-sunken" onClick={() => onChange(!value)}>
        <GitCompareArrows />
        <span className="max-sm:sr-only">Compare</span>
      </Button>
    </Tooltip>
  );
}
