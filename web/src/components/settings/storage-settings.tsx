import { useQuery } from '@tanstack/react-query';
import { CircleCheck, TriangleAlert } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { integrityQuery, storageQuery } from '@/api/queries';
import { Failure, Skeleton } from '@/components/ui/states';
import { cn } from '@/lib/cn';
import { formatBytes, formatCompact, formatCount, formatMinute, toMs, UNKNOWN } from '@/lib/format';
import { useScope } from '@/lib/scope';
import { Panel } from './panel';
import { SelfCost } from './self-cost';

export function StorageSettings() {
  return (
    <div className="flex flex-col gap-4">
      <Storage />
      <SelfCost />
      <Integrity />
    </div>
  );
}

function Storage() {
  const storage = useQuery(storageQuery);
  const { scope } = useScope();
  if (storage.isError)
    return <Failure error={storage.error} what="The storage figures" onRetry={() => void storage.refetch()} />;
  if (!storage.data) return <Skeleton className="h-72" />;
  const { engine, tables, bytes, disk_free_bytes: free, disk_total_bytes: total } = storage.data;
  const most = Math.max(...tables.map((table) => table.bytes), 1);
  const spans = tables.find((table) => table.name === 'spans')?.rows ?? 0;
  return (
    <Panel
      title="Storage"
      about={
        engine === 'embedded'
          ? 'ClickHouse’s engine inside this process, in one folder.'
          : 'A ClickHouse server of your own.'
      }
    >
      <dl className="tabular mb-4 flex flex-wrap gap-x-10 gap-y-2">
        <Figure name="In use" value={formatBytes(bytes)} />
        <Figure name="Per span" value={spans > 0 ? formatBytes(bytes / spans) : UNKNOWN} />
        <Figure
          name={storage.data.growth_days === 1 ? 'Grew yesterday' : `Growth, ${storage.data.growth_days || 7} days`}
          value={storage.data.bytes_per_day === null ? UNKNOWN : `${formatBytes(storage.data.bytes_per_day)} a day`}
        />
        {free === null ? null : (
          <Figure name="Free on the disk" value={`${formatBytes(free)}${total ? ` of ${formatBytes(total)}` : ''}`} />
        )}
      </dl>
      <DiskFull time={storage.data.disk_full_time} note={storage.data.disk_full_note} now={scope.now} />
      <Signals tables={tables} />
      <div className="overflow-x-auto" tabIndex={0} role="region" aria-label="Tables">
        <table className="w-full">
          <thead className="text-xs text-ink-3">
            <tr className="border-b border-line">
              <th scope="col" className="py-1.5 pr-4 text-left font-medium">
                Table
              </th>
              <th scope="col" className="py-1.5 pr-4 text-right font-medium">
                Rows
              </th>
              <th scope="col" className="py-1.5 pr-4 text-right font-medium">
                Size
              </th>
              <th scope="col" className="py-1.5 pr-4 text-right font-medium">
                A day
              </th>
              <th scope="col" className="w-1/6 py-1.5 pr-4">
                <span className="sr-only">Share</span>
              </th>
              <th scope="col" className="py-1.5 pr-4 text-right font-medium">
                Oldest
              </th>
              <th scope="col" className="py-1.5 text-right font-medium">
                Newest
              </th>
            </tr>
          </thead>
          <tbody>
            {tables.map((table) => (
              <tr key={table.name} className="border-b border-line last:border-b-0">
                <td className="py-1.5 pr-4 font-medium">{table.name}</td>
                <td className="py-1.5 pr-4 text-right" title={formatCount(table.rows)}>
                  {formatCompact(table.rows)}
                </td>
                <td className="py-1.5 pr-4 text-right">{formatBytes(table.bytes)}</td>
                <td className="py-1.5 pr-4 text-right text-ink-2">{formatBytes(table.bytes_per_day)}</td>
                <td className="py-1.5 pr-4" aria-hidden>
                  <span
                    className="block h-1.5 rounded-full bg-accent/60"
                    style={{ width: `${(table.bytes / most) * 100}%` }}
                  />
                </td>
                <td className="py-1.5 pr-4 text-right whitespace-nowrap text-ink-2">
                  {formatMinute(table.oldest_time)}
                </td>
                <td className="py-1.5 text-right whitespace-nowrap text-ink-2">{formatMinute(table.newest_time)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

const SOON_DAYS = 30;

/** The day the disk is full, or why none can be named. */
function DiskFull({ time, note, now }: { time: string | null; note: string | null; now: number }) {
  const at = toMs(time);
  if (at === null) {
    return note === null ? null : (
      <p className="mb-4 text-ink-2">
        <span className="font-medium text-ink">When the disk is full:</span> {note}
      </p>
    );
  }
  const days = Math.max(0, Math.round((at - now) / 86_400_000));
  const soon = days < SOON_DAYS;
  return (
    <p className={cn('mb-4 flex items-center gap-2', soon && 'text-error')}>
      {soon ? <TriangleAlert aria-hidden className="size-4 shrink-0" /> : null}
      <span>
        <span className="font-medium">
          The disk is full about {formatMinute(at).slice(0, 10)}, in {formatCount(days)} {days === 1 ? 'day' : 'days'}
        </span>
        , at the pace of the last whole days and with what retention frees.
      </span>
    </p>
  );
}

const SIGNALS: readonly (readonly [string, string, string])[] = [
  ['spans', 'Spans', 'blue'],
  ['content', 'Content', 'amber'],
  ['calls', 'Calls and roll-ups', 'teal'],
  ['logs', 'Logs', 'violet'],
  ['metrics', 'Metrics', 'moss'],
  ['scores', 'Scores', 'rose'],
];

/** The share of each signal as one bar. */
function Signals({ tables }: { tables: Schemas['StorageAnswer']['tables'] }) {
  const all = Math.max(
    tables.reduce((sum, table) => sum + table.bytes, 0),
    1,
  );
  const parts = SIGNALS.map(([name, label, color]) => ({
    label,
    color,
    bytes: tables.filter((table) => table.signal === name).reduce((sum, table) => sum + table.bytes, 0),
  }));
  return (
    <div className="mb-4">
      <div aria-hidden className="flex h-2.5 overflow-hidden rounded-full bg-sunken">
        {parts.map((part) => (
          <span
            key={part.label}
            style={{ width: `${(part.bytes / all) * 100}%`, background: `var(--s-${part.color})` }}
          />
        ))}
      </div>
      <ul aria-label="Bytes per signal" className="tabular mt-1.5 flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-2">
        {parts.map((part) => (
          <li key={part.label} className="flex items-center gap-1.5">
            <span aria-hidden className="size-2 rounded-[2px]" style={{ background: `var(--s-${part.color})` }} />
            {part.label} <span className="font-medium text-ink">{formatBytes(part.bytes)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt className="text-xs text-ink-3">{name}</dt>
      <dd className="text-lg font-semibold tracking-[-0.01em]">{value}</dd>
    </div>
  );
}

function Integrity() {
  const integrity = useQuery(integrityQuery);
  return (
    <Panel title="Health of the stored data">
      {integrity.isError ? (
        <Failure error={integrity.error} what="The check" onRetry={() => void integrity.refetch()} className="py-4" />
      ) : null}
      {integrity.isPending ? <Skeleton className="h-8" /> : null}
      {integrity.data?.ok ? (
        <p className="flex items-center gap-2">
          <CircleCheck aria-hidden className="size-4.5 text-ok" /> Everything is whole.{' '}
          <span className="text-ink-3">Checked {formatMinute(integrity.data.checked_time)}</span>
        </p>
      ) : null}
      {integrity.data && integrity.data.findings.length > 0 ? (
        <ul className="flex flex-col gap-2">
          {integrity.data.findings.map((finding, index) => (
            <li key={index} className="flex gap-2">
              <TriangleAlert
                aria-hidden
                className={
                  finding.severity === 'error'
                    ? 'mt-0.5 size-4 shrink-0 text-error'
                    : 'mt-0.5 size-4 shrink-0 text-warn'
                }
              />
              <span className="min-w-0 wrap-anywhere">
                {finding.table ? <span className="mono mr-1.5">{finding.table}</span> : null}
                {finding.message} {finding.hint ? <span className="text-ink-3">{finding.hint}</span> : null}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </Panel>
  );
}
