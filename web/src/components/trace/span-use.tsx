import { TokenBar, TokenTable } from '@/components/lists/cells';
import { Tooltip } from '@/components/ui/tooltip';
import { formatCompact, formatCount, formatUsd } from '@/lib/format';
import type { TraceSpan } from '@/lib/trace/outline';
import type { Totals } from '@/lib/trace/totals';

/** What a span and all below it used, for spans that are more than one call. */
export function SpanUse({ totals, span }: { totals: Totals | undefined; span: TraceSpan | undefined }) {
  if (!totals || !span) return null;
  const own = span.call?.counted ? 1 : 0;
  if (totals.calls - own < 1) return null;
  return (
    <div className="tabular flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line bg-sunken/60 px-4 py-1.5 text-xs text-ink-2">
      <span>
        With all below: <strong className="font-semibold text-ink">{formatCount(totals.calls)}</strong>{' '}
        {totals.calls === 1 ? 'call' : 'calls'}
      </span>
      {totals.input_tokens === null && totals.output_tokens === null ? null : (
        <Tooltip content={<TokenTable call={totals} />} side="bottom">
          <span tabIndex={0} className="flex items-center gap-2">
            <TokenBar call={totals} className="w-20" />
            {formatCompact(totals.input_tokens)} → {formatCompact(totals.output_tokens)} tokens
          </span>
        </Tooltip>
      )}
      {totals.cost_usd === null ? null : (
        <span>
          <strong className="font-semibold text-ink">{formatUsd(totals.cost_usd)}</strong>
          {span.call?.cost_usd ? `, own ${formatUsd(span.call.cost_usd)}` : ''}
        </span>
      )}
      {totals.unpriced > 0 ? <span className="text-warn">{formatCount(totals.unpriced)} unpriced</span> : null}
      {totals.errors > 0 ? (
        <span className="text-error">
          {formatCount(totals.errors)} {totals.errors === 1 ? 'error' : 'errors'}
        </span>
      ) : null}
    </div>
  );
}
