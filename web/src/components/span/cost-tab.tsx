import { Link } from '@tanstack/react-router';
import { Copy, Info } from 'lucide-react';
import type { ReactNode } from 'react';
import type { CallDetail, SpanDetail } from '@/api/queries';
import { TokenBar } from '@/components/lists/cells';
import { Badge } from '@/components/ui/badge';
import { outputSpeed, tokenParts } from '@/lib/call';
import {
  formatCompact,
  formatCount,
  formatDuration,
  formatPercent,
  formatUsd,
  formatUsdExact,
  toNumber,
  UNKNOWN,
} from '@/lib/format';

const SOURCES: Readonly<Record<string, { label: string; about: string }>> = {
  computed: { label: 'computed', about: 'Tokens times the price that was valid at the time of the call.' },
  billed: { label: 'billed', about: 'The provider’s or router’s own figure; it wins over every computation.' },
  claimed: {
    label: 'claimed',
    about:
      'Computed by the instrumentation. Our price book has no price for this model, so it is shown but drives no budget.',
  },
  none: {
    label: 'no price',
    about:
      'No price is known for this model, or the call reported no tokens. It is left out of every sum instead of counting as free.',
  },
};

const CLASS_LABELS: Readonly<Record<string, string>> = {
  input: 'Input',
  input_uncached: 'Input',
  uncached_input: 'Input',
  input_cached: 'Cached input',
  cached_input: 'Cached input',
  cache_write: 'Cache write',
  cache_write_1h: 'Cache write, 1 h',
  output: 'Output',
  reasoning: 'Reasoning',
};

function classLabel(name: string): string {
  return CLASS_LABELS[name] ?? name.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase());
}

/** Where the tokens and the money of a call come from, line by line. */
export function CostTab({ span, call }: { span: SpanDetail; call: CallDetail }) {
  const source = SOURCES[call.cost_source] ?? { label: call.cost_source, about: '' };
  const lines = call.explanation.filter((line) => line.token_class);
  const reasons = call.explanation.flatMap((line) => (line.reason ? [line.reason] : []));
  return (
    <div className="flex flex-col gap-5 p-4">
      {call.counted ? null : <NotCounted call={call} />}

      <section aria-label="Cost">
        <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
          <span className="tabular text-2xl font-semibold tracking-[-0.02em]">
            {call.cost_state === 'free' ? 'Free' : call.cost_usd === null ? 'Unpriced' : formatUsd(call.cost_usd)}
          </span>
          <Badge tone={call.cost_state === 'unpriced' ? 'warn' : call.cost_source === 'claimed' ? 'neutral' : 'accent'}>
            {source.label}
          </Badge>
          {call.cost_usd ? <span className="mono text-xs text-ink-3">{formatUsdExact(call.cost_usd)} USD</span> : null}
        </div>
        <p className="mt-1 text-xs text-ink-2">{source.about}</p>
        <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5 text-xs">
          {call.rate_card ? (
            <Pair name="Rate card">
              <span className="mono">{call.rate_card}</span>
            </Pair>
          ) : null}
          {call.service_tier ? <Pair name="Service tier">{call.service_tier}</Pair> : null}
          {call.claimed_cost_usd ? (
            <Pair name="Claimed by the sender">
              <span className="mono">{formatUsdExact(call.claimed_cost_usd)}</span>
              <Difference claimed={call.claimed_cost_usd} own={call.cost_usd} />
            </Pair>
          ) : null}
        </dl>
      </section>

      <section aria-label="Tokens">
        <Heading>Tokens</Heading>
        {tokenParts(call).length > 0 ? (
          <TokenBar call={call} className="mb-2 h-2" />
        ) : (
          <p className="text-xs text-ink-3">The sender reported no tokens.</p>
        )}
        {lines.length > 0 ? <PriceLines call={call} lines={lines} /> : <PartLines call={call} />}
        {reasons.length > 0 ? (
          <ul className="mt-2 flex flex-col gap-1">
            {reasons.map((reason, index) => (
              <li key={index} className="flex gap-1.5 text-xs text-ink-2">
                <Info aria-hidden className="mt-0.5 size-3.5 shrink-0 text-ink-3" />
                <span className="wrap-anywhere">{reason}</span>
              </li>
            ))}
          </ul>
        ) : null}
      </section>

      <Speed call={call} />
      {call.duplicates.length > 0 ? <Duplicates call={call} /> : null}
      <Origins span={span} />
    </div>
  );
}

