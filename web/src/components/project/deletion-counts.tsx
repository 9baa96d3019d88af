import type { Schemas } from '@/api/client';
import { formatCount } from '@/lib/format';

/** Rows per table that a deletion takes. */
export function DeletionCounts({ answer }: { answer: Schemas['DeletionAnswer'] }) {
  const rows: [string, number][] = [['traces', answer.traces], ...Object.entries(answer.rows)];
  return (
    <dl className="tabular grid grid-cols-2 gap-x-6 gap-y-1 rounded-md bg-sunken px-3 py-2 sm:grid-cols-3">
      {rows.map(([name, count]) => (
        <div key={name} className="flex justify-between gap-2">
          <dt className="text-ink-2">{name}</dt>
          <dd className="font-medium">{formatCount(count)}</dd>
        </div>
      ))}
    </dl>
  );
}
