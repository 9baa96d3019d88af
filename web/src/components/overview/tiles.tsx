import { Link } from '@tanstack/react-router';
import { ArrowDown, ArrowUp } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Overview } from '@/api/queries';
import { Sparkline } from '@/components/charts/sparkline';
import { Skeleton } from '@/components/ui/states';
import { Tooltip } from '@/components/ui/tooltip';
import { cn } from '@/lib/cn';
import {
  formatChange,
  formatCompact,
  formatCount,
  formatDuration,
  formatPercent,
  formatUsd,
  formatUsdExact,
  toNumber,
  UNKNOWN,
} from '@/lib/format';
import { costOf, type OverviewSeries } from '@/lib/overview';

type Good = 'less' | 'neither';

interface TileProps {
  label: string;
  value: string;
  /** The figure in full, in the tooltip. */
  exact?: string;
  current: number | null | undefined;
  previous: number | null | undefined;
  previousText: string;
  good: Good;
  children?: ReactNode;
  spark?: ReactNode;
}

function Tile({ label, value, exact, current, previous, previousText, good, children, spark }: TileProps) {
  const change = formatChange(current, previous);
  const tone =
    change === null || change.direction === 'same' || good === 'neither'
      ? 'plain'
      : change.direction === 'up'
        ? 'bad'
        : 'good';
  return (
    <div role="group" aria-label={label} className="card relative flex min-w-0 flex-col overflow-hidden px-4 pt-3 pb-3">
      <div className="flex items-center justify-between gap-2">
        <h2 className="truncate text-xs font-medium text-ink-2">{label}</h2>
        {change ? (
          <Tooltip content={`Previous period: ${previousText}`}>
            <span
              tabIndex={0}
              className={cn(
                'tabular inline-flex items-center gap-0.5 rounded text-2xs font-medium whitespace-nowrap [&_svg]:size-3',
                { plain: 'text-ink-3', bad: 'text-error', good: 'text-ok' }[tone],
              )}
            >
              {change.direction === 'up' ? (
                <ArrowUp aria-label="up" />
              ) : change.direction === 'down' ? (
                <ArrowDown aria-label="down" />
              ) : null}
              {change.text}
            </span>
          </Tooltip>
        ) : null}
      </div>
      <div className="tabular mt-1 text-[1.5rem] leading-8 font-semibold tracking-[-0.02em]">
        {exact && exact !== value ? (
          <Tooltip content={exact}>
            <span tabIndex={0}>{value}</span>
          </Tooltip>
        ) : (
          value
        )}
      </div>
      <div className="tabular mt-0.5 flex min-h-5 flex-wrap items-center gap-x-3 text-xs text-ink-2">{children}</div>
      {spark ? <div className="pointer-events-none mt-auto h-6 pt-2 box-content">{spark}</div> : null}
    </div>
  );
}

function Sub({ name, value }: { name: string; value: string }) {
  return (
    <span className="whitespace-nowrap">
      <span className="text-ink-3">{name}</span> {value}
    </span>
  );
}

const sparkClass = 'h-6 w-full overflow-visible';

