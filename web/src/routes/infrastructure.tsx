import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { Cpu } from 'lucide-react';
import { infrastructureQuery, type Infrastructure } from '@/api/signals';
import { AnnotateButton, Annotated } from '@/components/charts/annotations';
import { CursorProvider } from '@/components/charts/cursor';
import { CallCharts, HostChart, useFrame, type Chosen } from '@/components/infrastructure/charts';
import { ChosenBar } from '@/components/infrastructure/chosen-bar';
import { Correlations } from '@/components/infrastructure/correlations';
import { NothingHere } from '@/components/project/nothing-here';
import { Page } from '@/components/shell/page';
import { RefreshControl, TimeRangePicker } from '@/components/shell/time-range-picker';
import { CodeBlock } from '@/components/ui/code-block';
import { Select } from '@/components/ui/field';
import { Empty, Failure, Skeleton } from '@/components/ui/states';
import { useScope } from '@/lib/scope';
import { textOf } from '@/lib/search-params';
import { decodeRange, encodeRange } from '@/lib/time-range';

interface InfrastructureSearch {
  service?: string;
  /** The minutes that are chosen on the charts, as the range is written. */
  at?: string;
}

export const Route = createFileRoute('/infrastructure')({
  validateSearch(search: Record<string, unknown>): InfrastructureSearch {
    const service = textOf(search, 'service');
    const at = textOf(search, 'at');
    return {
      ...(service === undefined ? {} : { service }),
      ...(at !== undefined && decodeRange(at)?.kind === 'absolute' ? { at } : {}),
    };
  },
  component: InfrastructurePage,
});

function InfrastructurePage() {
  const { service } = Route.useSearch();
  const navigate = Route.useNavigate();
  const { scope } = useScope();
  const query = useQuery(infrastructureQuery(scope, service));
  const answer = query.data;
  const services = answer?.services ?? [];
  const current = answer?.service ?? service ?? '';
  return (
    <Page
      title="Infrastructure"
      lead={
        current === '' ? null : (
          <Select
            aria-label="Service"
            className="max-w-56"
            value={current}
            onChange={(event) => {
              const next = event.target.value;
              void navigate({ search: ({ at: _, ...old }) => ({ ...old, service: next }) });
            }}
          >
            {services.some((item) => item.service === current) ? null : <option>{current}</option>}
            {services.map((item) => (
              <option key={item.service} value={item.service}>
                {item.service === '' ? '(no name)' : item.service}
                {item.metrics.length === 0 ? ' · no metrics' : ''}
              </option>
            ))}
          </Select>
        )
      }
      actions={
        <>
          <AnnotateButton service={current === '' ? null : current} services={services.map((item) => item.service)} />
          <TimeRangePicker />
          <RefreshControl busy={query.isFetching} />
        </>
      }
    >
      {query.isError && !answer ? (
        <Failure error={query.error} what="The processes" onRetry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <Loading /> : null}
      {answer?.service === null ? <NothingHere what="calls and no metrics" /> : null}
      {answer && answer.service !== null ? <Loaded answer={answer} /> : null}
    </Page>
  );
}

function Loading() {
  return (
    <div className="grid gap-3 md:grid-cols-2 xl:grid-cols-3" aria-busy="true" aria-label="Loading">
      {Array.from({ length: 6 }, (_, index) => (
        <Skeleton key={index} className="h-52" />
      ))}
    </div>
  );
}

function Loaded({ answer }: { answer: Infrastructure }) {
  const { at } = Route.useSearch();
  const navigate = Route.useNavigate();
  const { scope, setRange } = useScope();
  const decoded = at === undefined ? null : decodeRange(at);
  const chosen: Chosen | null = decoded?.kind === 'absolute' ? { from: decoded.from, to: decoded.to } : null;
  const choose = (next: Chosen | null) => {
    void navigate({
      replace: true,
      search: ({ at: _, ...old }) => (next ? { ...old, at: encodeRange({ kind: 'absolute', ...next }) } : old),
    });
  };
  const frame = useFrame(answer, chosen, choose);
  const processes = answer.measures.filter((measure) => measure.about === 'process');
  const hosts = answer.measures.filter((measure) => measure.about === 'host');
  return (
    <Annotated>
      <CursorProvider>
        <div className="flex flex-col gap-3">
          <h2 className="eyebrow">Its calls</h2>
          <CallCharts answer={answer} frame={frame} />
          {answer.measures.length === 0 ? (
            <NoMetrics service={answer.service ?? ''} />
          ) : (
            <>
              <Correlations answer={answer} />
              <Group title="Its processes" measures={processes} frame={frame} />
              <Group title="Its hosts" measures={hosts} frame={frame} />
              <p className="text-xs text-ink-3">
                Click a step, or drag over several, to see the calls behind it. Counters are shown as rates.
              </p>
            </>
          )}
          {chosen ? (
            <ChosenBar
              answer={answer}
              project={scope.project}
              chosen={chosen}
              onZoom={() => setRange({ kind: 'absolute', ...chosen })}
              onClose={() => choose(null)}
            />
          ) : null}
        </div>
      </CursorProvider>
    </Annotated>
  );
}

interface GroupProps {
  title: string;
  measures: Infrastructure['measures'];
  frame: ReturnType<typeof useFrame>;
}

function Group({ title, measures, frame }: GroupProps) {
  if (measures.length === 0) return null;
  return (
    <>
      <h2 className="eyebrow mt-1">{title}</h2>
      <div className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
        {measures.map((measure) => (
          <HostChart key={measure.name} measure={measure} frame={frame} />
        ))}
      </div>
    </>
  );
}

/** How a service comes to send metrics. */
function NoMetrics({ service }: { service: string }) {
  return (
    <section className="card flex flex-col items-center px-4 pb-6">
      <Empty icon={<Cpu />} title={`${service === '' ? 'This service' : service} sends no metrics`} className="py-8">
        CPU, memory, network, disk, garbage collection and event-loop lag stand here beside latency, errors and cost,
        once the process reports them. In Python:
      </Empty>
      <div className="w-full max-w-xl">
        <CodeBlock title="Python" code={"# pip install 'sonde[metrics]'\nimport sonde\n\nsonde.init(metrics=True)"} />
        <p className="mt-2 text-xs text-ink-3">
          Any OpenTelemetry SDK or collector that sends system metrics (process.cpu.utilization,
          system.memory.utilization …) to this server is read as well.
        </p>
      </div>
    </section>
  );
}
