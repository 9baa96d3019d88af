import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronRight, CircleAlert } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { OperationIcon, operationLook } from '@/components/span/operation';
import { Badge } from '@/components/ui/badge';
import { cn } from '@/lib/cn';
import { formatDuration, formatUsd } from '@/lib/format';
import type { Totals } from '@/lib/trace/totals';
import type { TraceSpan } from '@/lib/trace/outline';
import { guidesOf, type Tree, type TreeRow } from '@/lib/tree';

export interface TimeWindow {
  fromMs: number;
  toMs: number;
}

interface Props {
  tree: Tree;
  totals: readonly Totals[];
  rows: readonly TreeRow[];
  /** The part of time that is drawn, from the start of the trace. */
  window: TimeWindow;
  selected: string | null;
  onSelect: (span: TraceSpan) => void;
  onFold: (spanId: string) => void;
}

const ROW_PX = 30;
const INDENT_PX = 14;
/** Deeper spans are not moved in further: their names would have no room. */
const LEVELS_DRAWN = 14;

/** Steps of the ruler: 1, 2 or 5 of a power of ten, about four of them. */
function ticks(totalMs: number): number[] {
  if (!(totalMs > 0)) return [];
  const rough = totalMs / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((value) => value >= rough) ?? rough;
  const found: number[] = [];
  for (let at = step; at <= totalMs; at += step) found.push(at);
  return found;
}

/** The tree of spans with the time of each beside it. */
export function Waterfall({ tree, totals, rows, window, selected, onSelect, onFold }: Props) {
  const viewport = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => ROW_PX,
    overscan: 15,
  });
  const at = rows.findIndex((row) => row.span.span_id === selected);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' });
    // Only when the selection moves, not when rows fold around it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected]);
  const { fromMs } = window;
  const widthMs = window.toMs - fromMs;
  const marks = ticks(widthMs);
  return (
    <div
      ref={viewport}
      role="table"
      aria-label="Spans"
      aria-rowcount={rows.length + 1}
      tabIndex={0}
      className="min-h-0 flex-1 overflow-x-hidden overflow-y-auto bg-surface"
    >
      <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-surface">
        <div
          role="row"
          aria-rowindex={1}
          className="grid h-7 grid-cols-[minmax(11rem,50%)_5.25rem_1fr] items-center text-2xs text-ink-3"
        >
          <div role="columnheader" className="px-3">
            Span
          </div>
          <div role="columnheader" className="pr-2 text-right">
            Cost
          </div>
          <div
            role="columnheader"
            aria-label={`Time, ${formatDuration(widthMs)} wide`}
            className="relative mr-16 h-full"
          >
            {marks.map((mark) => (
              <span
                key={mark}
                className="tabular absolute top-1.5 -translate-x-1/2 whitespace-nowrap"
                style={{ left: `${(mark / widthMs) * 100}%` }}
              >
                {fromMs > 0 ? '+' : ''}
                {formatDuration(mark)}
              </span>
            ))}
          </div>
        </div>
      </div>
      <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          const { span } = row;
          const duplicate = span.call?.counted === false;
          return (
            <div
              key={span.span_id}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={span.span_id === selected}
              data-span={span.span_id}
              className={cn(
                'absolute inset-x-0 grid cursor-default grid-cols-[minmax(11rem,50%)_5.25rem_1fr] items-center hover:bg-sunken/70 aria-selected:bg-accent-soft aria-selected:shadow-[inset_2px_0_0_var(--accent)]',
                !row.match && 'opacity-50',
              )}
              style={{ height: ROW_PX, transform: `translateY(${item.start}px)` }}
              onClick={() => onSelect(span)}
              onDoubleClick={() => onFold(span.span_id)}
            >
              <div role="cell" className="flex h-full min-w-0 items-center pl-2">
                <Guides tree={tree} index={row.index} />
                {row.below > 0 ? (
                  <button
                    type="button"
                    aria-label={row.folded ? `Unfold ${span.name}` : `Fold ${span.name}`}
                    aria-expanded={!row.folded}
                    className="flex size-5 shrink-0 items-center justify-center rounded text-ink-3 hover:bg-line hover:text-ink"
                    onClick={(event) => {
                      event.stopPropagation();
                      onFold(span.span_id);
                    }}
                  >
                    <ChevronRight className={cn('size-3.5 transition-transform', !row.folded && 'rotate-90')} />
                  </button>
                ) : (
                  <span className="size-5 shrink-0" />
                )}
                <OperationIcon
                  operation={span.operation}
                  className={cn('mr-1.5 size-4 shrink-0', duplicate && 'opacity-50')}
                />
                <span
                  className={cn('min-w-0 truncate', duplicate && 'text-ink-3', span.status === 'error' && 'text-error')}
                  title={span.name}
                >
                  {span.name || 'unnamed'}
                  {modelBeside(span) ? <span className="ml-1.5 text-xs text-ink-3">{modelBeside(span)}</span> : null}
                </span>
                {row.folded ? (
                  <span className="tabular ml-1.5 shrink-0 rounded bg-sunken px-1 text-2xs text-ink-3">
                    +{row.below}
                  </span>
                ) : null}
                {span.status === 'error' ? (
                  <CircleAlert role="img" aria-label="error" className="ml-1.5 size-3.5 shrink-0 text-error" />
                ) : null}
                {span.parent_missing ? (
                  <Badge tone="outline" className="ml-1.5 shrink-0" title="It names a parent that has not arrived">
                    parent missing
                  </Badge>
                ) : null}
                {duplicate ? (
                  <Badge
                    tone="info"
                    className="ml-1.5 shrink-0"
                    title={span.call?.duplicate_reason ?? 'The same call as another span'}
                  >
                    duplicate
                  </Badge>
                ) : null}
              </div>
              <div role="cell" className="tabular truncate pr-2 text-right text-xs text-ink-2">
                {duplicate ? '' : spanCost(span, totals[row.index])}
              </div>
              <div role="cell" className="relative mr-16 h-full">
                <Bar span={span} window={window} muted={duplicate} />
              </div>
            </div>
          );
        })}
      </div>
      {rows.length === 0 ? <p className="px-4 py-10 text-center text-ink-3">No span matches.</p> : null}
    </div>
  );
}

