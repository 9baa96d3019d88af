import { useQuery } from '@tanstack/react-query';
import { PackageCheck } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { ledgerQuery } from '@/api/signals';
import { TimeRangePicker } from '@/components/shell/time-range-picker';
import { Badge } from '@/components/ui/badge';
import { Empty, Failure, Skeleton } from '@/components/ui/states';
import { formatAgo, formatCompact, formatCount } from '@/lib/format';
import { useScope } from '@/lib/scope';
import { Panel } from './panel';

type Item = Schemas['LedgerItem'];

const REASONS: Readonly<Record<string, string>> = {
  queue_full: 'the queue in memory was full',
  spool_full: 'the spool on disk was full',
  refused: 'the server refused them',
  expired: 'the server was away for too long',
  encode: 'they could not be encoded',
  error: 'an error of the SDK',
  exit: 'the process ended before they were sent',
};

/** What senders made and what became of it: losses are counted, not guessed. */
export function LedgerSettings() {
  const { scope } = useScope();
  const ledger = useQuery(ledgerQuery(scope));
  const items = ledger.data?.items ?? [];
  return (
    <Panel
      title="Loss ledger"
      about="What the Sonde SDK in your applications made, left out, lost and delivered. A process that is killed cannot report its last seconds."
      actions={<TimeRangePicker />}
    >
      {ledger.isError ? (
        <Failure error={ledger.error} what="The ledger" onRetry={() => void ledger.refetch()} className="py-6" />
      ) : null}
      {ledger.isPending ? <Skeleton className="h-24" /> : null}
      {ledger.data && items.length === 0 ? (
        <Empty icon={<PackageCheck />} title="No sender keeps a ledger here" className="py-8">
          Applications that use sonde.init report it with their metrics. Other OpenTelemetry SDKs do not tell what they
          dropped.
        </Empty>
      ) : null}
      {items.length > 0 ? (
        <div className="overflow-x-auto" tabIndex={0} role="region" aria-label="Ledger">
          <table className="tabular w-full">
            <thead className="text-xs text-ink-3">
              <tr className="border-b border-line">
                {['Service', 'Signal'].map((name) => (
                  <th key={name} scope="col" className="py-1.5 pr-4 text-left font-medium">
                    {name}
                  </th>
                ))}
                {['Processes', 'Made', 'Sampled out', 'Lost', 'Stored', 'Waiting'].map((name) => (
                  <th key={name} scope="col" className="py-1.5 pr-4 text-right font-medium">
                    {name}
                  </th>
                ))}
                <th scope="col" className="py-1.5 text-right font-medium">
                  Last report
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <Row key={`${item.project}/${item.service}/${item.signal}`} item={item} now={scope.now} />
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </Panel>
  );
}

function Row({ item, now }: { item: Item; now: number }) {
  const reasons = Object.entries(item.reasons).filter(([, count]) => count > 0);
  return (
    <>
      <tr className="border-t border-line first:border-t-0">
        <td className="max-w-56 truncate py-1.5 pr-4 font-medium" title={item.service}>
          {item.service}
        </td>
        <td className="py-1.5 pr-4">{item.signal}</td>
        {[item.processes, item.created, item.sampled].map((count, index) => (
          <td key={index} className="py-1.5 pr-4 text-right" title={formatCount(count)}>
            {formatCompact(count)}
          </td>
        ))}
        <td className="py-1.5 pr-4 text-right" title={formatCount(item.dropped)}>
          {item.dropped > 0 ? <Badge tone="error">{formatCompact(item.dropped)}</Badge> : '0'}
        </td>
        {[item.stored, item.waiting].map((count, index) => (
          <td key={index} className="py-1.5 pr-4 text-right" title={formatCount(count)}>
            {formatCompact(count)}
          </td>
        ))}
        <td className="py-1.5 text-right whitespace-nowrap text-ink-2">{formatAgo(item.last_time, now)}</td>
      </tr>
      {reasons.length > 0 ? (
        <tr>
          <td colSpan={9} className="pb-2 text-xs text-error">
            Lost:{' '}
            {reasons.map(([reason, count]) => `${formatCount(count)} because ${REASONS[reason] ?? reason}`).join('; ')}
          </td>
        </tr>
      ) : null}
    </>
  );
}
