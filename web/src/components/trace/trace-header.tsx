import { Link } from '@tanstack/react-router';
import { ArrowLeft, Braces, CircleAlert, Copy, Link2, MoreHorizontal, Terminal } from 'lucide-react';
import { useMemo, type ReactNode } from 'react';
import { firstTokenMs, type TraceOutline, type TraceSpan } from '@/lib/trace/outline';
import { TraceCost } from '@/components/lists/trace-columns';
import { Badge } from '@/components/ui/badge';
import { Button, buttonStyle } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '@/components/ui/menu';
import { Tooltip } from '@/components/ui/tooltip';
import { copyText, saveFile } from '@/lib/clipboard';
import { cn } from '@/lib/cn';
import { formatAgo, formatCompact, formatCount, formatDuration, formatTimestamp } from '@/lib/format';
import { encodeRange } from '@/lib/time-range';
import { timeZone } from '@/lib/zone';

interface Props {
  trace: TraceOutline;
  spans: readonly TraceSpan[];
  now: number;
}

/** What the whole trace was: name, outcome, time, money, and who it was for. */
export function TraceHeader({ trace, spans, now }: Props) {
  const first = useMemo(() => firstTokenMs(spans), [spans]);
  return (
    <header className="shrink-0 border-b border-line bg-surface px-4 py-2.5">
      <div className="flex items-center gap-2">
        <Tooltip content="All traces">
          <Link
            to="/traces"
            search={(old) => ({
              ...(old.project ? { project: old.project } : {}),
              ...(old.range ? { range: old.range } : {}),
            })}
            className={buttonStyle({ look: 'ghost', size: 'icon-sm' })}
            aria-label="All traces"
          >
            <ArrowLeft />
          </Link>
        </Tooltip>
        <h1 className="min-w-0 truncate text-[1.0625rem] font-semibold tracking-[-0.01em]" title={trace.name}>
          {trace.name || 'unnamed trace'}
        </h1>
        {trace.errors > 0 ? (
          <Badge tone="error">
            <CircleAlert aria-hidden />
            {formatCompact(trace.errors)} {trace.errors === 1 ? 'error' : 'errors'}
          </Badge>
        ) : (
          <Badge tone="ok">ok</Badge>
        )}
        {trace.root_seen ? null : (
          <Tooltip content="The root span has not arrived (yet): the name is that of the earliest span.">
            <Badge tone="outline">no root</Badge>
          </Tooltip>
        )}
        <div className="ml-auto flex items-center gap-1">
          <CopyButton label="Copy a link to this trace" text={() => window.location.href} />
          <Menu>
            <MenuTrigger asChild>
              <Button look="ghost" size="icon-sm" aria-label="More">
                <MoreHorizontal />
              </Button>
            </MenuTrigger>
            <MenuContent align="end">
              <MenuItem onSelect={() => void copyText(trace.trace_id)}>
                <Copy /> Copy the trace id
              </MenuItem>
              <MenuItem onSelect={() => void copyText(window.location.href)}>
                <Link2 /> Copy a link
              </MenuItem>
              <MenuItem
                onSelect={() =>
                  saveFile(
                    `trace-${trace.trace_id}.json`,
                    'application/json',
                    JSON.stringify({ ...trace, columns: undefined, call_columns: undefined, items: spans }, null, 2),
                  )
                }
              >
                <Braces /> Save as JSON
              </MenuItem>
              <MenuItem asChild>
                <Link
                  to="/sql"
                  search={{
                    project: trace.project,
                    sql: `SELECT time, name, operation, duration_ms, status\nFROM spans\nWHERE trace_id = '${trace.trace_id}'\nORDER BY time`,
                  }}
                >
                  <Terminal /> Open in SQL
                </Link>
              </MenuItem>
            </MenuContent>
          </Menu>
        </div>
      </div>
      <dl className="tabular mt-1.5 flex flex-wrap items-baseline gap-x-6 gap-y-1 pl-9 text-xs">
        <Item name="Duration">{formatDuration(trace.duration_ms)}</Item>
        {first === null ? null : (
          <Item name="First token">
            <span title="From the start of the trace to the first token of any of its calls">{formatDuration(first)}</span>
          </Item>
        )}
        <Item name="Cost">
          <TraceCost trace={trace} />
        </Item>
        <Item name="Tokens">
          {(trace.total_tokens ?? null) === null
            ? '–'
            : `${formatCompact(trace.input_tokens)} → ${formatCompact(trace.output_tokens)}`}
        </Item>
        <Item name="Calls">
          {formatCount(trace.calls)}
          {trace.duplicates > 0 ? (
            <Tooltip content="Spans that are calls but repeat another one. They are shown and counted nowhere.">
              <span tabIndex={0} className="ml-1 text-ink-3">
                + {trace.duplicates} {trace.duplicates === 1 ? 'duplicate' : 'duplicates'}
              </span>
            </Tooltip>
          ) : null}
        </Item>
        <Item name="Spans">{formatCount(trace.spans)}</Item>
        <Item name="Started">
          <span title={`${formatTimestamp(trace.time)} ${timeZone()}`}>
            {formatTimestamp(trace.time).slice(0, 19)} <span className="text-ink-3">{formatAgo(trace.time, now)}</span>
          </span>
        </Item>
        <Item name="Service">{trace.services.join(', ') || trace.service}</Item>
        {trace.models.length > 0 ? (
          <Item name={trace.models.length === 1 ? 'Model' : 'Models'}>{trace.models.join(', ')}</Item>
        ) : null}
        {trace.user_id ? (
          <Item name="User">
            <Link
              to="/users/view"
              search={(old) => ({ ...keep(old), project: trace.project, user: trace.user_id ?? '' })}
              className={LINK}
            >
              {trace.user_id}
            </Link>
          </Item>
        ) : null}
        {trace.session_id ? (
          <Item name="Session">
            <Link
              to="/sessions/view"
              search={(old) => ({ ...keep(old), project: trace.project, session: trace.session_id ?? '' })}
              className={cn(LINK, 'mono')}
            >
              {trace.session_id}
            </Link>
          </Item>
        ) : null}
        {trace.environment ? <Item name="Environment">{trace.environment}</Item> : null}
        {trace.releases.length > 0 ? <Item name="Release">{trace.releases.join(', ')}</Item> : null}
        {trace.logs > 0 ? (
          <Item name="Logs">
            <Link
              to="/logs"
              search={{ project: trace.project, range: around(trace), filter: `trace_id:${trace.trace_id}` }}
              className={LINK}
            >
              {formatCount(trace.logs)}
            </Link>
          </Item>
        ) : null}
        {trace.tags.length > 0 ? <Item name="Tags">{trace.tags.join(', ')}</Item> : null}
        {trace.scores.map((score) => (
          <Item key={score.score_id} name={score.name}>
            {score.value ?? score.label ?? '–'}
          </Item>
        ))}
      </dl>
    </header>
  );
}

function Item({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 items-baseline gap-1.5">
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-w-0 truncate font-medium">{children}</dd>
    </div>
  );
}

const LINK = 'text-accent hover:underline';
const MARGIN_MS = 3_600_000;

/** The range of a trace, with an hour around it for logs that were written before or after. */
function around(trace: TraceOutline): string {
  const from = Date.parse(trace.time);
  return encodeRange({ kind: 'absolute', from: from - MARGIN_MS, to: from + trace.duration_ms + MARGIN_MS });
}

function keep(old: { range?: string }) {
  return old.range ? { range: old.range } : {};
}