/** The model of a call, unless its name says it already. */
function modelBeside(span: TraceSpan): string | null {
  const model = span.call?.request_model ?? span.call?.response_model ?? null;
  return model !== null && !span.name.includes(model) ? model : null;
}

function spanCost(span: TraceSpan, totals: Totals | undefined) {
  const call = span.call;
  if (!call) {
    // What everything below it cost, in a lighter tone than a cost of its own.
    return totals?.cost_usd ? (
      <span className="text-ink-3" title="Of all calls below">
        {formatUsd(totals.cost_usd)}
      </span>
    ) : (
      ''
    );
  }
  if (call.cost_state === 'unpriced' && !call.cost_usd) return <span className="text-warn">unpriced</span>;
  return call.cost_state === 'free' ? 'free' : formatUsd(call.cost_usd);
}

/** Lines from parents to children: one column for each span above this one. */
function Guides({ tree, index }: { tree: Tree; index: number }) {
  const guides = guidesOf(tree, index, LEVELS_DRAWN);
  const last = !(tree.hasNext[index] ?? false);
  return (
    <>
      {guides.map((_, level) => {
        const own = level === guides.length - 1;
        // The line of a column goes on as long as the span on the way down has a sibling below.
        const through = own ? !last : (guides[level + 1] ?? false);
        return (
          <span key={level} aria-hidden className="relative h-full shrink-0" style={{ width: INDENT_PX }}>
            {through || own ? (
              <span className={cn('absolute top-0 left-2.5 w-px bg-line-strong', through ? 'h-full' : 'h-1/2')} />
            ) : null}
            {own ? <span className="absolute top-1/2 left-2.5 h-px w-2 bg-line-strong" /> : null}
          </span>
        );
      })}
    </>
  );
}

function Bar({ span, window, muted }: { span: TraceSpan; window: TimeWindow; muted: boolean }) {
  const widthMs = Math.max(window.toMs - window.fromMs, 0.001);
  const percent = (ms: number) => Math.min(Math.max(((ms - window.fromMs) / widthMs) * 100, 0), 100);
  const end = span.start_offset_ms + span.duration_ms;
  if (end < window.fromMs || span.start_offset_ms > window.toMs) return null;
  const left = percent(span.start_offset_ms);
  const width = percent(end) - left;
  const color = span.status === 'error' ? 'var(--error-bar)' : `var(--s-${operationLook(span.operation).color})`;
  const ttft = span.call?.ttft_ms ?? null;
  const waiting = ttft !== null && span.duration_ms > 0 ? Math.min(ttft / span.duration_ms, 1) * 100 : 0;
  return (
    <>
      <span
        className={cn('absolute top-1/2 h-2.5 -translate-y-1/2 overflow-hidden rounded-[3px]', muted && 'opacity-35')}
        style={{
          left: `${Math.min(left, 99.5)}%`,
          width: `max(3px, ${Math.min(width, 100 - left)}%)`,
          background: color,
        }}
        title={`${span.name}: ${formatDuration(span.duration_ms)}, starts at ${formatDuration(span.start_offset_ms)}${ttft === null ? '' : `, first token after ${formatDuration(ttft)}`}`}
      >
        {waiting > 0 ? (
          <span aria-hidden className="block h-full bg-surface/55" style={{ width: `${waiting}%` }} />
        ) : null}
      </span>
      <span
        className="tabular pointer-events-none absolute top-1/2 -translate-y-1/2 text-2xs whitespace-nowrap text-ink-2"
        style={{ left: `calc(${Math.min(left + width, 100)}% + 8px)` }}
      >
        {formatDuration(span.duration_ms)}
      </span>
    </>
  );
}
