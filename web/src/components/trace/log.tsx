import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronRight, CircleAlert } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { OperationIcon } from '@/components/span/operation';
import { modelOf } from '@/lib/call';
import { cn } from '@/lib/cn';
import { formatBytes, formatDuration, formatUsd } from '@/lib/format';
import type { TraceSpan } from '@/lib/trace/outline';
import { usePreviews, type Preview } from './use-previews';

interface Props {
  traceId: string;
  project: string;
  /** In the order they started. */
  spans: readonly TraceSpan[];
  selected: string | null;
  onSelect: (span: TraceSpan) => void;
}

/** Every span on a line, in the order they started. */
export function TraceLog({ traceId, project, spans, selected, onSelect }: Props) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const viewport = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: spans.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => 28,
    getItemKey: (index) => spans[index]?.span_id ?? index,
    overscan: 20,
  });
  const at = spans.findIndex((span) => span.span_id === selected);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' });
    // Only when the selection moves.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected]);
  const items = virtual.getVirtualItems();
  const ids = useMemo(() => spans.map((span) => span.span_id), [spans]);
  const previews = usePreviews(traceId, project, ids, items[0]?.index ?? 0, items.at(-1)?.index ?? 0);
  const toggle = (spanId: string) => {
    const next = new Set(open);
    if (!next.delete(spanId)) next.add(spanId);
    setOpen(next);
  };
  return (
    <div
      ref={viewport}
      tabIndex={0}
      role="region"
      aria-label="Log of spans"
      className="min-h-0 flex-1 overflow-y-auto bg-surface outline-offset-[-2px]"
    >
      <ol className="relative" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const span = spans[item.index];
          if (!span) return null;
          const isOpen = open.has(span.span_id);
          return (
            <li
              key={span.span_id}
              ref={virtual.measureElement}
              data-index={item.index}
              data-line={span.span_id}
              aria-current={span.span_id === selected}
              className="absolute inset-x-0 border-b border-line/60 hover:bg-sunken/70 aria-[current=true]:bg-accent-soft"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <Line
                span={span}
                preview={previews.get(span.span_id)}
                open={isOpen}
                onToggle={() => toggle(span.span_id)}
                onSelect={() => onSelect(span)}
              />
            </li>
          );
        })}
      </ol>
      {spans.length === 0 ? <p className="px-4 py-10 text-center text-ink-3">No span matches.</p> : null}
    </div>
  );
}

interface LineProps {
  span: TraceSpan;
  preview: Preview | undefined;
  open: boolean;
  onToggle: () => void;
  onSelect: () => void;
}

function Line({ span, preview, open, onToggle, onSelect }: LineProps) {
  const said = [span.status_message, preview?.output?.text, preview?.input.at(-1)?.text].find((text) => text) ?? '';
  return (
    <div onClick={onSelect}>
      <div className="flex h-7 items-center gap-2 pr-3 pl-1 text-xs">
        <button
          type="button"
          aria-expanded={open}
          aria-label={open ? `Close ${span.name}` : `Open ${span.name}`}
          className="flex size-5 shrink-0 items-center justify-center rounded text-ink-3 hover:bg-line hover:text-ink"
          onClick={(event) => {
            event.stopPropagation();
            onToggle();
          }}
        >
          <ChevronRight className={cn('size-3.5 transition-transform', open && 'rotate-90')} />
        </button>
        <span className="mono tabular w-16 shrink-0 text-right text-ink-3">
          +{formatDuration(span.start_offset_ms)}
        </span>
        <OperationIcon operation={span.operation} className="size-3.5 shrink-0" />
        <button
          type="button"
          className="max-w-[45%] shrink-0 truncate rounded text-left font-medium"
          onClick={(event) => {
            event.stopPropagation();
            onSelect();
          }}
        >
          {span.name || 'unnamed span'}
        </button>
        {span.status === 'error' ? (
          <CircleAlert role="img" aria-label="error" className="size-3.5 shrink-0 text-error" />
        ) : null}
        {span.call?.counted === false ? <span className="shrink-0 text-2xs text-info">duplicate</span> : null}
        <span className={cn('min-w-0 flex-1 truncate', span.status === 'error' ? 'text-error' : 'text-ink-3')}>
          {said.slice(0, 200)}
        </span>
        <span className="tabular shrink-0 text-ink-3 max-sm:hidden">
          {span.call?.cost_usd ? formatUsd(span.call.cost_usd) : ''}
        </span>
        <span className="tabular w-14 shrink-0 text-right">{formatDuration(span.duration_ms)}</span>
      </div>
      {open ? <Opened span={span} preview={preview} /> : null}
    </div>
  );
}

function Opened({ span, preview }: { span: TraceSpan; preview: Preview | undefined }) {
  const rows: [string, string][] = [];
  const model = span.call ? modelOf(span.call) : null;
  rows.push(['service', span.service]);
  if (model) rows.push(['model', model]);
  if (span.scope_name) rows.push(['sent by', span.scope_name]);
  if (span.status_message) rows.push(['error', span.status_message.slice(0, 2_000)]);
  if (preview?.system) rows.push(['system', preview.system.text]);
  for (const text of preview?.input ?? [])
    rows.push([text.role || 'input', text.bytes > 1_200 ? `${text.text} … ${formatBytes(text.bytes)}` : text.text]);
  if (preview?.thinking) rows.push(['thinking', preview.thinking]);
  for (const call of preview?.tool_calls ?? []) rows.push(['calls', `${call.name} ${call.arguments}`]);
  if (preview?.output?.text) rows.push([preview.output.role || 'output', preview.output.text]);
  return (
    <dl className="mono grid grid-cols-[5rem_1fr] gap-x-3 gap-y-1 pr-4 pb-2 pl-[6.25rem] text-xs leading-5 max-sm:pl-7">
      {rows.map(([name, value], index) => (
        <div key={index} className="contents">
          <dt className="font-sans text-ink-3">{name}</dt>
          <dd className="max-h-60 min-w-0 overflow-y-auto wrap-anywhere whitespace-pre-wrap">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
