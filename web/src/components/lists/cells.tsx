import { CircleAlert, CircleDashed } from 'lucide-react';
import type { CallSummary } from '@/api/queries';
import { Badge } from '@/components/ui/badge';
import { Tooltip } from '@/components/ui/tooltip';
import { tokenParts, type TokenFigures } from '@/lib/call';
import { cn } from '@/lib/cn';
import { formatCompact, formatCount, formatUsd, formatUsdExact, UNKNOWN } from '@/lib/format';

export function Unknown() {
  return (
    <span className="text-ink-3" title="Not reported">
      {UNKNOWN}
    </span>
  );
}

export function Text({ value, mono = false }: { value: string | null | undefined; mono?: boolean }) {
  if (value === null || value === undefined || value === '') return <Unknown />;
  return (
    <span className={cn(mono && 'mono')} title={value}>
      {value}
    </span>
  );
}

/** "openai.RateLimitError" → "RateLimitError": the package is in the title. */
function shortError(type: string | null | undefined): string {
  if (!type) return 'error';
  return /^[\w.]+$/.test(type) ? (type.split('.').at(-1) ?? type) : type;
}

interface StatusProps {
  call: { status: string; error_type?: string | null; incomplete?: boolean | null };
}

export function StatusCell({ call }: StatusProps) {
  if (call.status === 'error') {
    return (
      <Badge tone="error" title={call.error_type ?? 'error'}>
        <CircleAlert aria-hidden />
        <span className="truncate">{shortError(call.error_type)}</span>
      </Badge>
    );
  }
  if (call.incomplete) {
    return (
      <Badge tone="warn" title="The stream was aborted before its end">
        <CircleDashed aria-hidden />
        aborted
      </Badge>
    );
  }
  return (
    <span className="inline-flex items-center gap-1.5 text-ink-2">
      <span aria-hidden className="size-1.5 rounded-full bg-ok" />
      ok
    </span>
  );
}

export function TokenTable({ call }: { call: TokenFigures }) {
  const parts = tokenParts(call);
  return (
    <table className="tabular">
      <tbody>
        {parts.map((part) => (
          <tr key={part.name}>
            <td className="pr-2">
              <span className="inline-block size-2 rounded-[2px]" style={{ background: `var(--s-${part.color})` }} />
            </td>
            <td className="pr-4 text-ink-2">{part.name}</td>
            <td className="text-right font-medium">{formatCount(part.tokens)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The parts of the tokens side by side. */
export function TokenBar({ call, className }: { call: TokenFigures; className?: string }) {
  const parts = tokenParts(call);
  const total = parts.reduce((sum, part) => sum + part.tokens, 0);
  return (
    <span aria-hidden className={cn('flex h-1.5 w-full gap-px overflow-hidden rounded-full bg-sunken', className)}>
      {parts.map((part) => (
        <span
          key={part.name}
          style={{ width: `${(part.tokens / total) * 100}%`, background: `var(--s-${part.color})` }}
        />
      ))}
    </span>
  );
}

export function TokensCell({ call }: { call: TokenFigures }) {
  if ((call.input_tokens ?? null) === null && (call.output_tokens ?? null) === null) return <Unknown />;
  return (
    <Tooltip content={<TokenTable call={call} />} side="left">
      <span className="flex items-center gap-2">
        <TokenBar call={call} className="w-14 shrink-0" />
        <span className="flex-1 text-right">
          {formatCompact(call.input_tokens)}
          {(call.output_tokens ?? null) === null ? null : (
            <>
              {' '}
              <span className="text-ink-3">→</span> {formatCompact(call.output_tokens)}
            </>
          )}
        </span>
      </span>
    </Tooltip>
  );
}

const SOURCE_TEXT: Readonly<Record<string, string>> = {
  computed: 'computed from tokens and our price book',
  billed: 'the provider’s own figure',
  claimed: 'computed by the instrumentation; we have no price for it',
  none: 'no price is known',
};

type CostFigures = Pick<CallSummary, 'cost_state' | 'cost_source'> & { cost_usd?: string | null | undefined };

/** An amount, or why there is none. Never $0 for a price nobody knows. */
export function CostCell({ call }: { call: CostFigures }) {
  const source = SOURCE_TEXT[call.cost_source] ?? call.cost_source;
  if (call.cost_state === 'free') return <span className="text-ink-2">free</span>;
  if (call.cost_usd === null || call.cost_usd === undefined) {
    return (
      <Tooltip content="No price is known for this model, or it reported no tokens">
        <Badge tone="warn">unpriced</Badge>
      </Tooltip>
    );
  }
  return (
    <span title={`${formatUsdExact(call.cost_usd)}: ${source}`}>
      {call.cost_source === 'claimed' ? <span className="mr-1 text-2xs text-ink-3">claimed</span> : null}
      <span className={call.cost_source === 'claimed' ? 'text-ink-2' : 'font-medium'}>{formatUsd(call.cost_usd)}</span>
    </span>
  );
}
