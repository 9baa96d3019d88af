import { useQuery } from '@tanstack/react-query';
import { useMemo, type ReactNode } from 'react';
import { selfCostQuery } from '@/api/signals';
import { Sparkline } from '@/components/charts/sparkline';
import { Failure, Skeleton } from '@/components/ui/states';
import { formatAgo, formatBytes, formatDuration, formatPercent } from '@/lib/format';
import { useScope } from '@/lib/scope';
import { Panel } from './panel';

const EVERY_MS = 10_000;

/** CPU, memory and disk of the server's own process. */
export function SelfCost() {
  const { scope } = useScope();
  const cost = useQuery({ ...selfCostQuery, refetchInterval: EVERY_MS });
  const samples = cost.data?.samples;
  const cpu = useMemo(() => samples?.map((sample) => sample.cpu_share) ?? [], [samples]);
  const memory = useMemo(() => samples?.map((sample) => sample.memory_bytes) ?? [], [samples]);
  if (cost.isError)
    return <Failure error={cost.error} what="What Sonde costs" onRetry={() => void cost.refetch()} className="card" />;
  if (!cost.data) return <Skeleton className="h-36" />;
  const { cpu_s: seconds, cpu_share: share, cores, memory_bytes: used, memory_peak_bytes: peak } = cost.data;
  return (
    <Panel
      title="What Sonde itself costs"
      about={`This server's process, started ${formatAgo(cost.data.started_time, scope.now)}. Lines show the last hour at most.`}
    >
      <dl className="tabular grid gap-x-8 gap-y-4 sm:grid-cols-3">
        <Figure
          name="CPU"
          value={formatPercent(share)}
          about={`of one core${cores === null ? '' : ` of ${cores}`}, on average; ${formatDuration(seconds * 1000)} since the start`}
        >
          <Sparkline values={cpu} color="blue" className="mt-1 h-8 w-full" />
        </Figure>
        <Figure name="Memory" value={formatBytes(used)} about={`resident; ${formatBytes(peak)} at most`}>
          <Sparkline values={memory} color="violet" className="mt-1 h-8 w-full" />
        </Figure>
        <Figure
          name="Disk"
          value={formatBytes(cost.data.data_bytes)}
          about="the whole data folder: tables, journal and catalog"
        />
      </dl>
    </Panel>
  );
}

interface FigureProps {
  name: string;
  value: string;
  about: string;
  children?: ReactNode;
}

function Figure({ name, value, about, children }: FigureProps) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-ink-3">{name}</dt>
      <dd>
        <span className="text-lg font-semibold tracking-[-0.01em]">{value}</span>
        <span className="block text-xs text-ink-3">{about}</span>
        {children}
      </dd>
    </div>
  );
}
