import { Link } from '@tanstack/react-router';
import { Bot, ListTree, User } from 'lucide-react';
import { useState } from 'react';
import type { Preview, SessionTurn, TurnCall } from '@/api/groups';
import { CostCell, StatusCell, TokensCell } from '@/components/lists/cells';
import { Folded } from '@/components/span/folded';
import { Badge } from '@/components/ui/badge';
import { modelOf } from '@/lib/call';
import {
  formatBytes,
  formatCompact,
  formatCount,
  formatDuration,
  formatMinute,
  formatTimestamp,
  formatUsd,
  formatUsdExact,
} from '@/lib/format';

const LINES = 6;

/** One trace of a session: what was asked, what was answered, its calls, its share of the cost. */
export function Turn({ turn, number, total }: { turn: SessionTurn; number: number; total: number }) {
  const [open, setOpen] = useState(false);
  // Agents ask models in between: what the person said is in the first call, what they were told in the last.
  const asked = turn.items.find((call) => call.asked !== null)?.asked;
  const answered = turn.items.findLast((call) => call.answered !== null)?.answered;
  const cost = turn.cost_usd === null ? null : Number(turn.cost_usd);
  return (
    <li className="card min-w-0 overflow-hidden" aria-label={`Turn ${number}`}>
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
        <span className="tabular text-xs font-semibold text-ink-3">{number}</span>
        <Link
          to="/traces/$traceId"
          params={{ traceId: turn.trace_id }}
          search={(old) => ({ project: turn.project, ...(old.range === undefined ? {} : { range: old.range }) })}
          className="inline-flex min-w-0 items-center gap-1.5 font-medium hover:text-accent hover:underline [&_svg]:size-3.5 [&_svg]:shrink-0"
          title={`${turn.name}: open the trace`}
        >
          <ListTree aria-hidden className="text-ink-3" />
          <span className="truncate">{turn.name || 'trace'}</span>
        </Link>
        {turn.errors > 0 ? (
          <Badge tone="error">
            {formatCount(turn.errors)} {turn.errors === 1 ? 'error' : 'errors'}
          </Badge>
        ) : null}
        <span className="tabular ml-auto flex flex-wrap items-center gap-x-3 text-xs text-ink-2">
          <span title={formatTimestamp(turn.time)}>{formatMinute(turn.time)}</span>
          <span>{formatDuration(turn.duration_ms)}</span>
          <span>{formatCompact(turn.total_tokens)} tokens</span>
          <span className="font-medium text-ink" title={formatUsdExact(turn.cost_usd)}>
            {formatUsd(turn.cost_usd)}
          </span>
        </span>
      </header>
      <span aria-hidden className="block h-0.5 bg-sunken">
        <span
          className="block h-0.5 bg-[var(--s-amber)]"
          style={{ width: `${cost !== null && total > 0 ? Math.min(100, (cost / total) * 100) : 0}%` }}
        />
      </span>
      <div className="flex flex-col gap-2.5 px-4 py-3">
        {asked ? <Said who="asked" preview={asked} /> : null}
        {answered ? <Said who="answered" preview={answered} /> : null}
        {!asked && !answered ? <p className="text-xs text-ink-3">No content was sent with this turn.</p> : null}
      </div>
      <div className="border-t border-line">
        <button
          type="button"
          aria-expanded={open}
          className="w-full px-4 py-1.5 text-left text-xs text-ink-2 hover:bg-sunken/60"
          onClick={() => setOpen(!open)}
        >
          {open ? '▾' : '▸'} {formatCount(turn.calls)} {turn.calls === 1 ? 'call' : 'calls'}
          <span className="ml-2 text-ink-3">{turn.models.join(', ')}</span>
        </button>
        {open ? <Calls turn={turn} number={number} /> : null}
      </div>
    </li>
  );
}

function Said({ who, preview }: { who: 'asked' | 'answered'; preview: Preview }) {
  return (
    <div className="relative flex gap-2.5 [&_svg]:mt-0.5 [&_svg]:size-4 [&_svg]:shrink-0">
      <span className="sr-only">{who === 'asked' ? 'Asked:' : 'Answered:'}</span>
      {who === 'asked' ? (
        <User aria-hidden className="text-[var(--s-blue)]" />
      ) : (
        <Bot aria-hidden className="text-[var(--s-amber)]" />
      )}
      <div className="min-w-0 flex-1">
        <Folded text={preview.text} lines={LINES} />
        {preview.truncated ? (
          <p className="mt-0.5 text-2xs text-ink-3">
            The beginning of {formatBytes(preview.bytes)}; all of it is in the trace.
          </p>
        ) : null}
      </div>
    </div>
  );
}

function Calls({ turn, number }: { turn: SessionTurn; number: number }) {
  return (
    <div className="overflow-x-auto pb-1" tabIndex={0} role="region" aria-label={`Calls of turn ${number}`}>
      <table className="w-full min-w-144 text-xs">
        <tbody>
          {turn.items.map((call) => (
            <CallRow key={call.span_id} call={call} />
          ))}
        </tbody>
      </table>
      {turn.more_calls > 0 ? (
        <p className="px-4 py-1.5 text-xs text-ink-3">and {formatCount(turn.more_calls)} more: open the trace</p>
      ) : null}
    </div>
  );
}

function CallRow({ call }: { call: TurnCall }) {
  return (
    <tr className="border-t border-line/70">
      <td className="h-8 max-w-64 truncate pl-4">
        <Link
          to="/traces/$traceId"
          params={{ traceId: call.trace_id }}
          search={(old) => ({
            project: call.project,
            ...(old.range === undefined ? {} : { range: old.range }),
            span: call.span_id,
          })}
          className="hover:text-accent hover:underline"
          title={call.name}
        >
          {modelOf(call) ?? call.name}
        </Link>
      </td>
      <td className="px-2">
        <StatusCell call={call} />
      </td>
      <td className="px-2 text-right">{formatDuration(call.duration_ms)}</td>
      <td className="w-40 px-2 text-right">
        <TokensCell call={call} />
      </td>
      <td className="pr-4 pl-2 text-right">
        <CostCell call={call} />
      </td>
    </tr>
  );
}
