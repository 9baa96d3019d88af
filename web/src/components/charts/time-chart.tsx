import { useEffect, useRef, useState, type PointerEvent } from 'react';
import { Skeleton } from '@/components/ui/states';
import { cn } from '@/lib/cn';
import { formatAxisTime, formatMinute, formatTimestamp } from '@/lib/format';
import { useTheme } from '@/lib/theme';
import { useCursor } from './cursor';
import { drawing } from './drawing';
import type { EChartsType } from './echarts';
import { Marks, type ChartMark } from './marks';
import { dragRange, MARGIN, stepAt, toTime, toX, type TimeScale } from './scale';

export interface ChartSeries {
  name: string;
  /** A colour of index.css: "blue" is var(--s-blue). */
  color: string;
  kind: 'line' | 'bar' | 'area';
  values: readonly (number | null)[];
}

export interface TimeChartProps {
  label: string;
  times: readonly number[];
  stepMs: number;
  from: number;
  to: number;
  series: readonly ChartSeries[];
  format: (value: number | null) => string;
  /** For the axis, where figures are round. */
  formatAxis?: (value: number) => string;
  /** More lines of the tooltip: an error rate, a total. */
  extra?: (index: number) => readonly { name: string; value: string }[];
  onZoom: (from: number, to: number) => void;
  log?: boolean;
  height?: number;
  /** Marked moments; those of the page when left out. */
  marks?: readonly ChartMark[];
  /** A stretch of time that stays marked. */
  chosen?: { from: number; to: number } | null;
  /** A click instead of a drag, on the step under it. */
  onPick?: (from: number, to: number) => void;
}

type Library = typeof import('./echarts');

/** A chart over time. The library draws; cursor, tooltip and the drag that zooms are plain elements above it. */
export function TimeChart(props: TimeChartProps) {
  const { label, times, stepMs, from, to, series, log = false, height = 190 } = props;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const [library, setLibrary] = useState<Library | null>(null);
  const [width, setWidth] = useState(0);
  const theme = useTheme();

  useEffect(() => {
    let gone = false;
    void import('./echarts').then((loaded) => {
      if (!gone) setLibrary(loaded);
    });
    return () => {
      gone = true;
    };
  }, []);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);

  useEffect(() => {
    if (!library || !canvas.current || width === 0) return;
    chart.current ??= library.init(canvas.current, null, { renderer: 'canvas' });
    chart.current.resize({ width, height });
  }, [library, width, height]);

  useEffect(
    () => () => {
      chart.current?.dispose();
      chart.current = null;
    },
    [],
  );

  useEffect(() => {
    if (!library || width === 0) return;
    // `theme` is not used here, but the colours that are read from the page depend on it.
    chart.current?.setOption(
      drawing({ times, stepMs, from, to, series, format: props.formatAxis ?? props.format, log, theme }),
      { notMerge: true },
    );
  }, [library, width, times, stepMs, from, to, series, props.format, props.formatAxis, log, theme]);

  const scale: TimeScale = { from, to, width };
  return (
    <div ref={box} className="relative w-full select-none" style={{ height }}>
      {library ? null : <Skeleton className="absolute inset-x-3 top-2 bottom-6" />}
      <div ref={canvas} role="img" aria-label={label} className="absolute inset-0" />
      {width > 0 ? <Overlay {...props} scale={scale} height={height} /> : null}
    </div>
  );
}

interface OverlayProps extends TimeChartProps {
  scale: TimeScale;
  height: number;
}

