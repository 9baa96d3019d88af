import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { ArrowUpToLine, EyeOff, ListFilter, Radio, RotateCw, Users, X } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { statusQuery } from '@/api/queries';
import { NothingHere } from '@/components/project/nothing-here';
import { Button } from '@/components/ui/button';
import { Empty, Failure } from '@/components/ui/states';
import { cn } from '@/lib/cn';
import { formatAgo, formatCount, formatTimestamp, toMs } from '@/lib/format';
import { useScope } from '@/lib/scope';
import { encodeRange } from '@/lib/time-range';
import type { LiveView, Trouble } from './use-live';

type Shown = 'connecting' | 'connected' | 'reconnecting' | 'paused' | 'failed';

const STATES: Readonly<Record<Shown, readonly [text: string, dot: string]>> = {
  connecting: ['Connecting', 'bg-ink-3'],
  connected: ['Connected', 'bg-ok'],
  reconnecting: ['Reconnecting', 'bg-warn'],
  paused: ['Paused', 'bg-info'],
  failed: ['Not connected', 'bg-error-bar'],
};

/** In one word, whether new calls show up. */
export function StatusChip({ view, paused }: { view: LiveView; paused: boolean }) {
  const broken = view.state === 'reconnecting' || view.state === 'failed';
  const shown: Shown = view.state === 'hidden' ? 'paused' : paused && !broken ? 'paused' : view.state;
  const [text, dot] = STATES[shown];
  return (
    <span
      role="status"
      aria-label="Stream"
      className="inline-flex h-6 items-center gap-1.5 rounded-full border border-line-strong bg-surface px-2.5 text-xs font-medium"
    >
      <span aria-hidden className={cn('size-2 rounded-full', dot)} />
      {text}
    </span>
  );
}

/** A button over the rows that brings what came meanwhile. */
export function NewCalls({ count, onShow }: { count: number; onShow: () => void }) {
  if (count === 0) return null;
  return (
    <div className="pointer-events-none absolute inset-x-0 top-10 z-20 flex justify-center">
      <Button look="primary" size="sm" className="pointer-events-auto rounded-full px-3 shadow-raised" onClick={onShow}>
        <ArrowUpToLine /> {formatCount(count)} new {count === 1 ? 'call' : 'calls'}
      </Button>
    </div>
  );
}

function Line({ icon, children, tone }: { icon: ReactNode; children: ReactNode; tone: string }) {
  return (
    <div
      className={cn(
        'flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-1.5 text-xs [&>svg]:size-3.5',
        tone,
      )}
    >
      {icon}
      {children}
    </div>
  );
}

/** Seconds until a moment, counted down. */
function useCountdown(atMs: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (atMs === null) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => {
      clearInterval(timer);
    };
  }, [atMs]);
  return atMs === null ? 0 : Math.max(Math.ceil((atMs - now) / 1000), 0);
}

function Again({ trouble, onAgain }: { trouble: Trouble; onAgain: () => void }) {
  const seconds = useCountdown(trouble.againAtMs);
  return (
    <>
      {trouble.againAtMs === null ? null : (
        <span className="tabular">{seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again …'}</span>
      )}
      <Button size="sm" onClick={onAgain}>
        <RotateCw /> Try now
      </Button>
    </>
  );
}

interface Props {
  view: LiveView;
  onAgain: () => void;
  onForgetGap: () => void;
}

/** What the rows below do not say: trouble, and what was not followed. */
export function Notices({ view, onAgain, onForgetGap }: Props) {
  const { scope } = useScope();
  const { trouble, gap } = view;
  const full = trouble?.problem.status === 429;
  return (
    <>
      {trouble?.problem.place === null && view.rows.length > 0 ? (
        <div role="alert">
          <Line icon={full ? <Users /> : <RotateCw />} tone="bg-warn-soft text-warn">
            <span className="wrap-anywhere">
              {trouble.problem.message} {trouble.problem.hint} The rows below are what came before.
            </span>
            <span className="ml-auto flex items-center gap-2">
              <Again trouble={trouble} onAgain={onAgain} />
            </span>
          </Line>
        </div>
      ) : null}
      {gap ? (
        <Line icon={<EyeOff className="text-info" />} tone="bg-info-soft">
          <span>
            The stream rested from {formatTimestamp(gap.from).slice(11, 19)} to{' '}
            {formatTimestamp(gap.to).slice(11, 19)}. The newest calls of that time were fetched,{' '}
            <Link
              to="/calls"
              search={{ project: scope.project, range: encodeRange({ kind: 'absolute', ...gap }) }}
              className="text-accent underline"
            >
              all of them are in the list of calls
            </Link>
            .
          </span>
          <Button look="ghost" size="icon-sm" aria-label="Close this notice" className="ml-auto" onClick={onForgetGap}>
            <X />
          </Button>
        </Line>
      ) : null}
    </>
  );
}

interface EmptyProps {
  view: LiveView;
  filter: string;
  onFilter: (text: string) => void;
  onAgain: () => void;
}

/** Why no call is to be seen. */
export function NoRows({ view, filter, onFilter, onAgain }: EmptyProps) {
  const { scope } = useScope();
  const status = useQuery({ ...statusQuery(scope.project), refetchInterval: 15_000 });
  const { trouble } = view;
  if (trouble?.problem.place) {
    return (
      <Empty icon={<ListFilter />} title="This filter cannot be read">
        What is wrong is marked above, where it stands.
      </Empty>
    );
  }
  if (trouble?.problem.status === 429) {
    return (
      <Empty icon={<Users />} title="Too many are watching" actions={<Again trouble={trouble} onAgain={onAgain} />}>
        {trouble.problem.message} {trouble.problem.hint}
      </Empty>
    );
  }
  if (trouble?.againAtMs === null) return <Failure error={trouble.problem} what="The stream" onRetry={onAgain} />;
  if (trouble) {
    return (
      <Empty icon={<Radio />} title="The stream is broken off" actions={<Again trouble={trouble} onAgain={onAgain} />}>
        {trouble.problem.message} {trouble.problem.hint}
      </Empty>
    );
  }
  if (status.isPending) return null;
  const last = toMs(status.data?.calls.last_time);
  if (last === null && filter === '') return <NothingHere what="calls" />;
  return (
    <Empty
      icon={<Radio />}
      title={filter === '' ? 'Waiting for the next call' : 'No call has matched yet'}
      actions={filter === '' ? null : <Button onClick={() => onFilter('')}>Clear the filter</Button>}
    >
      {filter === '' ? (
        <>
          It shows up here within a second of its end.
          {last === null ? null : ` The newest one in project ${scope.project} is from ${formatAgo(last, scope.now)}.`}
        </>
      ) : (
        'Calls are shown here as they arrive, when the filter lets them through. Those of before are in the list of calls.'
      )}
    </Empty>
  );
}
