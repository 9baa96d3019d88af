import { Link } from '@tanstack/react-router';
import { ScrollText, Timer, TriangleAlert, Waypoints, X, ZoomIn } from 'lucide-react';
import type { Infrastructure } from '@/api/signals';
import { AnnotateButton } from '@/components/charts/annotations';
import { Button, buttonStyle } from '@/components/ui/button';
import { allOf, term } from '@/lib/filter-of';
import { formatCompact, formatMinute, toMs } from '@/lib/format';
import { encodeRange } from '@/lib/time-range';
import type { Chosen } from './charts';

interface Props {
  answer: Infrastructure;
  project: string;
  chosen: Chosen;
  onZoom: () => void;
  onClose: () => void;
}

/** What was going on in the minutes that were chosen on a chart. */
export function ChosenBar({ answer, project, chosen, onZoom, onClose }: Props) {
  const range = encodeRange({ kind: 'absolute', ...chosen });
  const service = answer.service ?? '';
  const inside = answer.times.flatMap((time, index) => {
    const at = toMs(time) ?? 0;
    return at >= chosen.from && at < chosen.to ? [index] : [];
  });
  const sum = (values: readonly number[]) => inside.reduce((total, index) => total + (values[index] ?? 0), 0);
  const calls = sum(answer.calls.calls);
  const errors = sum(answer.calls.errors);
  const filter = term('service', service);
  const look = buttonStyle({ size: 'sm' });
  return (
    <div
      role="status"
      aria-label="The chosen minutes"
      className="sticky bottom-3 z-20 mx-auto flex max-w-full flex-wrap items-center gap-2 rounded-lg border border-line-strong bg-raised px-3 py-2 shadow-raised"
    >
      <span className="tabular mr-1 text-xs">
        <span className="font-medium">
          {formatMinute(chosen.from)} – {formatMinute(chosen.to).slice(11)}
        </span>
        <span className="text-ink-3">
          {' '}
          · {formatCompact(calls)} {calls === 1 ? 'call' : 'calls'}
          {errors > 0 ? `, ${formatCompact(errors)} failed` : ''}
        </span>
      </span>
      <Link to="/calls" search={{ project, range, filter }} className={buttonStyle({ look: 'primary', size: 'sm' })}>
        <Waypoints /> Calls of these minutes
      </Link>
      <Link to="/calls" search={{ project, range, filter, order: 'duration' }} className={look}>
        <Timer /> Slowest first
      </Link>
      {errors > 0 ? (
        <Link to="/calls" search={{ project, range, filter: allOf(filter, 'status:error') }} className={look}>
          <TriangleAlert /> Failed
        </Link>
      ) : null}
      <Link to="/logs" search={{ project, range, filter }} className={look}>
        <ScrollText /> Logs
      </Link>
      <Button size="sm" onClick={onZoom}>
        <ZoomIn /> Zoom in
      </Button>
      <AnnotateButton service={service} range={chosen} />
      <Button look="ghost" size="icon-sm" aria-label="Choose nothing" onClick={onClose}>
        <X />
      </Button>
    </div>
  );
}