function Overlay({
  times,
  stepMs,
  series,
  format,
  extra,
  onZoom,
  onPick,
  marks,
  chosen,
  scale,
  height,
  from,
  to,
}: OverlayProps) {
  const cursor = useCursor();
  const [over, setOver] = useState(false);
  const [drag, setDrag] = useState<{ start: number; x: number; end: number; endX: number } | null>(null);
  const place = (event: PointerEvent<HTMLDivElement>) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    return { x, time: toTime(scale, x) };
  };
  const finish = () => {
    if (drag) {
      const range = dragRange(drag.start, drag.end, stepMs, drag.endX - drag.x);
      const picked = times[stepAt(times, stepMs, drag.end)];
      if (range) onZoom(range.from, range.to);
      else if (picked !== undefined) onPick?.(picked, picked + stepMs);
    }
    setDrag(null);
  };
  const index = cursor.time === null ? -1 : stepAt(times, stepMs, cursor.time);
  const at = times[index];
  const middle = at === undefined ? null : Math.min(Math.max(at + stepMs / 2, from), to);
  const x = middle === null ? 0 : toX(scale, middle);
  const [left, right] = drag ? [Math.min(drag.x, drag.endX), Math.max(drag.x, drag.endX)] : [0, 0];
  return (
    <div
      className="absolute inset-0 cursor-crosshair touch-pan-y"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        const { x: startX, time } = place(event);
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ start: time, x: startX, end: time, endX: startX });
      }}
      onPointerMove={(event) => {
        const { x: nowX, time } = place(event);
        setOver(true);
        cursor.setTime(time);
        if (drag)
          setDrag({ ...drag, end: time, endX: Math.min(Math.max(nowX, MARGIN.left), scale.width - MARGIN.right) });
      }}
      onPointerUp={finish}
      onPointerCancel={() => setDrag(null)}
      onPointerLeave={() => {
        setOver(false);
        cursor.setTime(null);
      }}
    >
      <Marks marks={marks} scale={scale} height={height} />
      {chosen ? (
        <div
          className="pointer-events-none absolute border-x border-accent bg-accent/10"
          style={{
            left: toX(scale, Math.max(chosen.from, from)),
            width: Math.max(toX(scale, Math.min(chosen.to, to)) - toX(scale, Math.max(chosen.from, from)), 2),
            top: MARGIN.top,
            height: height - MARGIN.top - MARGIN.bottom,
          }}
        />
      ) : null}
      {drag ? (
        <div
          className="absolute rounded-sm border-x border-accent bg-accent/15"
          style={{ left, width: right - left, top: MARGIN.top, height: height - MARGIN.top - MARGIN.bottom }}
        />
      ) : null}
      {middle !== null && !drag ? (
        <div
          className="pointer-events-none absolute w-px bg-ink-3/50"
          style={{ left: x, top: MARGIN.top, height: height - MARGIN.top - MARGIN.bottom }}
        />
      ) : null}
      {drag && right - left > 5 ? (
        <div className="pointer-events-none absolute -top-1 right-2 rounded border border-line-strong bg-raised px-2 py-1 text-2xs shadow-raised">
          {formatMinute(Math.min(drag.start, drag.end))} – {formatMinute(Math.max(drag.start, drag.end)).slice(11)}
        </div>
      ) : null}
      {over && at !== undefined && !drag ? (
        <Tip
          x={x}
          width={scale.width}
          title={`${formatTimestamp(at).slice(0, stepMs < 60_000 ? 19 : 16)}${stepMs < 86_400_000 ? ` – ${formatAxisTime(at + stepMs, stepMs < 60_000 ? 0 : 3_600_000)}` : ''}`}
          rows={series.map((item) => ({
            name: item.name,
            color: item.color,
            value: format(item.values[index] ?? null),
          }))}
          extra={extra?.(index) ?? []}
        />
      ) : null}
    </div>
  );
}

interface TipProps {
  x: number;
  width: number;
  title: string;
  rows: readonly { name: string; color: string; value: string }[];
  extra: readonly { name: string; value: string }[];
}

function Tip({ x, width, title, rows, extra }: TipProps) {
  const onLeft = x > width / 2;
  return (
    <div
      className={cn(
        'pointer-events-none absolute top-2 z-30 min-w-44 rounded-md border border-line-strong bg-raised px-2.5 py-2 text-xs shadow-raised',
      )}
      style={onLeft ? { right: width - x + 12 } : { left: x + 12 }}
    >
      <div className="tabular mb-1 whitespace-nowrap text-ink-3">{title}</div>
      <dl className="tabular grid grid-cols-[1fr_auto] items-center gap-x-3 gap-y-0.5">
        {rows.map((row) => (
          <div key={row.name} className="contents">
            <dt className="flex items-center gap-2 whitespace-nowrap text-ink-2">
              <span
                className="size-2 rounded-[2px]"
                style={{ background: `var(--s-${row.color}, var(--${row.color}))` }}
              />
              {row.name}
            </dt>
            <dd className="text-right font-medium whitespace-nowrap">{row.value}</dd>
          </div>
        ))}
        {extra.map((row) => (
          <div key={row.name} className="contents">
            <dt className="pl-4 whitespace-nowrap text-ink-3">{row.name}</dt>
            <dd className="text-right whitespace-nowrap">{row.value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