function Heading({ children }: { children: ReactNode }) {
  return <h3 className="mb-1.5 text-xs font-semibold text-ink-2">{children}</h3>;
}

function Pair({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </>
  );
}

function Difference({ claimed, own }: { claimed: string; own: string | null | undefined }) {
  const [theirs, ours] = [toNumber(claimed), toNumber(own)];
  if (theirs === null || ours === null || ours === 0) return null;
  const share = theirs / ours - 1;
  if (Math.abs(share) < 0.0005) return <span className="ml-2 text-ok">agrees</span>;
  return (
    <span className="ml-2 text-warn">
      {formatPercent(Math.abs(share))} {share > 0 ? 'more' : 'less'} than counted
    </span>
  );
}

function PriceLines({ call, lines }: { call: CallDetail; lines: CallDetail['explanation'] }) {
  return (
    <table className="tabular w-full text-xs">
      <thead className="text-ink-3">
        <tr className="border-b border-line">
          <th scope="col" className="py-1 text-left font-medium">
            Class
          </th>
          <th scope="col" className="py-1 text-right font-medium">
            Tokens
          </th>
          <th scope="col" className="py-1 text-right font-medium">
            USD per million
          </th>
          <th scope="col" className="py-1 text-right font-medium">
            USD
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line, index) => (
          <tr key={index} className="border-b border-line/60">
            <td className="py-1">{classLabel(line.token_class ?? '')}</td>
            <td className="py-1 text-right">{formatCount(line.tokens)}</td>
            <td className="mono py-1 text-right">
              {line.unit_price_usd_per_million
                ? formatUsdExact(line.unit_price_usd_per_million).replace('$', '')
                : UNKNOWN}
            </td>
            <td className="mono py-1 text-right">
              {line.cost_usd ? formatUsdExact(line.cost_usd).replace('$', '') : UNKNOWN}
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr className="font-semibold">
          <td className="py-1">Total</td>
          <td className="py-1 text-right">{formatCount(call.total_tokens)}</td>
          <td />
          <td className="mono py-1 text-right">
            {call.cost_usd ? formatUsdExact(call.cost_usd).replace('$', '') : UNKNOWN}
          </td>
        </tr>
      </tfoot>
    </table>
  );
}

