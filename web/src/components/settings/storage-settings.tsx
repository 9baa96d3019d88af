import { useQuery } from '@tanstack/react-query';
import { CircleCheck, TriangleAlert } from 'lucide-react';
import { integrityQuery, storageQuery } from '@/api/queries';
import { Failure, Skeleton } from '@/components/ui/states';
import { formatBytes, formatCompact, formatCount, formatMinute, UNKNOWN } from '@/lib/format';
import { Panel } from './panel';

export function StorageSettings() {
  return (
    <div className="flex flex-col gap-4">
      <Storage />
      <Integrity />
    </div>
  );
}

function Storage() {
  const storage = useQuery(storageQuery);
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
        {free === null ? null : (
          <Figure name="Free on the disk" value={`${formatBytes(free)}${total ? ` of ${formatBytes(total)}` : ''}`} />
        )}
      </dl>
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
              <th scope="col" className="w-1/4 py-1.5 pr-4">
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
