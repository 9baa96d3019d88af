import { ChartLine, Download, Table2 } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';
import { Tooltip } from '@/components/ui/tooltip';
import { Button } from '@/components/ui/button';
import { cn } from '@/lib/cn';
import { saveCsv, toCsv } from '@/lib/csv';
import { formatMinute, formatTimestamp } from '@/lib/format';
import { readPreference, writePreference } from '@/lib/storage';
import { TimeChart, type ChartSeries, type TimeChartProps } from './time-chart';

interface Props extends Omit<TimeChartProps, 'label' | 'series'> {
  title: string;
  unit: string;
  /** With the figure of the whole range in the legend. */
  series: readonly (ChartSeries & { total: string })[];
  /** Values of several magnitudes: a logarithmic axis is offered, and the choice remembered. */
  mayBeLog?: boolean;
  /** Pickers beside the title. */
  actions?: ReactNode;
  className?: string;
}

/** A chart with its heading and a legend whose entries switch the series; the same figures as a table on demand. */
export function ChartCard({ title, unit, series, mayBeLog = false, actions, className, ...chart }: Props) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [asTable, setAsTable] = useState(false);
  const [log, setLog] = useState(() => mayBeLog && readPreference('log-scale') !== 'off');
  const shown = useMemo(() => series.filter((item) => !hidden.has(item.name)), [series, hidden]);
  const toggle = (name: string) => {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    // Hiding the last one shows all again: an empty chart helps nobody.
    setHidden(next.size === series.length ? new Set() : next);
  };
  return (
    <section className={cn('card flex h-full flex-col pt-3 pb-2', className)} aria-label={title}>
      <div className="flex items-start gap-1 pr-2 pl-4">
        <div className="min-w-0 flex-1">
          <h2 className="font-semibold">
            {title} <span className="text-xs font-normal text-ink-3">{unit}</span>
          </h2>
        </div>
        {actions}
        {mayBeLog && !asTable ? (
          <Tooltip content={log ? 'Logarithmic: every line is ten times the one below' : 'Linear'}>
            <Button
              look="ghost"
              size="sm"
              aria-pressed={log}
              className="text-ink-3"
              onClick={() => {
                writePreference('log-scale', log ? 'off' : 'on');
                setLog(!log);
              }}
            >
              {log ? 'log' : 'linear'}
            </Button>
          </Tooltip>
        ) : null}
        <Tooltip content={asTable ? 'Show the chart' : 'Show the figures as a table'}>
          <Button
            look="ghost"
            size="icon-sm"
            aria-label={asTable ? `${title}: show the chart` : `${title}: show the figures as a table`}
            onClick={() => setAsTable(!asTable)}
          >
            {asTable ? <ChartLine /> : <Table2 />}
          </Button>
        </Tooltip>
        <Tooltip content="Save as CSV">
          <Button
            look="ghost"
            size="icon-sm"
            aria-label={`${title}: save as CSV`}
            onClick={() => saveCsv(title, seriesCsv(chart.times, series))}
          >
            <Download />
          </Button>
        </Tooltip>
      </div>
      <ul className="flex flex-wrap gap-x-3 gap-y-0.5 pr-2 pl-4 text-xs">
        {series.map((item) => (
          <li key={item.name}>
            <button
              type="button"
              aria-pressed={!hidden.has(item.name)}
              onClick={() => toggle(item.name)}
              className="group flex items-center gap-1.5 rounded py-0.5 text-ink-2 hover:text-ink aria-[pressed=false]:text-ink-3 aria-[pressed=false]:line-through"
            >
              <span
                className="size-2 rounded-[2px] group-aria-[pressed=false]:opacity-30"
                style={{ background: `var(--s-${item.color}, var(--${item.color}))` }}
              />
              {item.name}
              <span className="tabular font-medium text-ink">{item.total}</span>
            </button>
          </li>
        ))}
      </ul>
      {asTable ? (
        <Figures title={title} series={series} {...chart} />
      ) : (
        <TimeChart
          label={`${title} over time. ${series.map((item) => `${item.name} ${item.total}`).join(', ')}.`}
          series={shown}
          log={log}
          {...chart}
        />
      )}
    </section>
  );
}

function seriesCsv(times: readonly number[], series: readonly ChartSeries[]): string {
  return toCsv(
    ['from', ...series.map((item) => item.name)],
    times.map((time, index) => [new Date(time).toISOString(), ...series.map((item) => item.values[index] ?? null)]),
  );
}

function Figures({ title, times, stepMs, series, format, height = 190 }: Omit<Props, 'unit'>) {
  return (
    <div
      className="mx-2 mt-1 overflow-auto"
      style={{ height }}
      tabIndex={0}
      role="region"
      aria-label={`${title}: figures`}
    >
      <table className="w-full text-xs">
        <thead className="sticky top-0 bg-surface text-ink-3">
          <tr>
            <th scope="col" className="px-2 py-1 text-left font-medium">
              From
            </th>
            {series.map((item) => (
              <th key={item.name} scope="col" className="px-2 py-1 text-right font-medium">
                {item.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.map((time, index) => (
            <tr key={time} className="border-t border-line">
              <td className="px-2 py-0.5 whitespace-nowrap text-ink-2">{stepMs < 60_000 ? formatTimestamp(time).slice(0, 19) : formatMinute(time)}</td>
              {series.map((item) => (
                <td key={item.name} className="px-2 py-0.5 text-right">
                  {format(item.values[index] ?? null)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