function PartLines({ call }: { call: CallDetail }) {
  const parts = tokenParts(call);
  if (parts.length === 0) return null;
  return (
    <table className="tabular w-full text-xs">
      <tbody>
        {parts.map((part) => (
          <tr key={part.name} className="border-b border-line/60">
            <td className="w-4 py-1">
              <span className="inline-block size-2 rounded-[2px]" style={{ background: `var(--s-${part.color})` }} />
            </td>
            <td className="py-1">{part.name}</td>
            <td className="py-1 text-right">{formatCount(part.tokens)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Speed({ call }: { call: CallDetail }) {
  const speed = outputSpeed(call);
  const rows: [string, string][] = [
    ['Latency', formatDuration(call.duration_ms)],
    ['First token', formatDuration(call.ttft_ms)],
    ['Output tokens/s', speed === null ? UNKNOWN : formatCompact(speed)],
    ['Thinking', formatDuration(call.thinking_ms)],
    ['Between tokens p95', formatDuration(call.itl_p95_ms)],
    ['Stalls', call.stalls === null ? UNKNOWN : formatCount(call.stalls)],
    ['Attempts', call.attempts === null ? UNKNOWN : formatCount(call.attempts)],
  ];
  const known = rows.filter(([, value]) => value !== UNKNOWN);
  return (
    <section aria-label="Speed">
      <Heading>Speed</Heading>
      <dl className="tabular flex flex-wrap gap-x-6 gap-y-1.5 text-xs">
        {known.map(([name, value]) => (
          <div key={name}>
            <dt className="text-ink-3">{name}</dt>
            <dd className="font-medium">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function SpanLink({ call, spanId, children }: { call: CallDetail; spanId: string; children: ReactNode }) {
  return (
    <Link
      to="/traces/$traceId"
      params={{ traceId: call.trace_id }}
      search={(old) => ({
        project: call.project,
        ...(old.range ? { range: old.range } : {}),
        span: spanId,
        tab: 'cost',
      })}
      className="mono text-accent hover:underline"
    >
      {children}
    </Link>
  );
}

function NotCounted({ call }: { call: CallDetail }) {
  return (
    <div className="flex gap-2.5 rounded-md bg-info-soft px-3 py-2 text-xs text-info">
      <Copy aria-hidden className="mt-0.5 size-3.5 shrink-0" />
      <p>
        <strong className="font-semibold">Not counted.</strong> This span is the same call as another one, so its tokens
        and cost are in no sum. {call.duplicate_reason ? <>Why: {call.duplicate_reason}. </> : null}
        {call.duplicate_of ? (
          <SpanLink call={call} spanId={call.duplicate_of}>
            See the counted span
          </SpanLink>
        ) : null}
      </p>
    </div>
  );
}

function Duplicates({ call }: { call: CallDetail }) {
  return (
    <section aria-label="Duplicates">
      <Heading>Dropped duplicates</Heading>
      <p className="mb-1.5 text-xs text-ink-2">
        Other spans that are this same call. They are shown in the trace and counted nowhere.
      </p>
      <ul className="flex flex-col gap-1.5">
        {call.duplicates.map((item) => (
          <li key={`${item.trace_id}${item.span_id}`} className="rounded border border-line px-2.5 py-1.5 text-xs">
            <div className="flex items-baseline gap-2">
              <Link
                to="/traces/$traceId"
                params={{ traceId: item.trace_id }}
                search={(old) => ({
                  project: item.project,
                  ...(old.range ? { range: old.range } : {}),
                  span: item.span_id,
                  tab: 'cost',
                })}
                className="truncate font-medium text-accent hover:underline"
              >
                {item.name}
              </Link>
              <span className="text-ink-3">{item.convention}</span>
              <span className="tabular ml-auto text-ink-3">
                {formatCompact(item.input_tokens)} → {formatCompact(item.output_tokens)}
              </span>
            </div>
            {item.duplicate_reason ? <p className="text-ink-2">{item.duplicate_reason}</p> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

const ORIGINS: Readonly<Record<string, string>> = {
  span: 'this span',
  duplicate: 'a duplicate',
  ancestor: 'a span above',
  related: 'a related record',
  computed: 'derived',
};

function Origins({ span }: { span: SpanDetail }) {
  if (span.origins.length === 0) return null;
  return (
    <section aria-label="Where each field comes from">
      <Heading>Where each field comes from</Heading>
      <div className="overflow-x-auto">
        <table className="w-full text-xs">
          <thead className="text-ink-3">
            <tr className="border-b border-line">
              <th scope="col" className="py-1 pr-3 text-left font-medium">
                Field
              </th>
              <th scope="col" className="py-1 pr-3 text-left font-medium">
                Value
              </th>
              <th scope="col" className="py-1 pr-3 text-left font-medium">
                Said by
              </th>
              <th scope="col" className="py-1 text-left font-medium">
                Read from
              </th>
            </tr>
          </thead>
          <tbody>
            {span.origins.map((origin, index) => (
              <tr key={index} className="border-b border-line/60 align-top">
                <td className="mono py-1 pr-3 whitespace-nowrap">{origin.field}</td>
                <td className="max-w-48 truncate py-1 pr-3" title={JSON.stringify(origin.value)}>
                  {typeof origin.value === 'string' ? origin.value : JSON.stringify(origin.value)}
                </td>
                <td className="py-1 pr-3 whitespace-nowrap text-ink-2">{ORIGINS[origin.origin] ?? origin.origin}</td>
                <td
                  className="mono py-1 text-2xs leading-4.5 text-ink-2 wrap-anywhere"
                  title={origin.rule ?? undefined}
                >
                  {origin.keys.length > 0 ? origin.keys.join(', ') : (origin.rule ?? UNKNOWN)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
