import { useQuery } from '@tanstack/react-query';
import { ChartLine, ChartNoAxesColumn, Table2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import { catalogueQuery, measuresQuery, type QueryAnswer } from '@/api/measures';
import { ApiError } from '@/api/problem';
import type { Scope } from '@/api/queries';
import { CursorProvider } from '@/components/charts/cursor';
import { TimeChart, type ChartSeries } from '@/components/charts/time-chart';
import { Button } from '@/components/ui/button';
import {
  Menu,
  MenuCheckItem,
  MenuContent,
  MenuItem,
  MenuLabel,
  MenuSeparator,
  MenuTrigger,
} from '@/components/ui/menu';
import { Skeleton } from '@/components/ui/states';
import { axisFormatOf, formatOf, frameOf, isSum, numberOf, seriesOf, type Frame } from '@/lib/answer';
import { cn } from '@/lib/cn';
import { termsOf } from '@/lib/filter-terms';
import { formatMinute } from '@/lib/format';
import { useScope } from '@/lib/scope';

export const USUAL_CHARTS: readonly string[] = ['calls', 'error_rate', 'latency_p95_ms', 'cost_usd'];
const MOST = 6;
const HEIGHT = 96;
const COLORS: Readonly<Record<string, string>> = { calls: 'teal', error_rate: 'error-bar', errors: 'error-bar' };
const MORE_COLORS = ['blue', 'amber', 'violet', 'rose', 'moss', 'rust'];

interface MenuProps {
  charts: readonly string[];
  onCharts: (charts: readonly string[]) => void;
  open: boolean;
  onOpen: (open: boolean) => void;
}

/** Which measures stand above the table, out of the whole catalogue. */
export function ChartMenu({ charts, onCharts, open, onOpen }: MenuProps) {
  const [asked, setAsked] = useState(false);
  const catalogue = useQuery({ ...catalogueQuery, enabled: asked });
  return (
    <Menu onOpenChange={(now) => setAsked(asked || now)}>
      <MenuTrigger asChild>
        <Button size="icon" aria-label="Charts" title="Charts above the list">
          <ChartNoAxesColumn />
        </Button>
      </MenuTrigger>
      <MenuContent align="end" className="max-w-80">
        <MenuCheckItem checked={open} onCheckedChange={() => onOpen(!open)}>
          Charts above the list
        </MenuCheckItem>
        <MenuSeparator />
        <MenuLabel>{`Measures, up to ${MOST}`}</MenuLabel>
        {catalogue.data?.measures.map((measure) => (
          <MenuCheckItem
            key={measure.name}
            checked={charts.includes(measure.name)}
            disabled={!charts.includes(measure.name) && charts.length >= MOST}
            title={measure.description}
            onCheckedChange={(on) => {
              onCharts(on ? [...charts, measure.name] : charts.filter((name) => name !== measure.name));
              if (on && !open) onOpen(true);
            }}
          >
            <span className="truncate">{measure.title}</span>
          </MenuCheckItem>
        ))}
        {catalogue.isPending ? <p className="px-2 py-1 text-xs text-ink-3">Loading…</p> : null}
        {catalogue.isError ? (
          <p className="px-2 py-1 text-xs text-error">{ApiError.from(catalogue.error).message}</p>
        ) : null}
        <MenuSeparator />
        <MenuItem onSelect={() => onCharts(USUAL_CHARTS)}>Show the usual ones</MenuItem>
      </MenuContent>
    </Menu>
  );
}

interface StripProps {
  scope: Scope;
  filter: string;
  charts: readonly string[];
  /** Fields that mean the same of calls; null: the list is of calls. */
  charted: ReadonlySet<string> | null;
}

/** Whether a filter of another list finds just the calls that its rows hold. */
export function isCharted(filter: string, charted: ReadonlySet<string> | null): boolean {
  if (charted === null) return true;
  return termsOf(filter)?.every((term) => term.field !== null && !term.negated && charted.has(term.field)) ?? false;
}

/** A few small charts of what the filter finds; dragging across one sets the time range of everything. */
export function ChartStrip(props: StripProps) {
  if (!isCharted(props.filter, props.charted)) {
    return (
      <p className="border-b border-line bg-canvas px-4 py-1.5 text-xs text-ink-3">
        No charts: they measure calls, and this filter says something of traces or spans. Filter the list of calls to
        see them.
      </p>
    );
  }
  return <Charts {...props} />;
}

function Charts({ scope, filter, charts, charted }: StripProps) {
  const { setRange } = useScope();
  const answer = useQuery({
    ...measuresQuery(scope, { measures: charts, interval: 'auto', ...(filter === '' ? {} : { filter }) }),
    retry: false,
    enabled: charts.length > 0,
  });
  const frame = useMemo(() => (answer.data ? frameOf(answer.data) : null), [answer.data]);
  if (answer.isError && !answer.data) {
    return (
      <p className="border-b border-line bg-canvas px-4 py-2 text-xs text-ink-3 wrap-anywhere">
        No charts: {ApiError.from(answer.error).message}
      </p>
    );
  }
  return (
    <CursorProvider>
      <section
        aria-label={charted === null ? 'Charts of the list' : 'Charts of the calls'}
        aria-busy={answer.isFetching}
        className={cn(
          'flex shrink-0 overflow-x-auto border-b border-line bg-canvas transition-opacity',
          answer.isPlaceholderData && 'opacity-70 delay-200',
        )}
      >
        {charts.map((name, index) => (
          <SmallChart
            key={name}
            name={name}
            color={COLORS[name] ?? MORE_COLORS[index % MORE_COLORS.length] ?? 'blue'}
            answer={answer.data ?? null}
            frame={frame}
            onZoom={(from, to) => setRange({ kind: 'absolute', from, to })}
          />
        ))}
      </section>
    </CursorProvider>
  );
}

interface SmallProps {
  name: string;
  color: string;
  answer: QueryAnswer | null;
  frame: Frame | null;
  onZoom: (from: number, to: number) => void;
}

function SmallChart({ name, color, answer, frame, onZoom }: SmallProps) {
  const [asTable, setAsTable] = useState(false);
  const title = answer?.measures.find((measure) => measure.name === name)?.title ?? name.replaceAll('_', ' ');
  const format = formatOf(name);
  const series = useMemo<ChartSeries[]>(
    () => (answer ? [{ name: title, color, kind: isSum(name) ? 'bar' : 'line', values: seriesOf(answer, name) }] : []),
    [answer, title, color, name],
  );
  const total = answer ? format(numberOf(answer.totals, name)) : '';
  const axis = useMemo(() => axisFormatOf(name), [name]);
  const shown = useMemo(() => formatOf(name), [name]);
  return (
    <figure className="min-w-50 flex-1 border-r border-line pt-1.5 last:border-r-0" aria-label={title}>
      <figcaption className="flex h-6 items-center gap-2 pr-1 pl-4 text-xs">
        <span className="truncate text-ink-2" title={title}>
          {title}
        </span>
        <span className="tabular shrink-0 font-semibold">{total}</span>
        <Button
          look="ghost"
          size="icon-sm"
          className="ml-auto size-6"
          aria-label={asTable ? `${title}: show the chart` : `${title}: show the figures as a table`}
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? <ChartLine /> : <Table2 />}
        </Button>
      </figcaption>
      {frame === null ? (
        <div className="px-4 py-2" style={{ height: HEIGHT }}>
          <Skeleton className="h-full" />
        </div>
      ) : asTable ? (
        <div
          className="overflow-auto px-2"
          style={{ height: HEIGHT }}
          tabIndex={0}
          role="region"
          aria-label={`${title}: figures`}
        >
          <table className="w-full text-xs">
            <thead className="sr-only">
              <tr>
                <th scope="col">From</th>
                <th scope="col">{title}</th>
              </tr>
            </thead>
            <tbody>
              {frame.times.map((time, index) => (
                <tr key={time} className="border-t border-line first:border-t-0">
                  <td className="px-2 py-0.5 whitespace-nowrap text-ink-2">{formatMinute(time)}</td>
                  <td className="px-2 py-0.5 text-right">{format(series[0]?.values[index] ?? null)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <TimeChart
          label={`${title} over time, ${total} in all.`}
          times={frame.times}
          stepMs={frame.stepMs}
          from={frame.from}
          to={frame.to}
          series={series}
          format={shown}
          formatAxis={axis}
          onZoom={onZoom}
          height={HEIGHT}
        />
      )}
    </figure>
  );
}
