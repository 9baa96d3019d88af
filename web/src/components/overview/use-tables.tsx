import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Overview } from '@/api/queries';
import { Badge } from '@/components/ui/badge';
import { Tooltip } from '@/components/ui/tooltip';
import { cn } from '@/lib/cn';
import { formatCompact, formatCount, formatDuration, formatPercent, formatUsd, toNumber } from '@/lib/format';

type Use = Overview['totals'];

/** The unpriced part is said, not hidden: a model without a price shows no amount instead of $0. */
function CostCell({ use }: { use: Use }) {
  const unpriced = use.unpriced_calls;
  return (
    <span className="inline-flex items-center justify-end gap-1.5">
      {unpriced > 0 ? (
        <Tooltip content={`${formatCount(unpriced)} of ${formatCount(use.calls)} calls have no known price`}>
          <span tabIndex={0}>
            <Badge tone="warn">{unpriced === use.calls ? 'unpriced' : `+${formatCompact(unpriced)} unpriced`}</Badge>
          </span>
        </Tooltip>
      ) : null}
      {use.cost_usd.total === null && unpriced > 0 ? null : <span>{formatUsd(use.cost_usd.total)}</span>}
    </span>
  );
}

function ErrorCell({ use }: { use: Use }) {
  return (
    <span className={cn((use.error_rate ?? 0) >= 0.05 ? 'font-medium text-error' : use.errors > 0 ? '' : 'text-ink-3')}>
      {formatPercent(use.error_rate)}
    </span>
  );
}

function Head({ children, right = false }: { children: ReactNode; right?: boolean }) {
  return (
    <th
      scope="col"
      className={cn(
        'px-2 py-1.5 font-medium whitespace-nowrap first:pl-4 last:pr-4',
        right ? 'text-right' : 'text-left',
      )}
    >
      {children}
    </th>
  );
}

function Cell({ children, className }: { children: ReactNode; className?: string }) {
  return <td className={cn('h-9 px-2 text-right whitespace-nowrap last:pr-4', className)}>{children}</td>;
}

interface CardProps {
  title: string;
  note?: string;
  children: ReactNode;
  className?: string;
}

function TableCard({ title, note, children, className }: CardProps) {
  return (
    <section className={cn('card flex min-w-0 flex-col', className)} aria-label={title}>
      <h2 className="px-4 pt-3 pb-1 font-semibold">
        {title} {note ? <span className="text-xs font-normal text-ink-3">{note}</span> : null}
      </h2>
      <div className="overflow-x-auto pb-1.5" tabIndex={0} role="region" aria-label={`${title}: table`}>
        {children}
      </div>
    </section>
  );
}

const SHOWN = 10;

/** The share of a part in the cost of all, drawn behind its name. */
function ShareBar({ share }: { share: number }) {
  return (
    <span aria-hidden className="block h-1 w-full rounded-full bg-sunken">
      <span
        className="block h-1 rounded-full bg-accent/70"
        style={{ width: `${Math.max(share * 100, share > 0 ? 1.5 : 0)}%` }}
      />
    </span>
  );
}

export function ModelTable({ overview, className }: { overview: Overview; className?: string }) {
  const total = toNumber(overview.totals.cost_usd.total) ?? 0;
  const rows = overview.models.slice(0, SHOWN);
  return (
    <TableCard
      title="Models"
      note={overview.models.length > SHOWN ? `largest ${SHOWN} of ${overview.models.length} by cost` : 'by cost'}
      {...(className ? { className } : {})}
    >
      <table className="w-full">
        <thead className="text-xs text-ink-3">
          <tr>
            <Head>Model</Head>
            <Head right>Calls</Head>
            <Head right>Errors</Head>
            <Head right>p50</Head>
            <Head right>p95</Head>
            <Head right>First token</Head>
            <Head right>Input</Head>
            <Head right>Output</Head>
            <Head right>Cost</Head>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const cost = toNumber(row.cost_usd.total);
            return (
              <tr key={`${row.provider ?? ''}/${row.model ?? ''}`} className="border-t border-line hover:bg-sunken/60">
                <td className="h-9 max-w-72 min-w-44 py-1 pr-2 pl-4">
                  <Link
                    to="/calls"
                    search={(old) => ({ ...old, model: [row.model ?? ''], provider: [row.provider ?? ''] })}
                    className="flex items-baseline gap-1.5 hover:underline"
                  >
                    <span className="truncate font-medium">{row.model ?? 'unknown model'}</span>
                    <span className="shrink-0 text-xs text-ink-3">{row.provider ?? ''}</span>
                  </Link>
                  <ShareBar share={total > 0 && cost !== null ? cost / total : 0} />
                </td>
                <Cell>{formatCompact(row.calls)}</Cell>
                <Cell>
                  <ErrorCell use={row} />
                </Cell>
                <Cell>{formatDuration(row.duration_ms.p50)}</Cell>
                <Cell>{formatDuration(row.duration_ms.p95)}</Cell>
                <Cell>{formatDuration(row.ttft_ms.p50)}</Cell>
                <Cell>
                  <Tooltip
                    content={
                      row.tokens.input > 0
                        ? `${formatPercent(row.tokens.cached_input / row.tokens.input)} read from the cache`
                        : ''
                    }
                  >
                    <span>{formatCompact(row.tokens.input)}</span>
                  </Tooltip>
                </Cell>
                <Cell>{formatCompact(row.tokens.output)}</Cell>
                <Cell className="font-medium">
                  <CostCell use={row} />
                </Cell>
              </tr>
            );
          })}
        </tbody>
      </table>
    </TableCard>
  );
}

interface NamedProps {
  title: string;
  rows: Overview['services'];
  dimension: 'service' | 'endpoint';
  unknown: string;
}

export function NamedTable({ title, rows, dimension, unknown }: NamedProps) {
  return (
    <TableCard title={title} {...(rows.length > SHOWN ? { note: `largest ${SHOWN} of ${rows.length}` } : {})}>
      <table className="w-full">
        <thead className="text-xs text-ink-3">
          <tr>
            <Head>{title.replace(/s$/, '')}</Head>
            <Head right>Calls</Head>
            <Head right>Errors</Head>
            <Head right>p95</Head>
            <Head right>Cost</Head>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, SHOWN).map((row) => (
            <tr key={row.name ?? ''} className="border-t border-line hover:bg-sunken/60">
              <td className="h-9 max-w-52 pr-2 pl-4">
                <Link
                  to="/calls"
                  search={(old) => ({ ...old, [dimension]: [row.name ?? ''] })}
                  className="block truncate font-medium hover:underline"
                >
                  {row.name === null || row.name === '' ? (
                    <span className="font-normal text-ink-3">{unknown}</span>
                  ) : (
                    row.name
                  )}
                </Link>
              </td>
              <Cell>{formatCompact(row.calls)}</Cell>
              <Cell>
                <ErrorCell use={row} />
              </Cell>
              <Cell>{formatDuration(row.duration_ms.p95)}</Cell>
              <Cell className="font-medium">
                <CostCell use={row} />
              </Cell>
            </tr>
          ))}
        </tbody>
      </table>
    </TableCard>
  );
}
