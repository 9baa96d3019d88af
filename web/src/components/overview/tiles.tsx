import type { QueryAnswer } from '@/api/measures';
import { CallsLink } from '@/components/analytics/links';
import { Sub, sparkClass, Tile } from '@/components/analytics/tile';
import { Sparkline } from '@/components/charts/sparkline';
import { Skeleton } from '@/components/ui/states';
import { Tooltip } from '@/components/ui/tooltip';
import { numberOf, seriesOf } from '@/lib/answer';
import { allOf } from '@/lib/filter-of';
import { formatCompact, formatCount, formatDuration, formatPercent, formatUsd, formatUsdExact } from '@/lib/format';

/** The figures of the range, each against the range of the same length before it. */
export function Tiles({ answer, filter }: { answer: QueryAnswer; filter: string }) {
  const now = (measure: string) => numberOf(answer.totals, measure);
  const before = (measure: string) => numberOf(answer.previous, measure);
  const spark = (measure: string, color: string) => (
    <Sparkline className={sparkClass} color={color} values={seriesOf(answer, measure)} />
  );
  const failed = now('errors') ?? 0;
  const unpriced = now('unpriced_calls') ?? 0;
  const saved = now('saved_usd') ?? 0;
  return (
    <div className="grid grid-cols-2 gap-3 md:grid-cols-4">
      <Tile
        label="Calls"
        value={formatCompact(now('calls'))}
        exact={formatCount(now('calls'))}
        current={now('calls')}
        previous={before('calls')}
        previousText={formatCount(before('calls'))}
        spark={spark('calls', 'blue')}
      >
        <Sub name="users" value={formatCompact(now('users'))} />
        <Sub name="sessions" value={formatCompact(now('sessions'))} />
      </Tile>
      <Tile
        label="Error rate"
        value={formatPercent(now('error_rate'))}
        current={now('error_rate')}
        previous={before('error_rate')}
        previousText={formatPercent(before('error_rate'))}
        good="less"
        spark={spark('errors', 'error-bar')}
      >
        {failed > 0 ? (
          <CallsLink filter={allOf(filter, 'status:error')} className="text-error hover:underline">
            {formatCount(failed)} failed {failed === 1 ? 'call' : 'calls'}
          </CallsLink>
        ) : (
          <span className="text-ink-3">no failed call</span>
        )}
      </Tile>
      <Tile
        label="Latency p95"
        value={formatDuration(now('latency_p95_ms'))}
        current={now('latency_p95_ms')}
        previous={before('latency_p95_ms')}
        previousText={formatDuration(before('latency_p95_ms'))}
        good="less"
        spark={spark('latency_p95_ms', 'teal')}
      >
        <Sub name="p50" value={formatDuration(now('latency_p50_ms'))} />
        <Sub name="p99" value={formatDuration(now('latency_p99_ms'))} />
      </Tile>
      <Tile
        label="First token p50"
        value={formatDuration(now('ttft_p50_ms'))}
        current={now('ttft_p50_ms')}
        previous={before('ttft_p50_ms')}
        previousText={formatDuration(before('ttft_p50_ms'))}
        good="less"
        spark={spark('ttft_p50_ms', 'violet')}
      >
        {now('ttft_p50_ms') === null ? (
          <span className="text-ink-3">no streamed call reports it</span>
        ) : (
          <Sub name="p95" value={formatDuration(now('ttft_p95_ms'))} />
        )}
      </Tile>
      <Tile
        label="Tokens"
        value={formatCompact(now('total_tokens'))}
        exact={formatCount(now('total_tokens'))}
        current={now('total_tokens')}
        previous={before('total_tokens')}
        previousText={formatCount(before('total_tokens'))}
        spark={spark('total_tokens', 'slate')}
      >
        <Sub name="in" value={formatCompact(now('input_tokens'))} />
        <Sub name="out" value={formatCompact(now('output_tokens'))} />
      </Tile>
      <Tile
        label="Cost"
        value={formatUsd(now('cost_usd'))}
        exact={formatUsdExact(answer.totals.cost_usd)}
        current={now('cost_usd')}
        previous={before('cost_usd')}
        previousText={formatUsd(before('cost_usd'))}
        spark={spark('cost_usd', 'amber')}
      >
        <Sub name="in" value={formatUsd(now('input_cost_usd'))} />
        <Sub name="out" value={formatUsd(now('output_cost_usd'))} />
      </Tile>
      <Tile
        label="Prompt cache"
        value={formatPercent(now('prompt_cache_rate'))}
        current={now('prompt_cache_rate')}
        previous={before('prompt_cache_rate')}
        previousText={formatPercent(before('prompt_cache_rate'))}
        good="more"
        spark={spark('prompt_cache_rate', 'sky')}
      >
        {now('cache_hit_rate') === null ? (
          <span className="text-ink-3">of the input tokens</span>
        ) : (
          <Tooltip content="Calls answered from a response cache, of those that say whether they were">
            <span tabIndex={0}>
              <Sub name="cached answers" value={formatPercent(now('cache_hit_rate'))} />
            </span>
          </Tooltip>
        )}
        {saved > 0 ? <Sub name="saved" value={formatUsd(saved)} /> : null}
      </Tile>
      <Tile
        label="Unpriced"
        value={formatPercent(now('unpriced_rate'))}
        current={now('unpriced_rate')}
        previous={before('unpriced_rate')}
        previousText={formatPercent(before('unpriced_rate'))}
        good="less"
        spark={spark('unpriced_calls', 'rust')}
      >
        {unpriced > 0 ? (
          <Tooltip content="Their model has no known price or they report no tokens. They are left out of the cost, not counted as free.">
            <CallsLink filter={allOf(filter, 'cost_state:unpriced')} className="text-warn hover:underline">
              {formatCompact(unpriced)} unpriced {unpriced === 1 ? 'call' : 'calls'}
            </CallsLink>
          </Tooltip>
        ) : (
          <span className="text-ink-3">every call is priced</span>
        )}
      </Tile>
    </div>
  );
}

export function TilesSkeleton({ count = 8 }: { count?: number }) {
  return (
    <div className="grid grid-cols-2 gap-3 md:grid-cols-4" aria-busy="true" aria-label="Loading">
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className="card flex h-34 flex-col gap-3 p-4">
          <Skeleton className="h-3 w-20" />
          <Skeleton className="h-6 w-28" />
          <Skeleton className="h-3 w-24" />
        </div>
      ))}
    </div>
  );
}