/** The figures of the range, each against the period of the same length before it. */
export function Tiles({ overview, series }: { overview: Overview; series: OverviewSeries }) {
  const { totals, previous } = overview;
  const costChange = toNumber(totals.cost_usd.total);
  return (
    <div className="grid grid-cols-2 gap-3 md:grid-cols-3 min-[86rem]:grid-cols-6">
      <Tile
        label="Calls"
        value={formatCompact(totals.calls)}
        exact={formatCount(totals.calls)}
        current={totals.calls}
        previous={previous.calls}
        previousText={formatCount(previous.calls)}
        good="neither"
        spark={<Sparkline className={sparkClass} color="blue" values={series.of((point) => point.calls)} />}
      >
        <Sub name="users" value={formatCompact(totals.users)} />
        <Sub name="sessions" value={formatCompact(totals.sessions)} />
      </Tile>
      <Tile
        label="Error rate"
        value={formatPercent(totals.error_rate)}
        current={totals.error_rate}
        previous={previous.error_rate}
        previousText={formatPercent(previous.error_rate)}
        good="less"
        spark={<Sparkline className={sparkClass} color="error-bar" values={series.of((point) => point.errors)} />}
      >
        {totals.errors > 0 ? (
          <Link to="/calls" search={(old) => ({ ...old, status: ['error'] })} className="text-error hover:underline">
            {formatCount(totals.errors)} failed {totals.errors === 1 ? 'call' : 'calls'}
          </Link>
        ) : (
          <span className="text-ink-3">no failed call</span>
        )}
      </Tile>
      <Tile
        label="Latency p95"
        value={formatDuration(totals.duration_ms.p95)}
        current={totals.duration_ms.p95}
        previous={previous.duration_ms.p95}
        previousText={formatDuration(previous.duration_ms.p95)}
        good="less"
        spark={
          <Sparkline className={sparkClass} color="teal" values={series.of((point) => point.duration_ms.p95 ?? null)} />
        }
      >
        <Sub name="p50" value={formatDuration(totals.duration_ms.p50)} />
        <Sub name="p99" value={formatDuration(totals.duration_ms.p99)} />
      </Tile>
      <Tile
        label="First token p50"
        value={formatDuration(totals.ttft_ms.p50)}
        current={totals.ttft_ms.p50}
        previous={previous.ttft_ms.p50}
        previousText={formatDuration(previous.ttft_ms.p50)}
        good="less"
        spark={
          <Sparkline className={sparkClass} color="violet" values={series.of((point) => point.ttft_ms.p50 ?? null)} />
        }
      >
        {totals.ttft_ms.p50 === null ? (
          <span className="text-ink-3">no streamed call reports it</span>
        ) : (
          <Sub name="p95" value={formatDuration(totals.ttft_ms.p95)} />
        )}
      </Tile>
      <Tile
        label="Tokens"
        value={formatCompact(totals.tokens.total)}
        exact={formatCount(totals.tokens.total)}
        current={totals.tokens.total}
        previous={previous.tokens.total}
        previousText={formatCount(previous.tokens.total)}
        good="neither"
        spark={<Sparkline className={sparkClass} color="slate" values={series.of((point) => point.tokens.total)} />}
      >
        <Sub name="in" value={formatCompact(totals.tokens.input)} />
        <Sub name="out" value={formatCompact(totals.tokens.output)} />
        <Sub
          name="cached"
          value={totals.tokens.input > 0 ? formatPercent(totals.tokens.cached_input / totals.tokens.input) : UNKNOWN}
        />
      </Tile>
      <Tile
        label="Cost"
        value={formatUsd(totals.cost_usd.total)}
        exact={formatUsdExact(totals.cost_usd.total)}
        current={costChange}
        previous={toNumber(previous.cost_usd.total)}
        previousText={formatUsd(previous.cost_usd.total)}
        good="neither"
        spark={<Sparkline className={sparkClass} color="amber" values={series.of(costOf.total)} />}
      >
        {totals.unpriced_calls > 0 ? (
          <Tooltip content="Their model has no known price or they report no tokens. They are left out of the cost, not counted as free.">
            <Link
              to="/calls"
              search={(old) => ({ ...old, cost_state: ['unpriced'] })}
              className="text-warn hover:underline"
            >
              + {formatCompact(totals.unpriced_calls)} unpriced calls
            </Link>
          </Tooltip>
        ) : (
          <span className="text-ink-3">every call is priced</span>
        )}
      </Tile>
    </div>
  );
}

export function TilesSkeleton() {
  return (
    <div className="grid grid-cols-2 gap-3 md:grid-cols-3 min-[86rem]:grid-cols-6">
      {['calls', 'errors', 'latency', 'ttft', 'tokens', 'cost'].map((name) => (
        <div key={name} className="card flex h-34 flex-col gap-3 p-4">
          <Skeleton className="h-3 w-20" />
          <Skeleton className="h-6 w-28" />
          <Skeleton className="h-3 w-24" />
        </div>
      ))}
    </div>
  );
}
