import { useVirtualizer } from '@tanstack/react-virtual';
import { Brain, ChevronRight, CircleAlert, Paperclip, Wrench } from 'lucide-react';
import { useEffect, useMemo, useRef, type ReactNode } from 'react';
import { OperationIcon } from '@/components/span/operation';
import { Badge } from '@/components/ui/badge';
import { modelOf } from '@/lib/call';
import { cn } from '@/lib/cn';
import { formatBytes, formatCompact, formatCount, formatDuration, formatUsd } from '@/lib/format';
import type { TraceSpan } from '@/lib/trace/outline';
import type { Totals } from '@/lib/trace/totals';
import type { Step, Transcript } from '@/lib/trace/transcript';
import { usePreviews, type Preview } from './use-previews';

interface Props {
  traceId: string;
  project: string;
  transcript: Transcript;
  totals: readonly Totals[];
  selected: string | null;
  onSelect: (span: TraceSpan) => void;
  onToggle: (spanId: string) => void;
  onShowTree: () => void;
}

/** What happened, to be read from top to bottom. */
export function TranscriptView({
  traceId,
  project,
  transcript,
  totals,
  selected,
  onSelect,
  onToggle,
  onShowTree,
}: Props) {
  const { steps, hidden } = transcript;
  const viewport = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: steps.length,
    getScrollElement: () => viewport.current,
    estimateSize: (index) => (steps[index]?.kind === 'turn' ? 116 : 62),
    getItemKey: (index) => steps[index]?.span.span_id ?? index,
    overscan: 8,
  });
  const at = steps.findIndex((step) => step.span.span_id === selected);
  useEffect(() => {
    if (at > 0) virtual.scrollToIndex(at, { align: 'auto' });
    // Only when the selection moves.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected]);
  const items = virtual.getVirtualItems();
  const ids = useMemo(() => steps.map((step) => step.span.span_id), [steps]);
  const previews = usePreviews(traceId, project, ids, items[0]?.index ?? 0, items.at(-1)?.index ?? 0);
  return (
    <div
      ref={viewport}
      tabIndex={0}
      role="region"
      aria-label="Transcript"
      className="min-h-0 flex-1 overflow-y-auto bg-canvas outline-offset-[-2px]"
    >
      <ol className="relative mx-auto max-w-[56rem]" style={{ height: virtual.getTotalSize() + 16 }}>
        {items.map((item) => {
          const step = steps[item.index];
          if (!step) return null;
          const { span } = step;
          return (
            <li
              key={span.span_id}
              ref={virtual.measureElement}
              data-index={item.index}
              data-step={span.span_id}
              className="absolute inset-x-0 px-3 pt-2"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <div
                className={cn('flex', step.level > 0 && 'border-l-2 border-line-strong pl-3')}
                style={{ marginLeft: Math.min(step.level, 6) * 14 }}
              >
                <StepCard
                  step={step}
                  preview={previews.get(span.span_id)}
                  totals={totals[step.index]}
                  selected={span.span_id === selected}
                  onSelect={() => onSelect(span)}
                  onToggle={() => onToggle(span.span_id)}
                />
              </div>
            </li>
          );
        })}
      </ol>
      {steps.length === 0 ? (
        <p className="px-4 py-10 text-center text-ink-3">No model, tool or agent in this trace.</p>
      ) : null}
      {hidden > 0 ? (
        <p className="px-4 pb-4 text-center text-xs text-ink-3">
          {formatCount(hidden)} {hidden === 1 ? 'span is' : 'spans are'} no step of the conversation (plumbing,
          duplicates).{' '}
          <button type="button" className="rounded font-medium text-accent hover:underline" onClick={onShowTree}>
            Show the tree
          </button>
        </p>
      ) : null}
    </div>
  );
}

interface CardProps {
  step: Step;
  preview: Preview | undefined;
  totals: Totals | undefined;
  selected: boolean;
  onSelect: () => void;
  onToggle: () => void;
}

function StepCard({ step, preview, totals, selected, onSelect, onToggle }: CardProps) {
  const { span, kind } = step;
  const failed = span.status === 'error';
  const name = kind === 'tool' ? toolName(span) : kind === 'turn' ? (modelOf(span.call ?? {}) ?? span.name) : span.name;
  return (
    <article
      aria-current={selected}
      className={cn(
        'min-w-0 flex-1 cursor-default rounded-lg border border-line bg-surface px-3 py-2 hover:border-line-strong',
        'aria-[current=true]:border-accent aria-[current=true]:shadow-[0_0_0_1px_var(--accent)]',
        kind === 'agent' && 'bg-sunken/60',
        failed && 'border-l-[3px] border-l-error-bar',
      )}
      onClick={onSelect}
    >
      <header className="flex min-w-0 items-center gap-2">
        {step.foldable ? (
          <button
            type="button"
            aria-expanded={step.open}
            aria-label={step.open ? `Close ${span.name}` : `Open ${span.name}`}
            className="-ml-1 flex size-5 shrink-0 items-center justify-center rounded text-ink-3 hover:bg-line hover:text-ink"
            onClick={(event) => {
              event.stopPropagation();
              onToggle();
            }}
          >
            <ChevronRight className={cn('size-3.5 transition-transform', step.open && 'rotate-90')} />
          </button>
        ) : null}
        <OperationIcon operation={span.operation} className="size-4 shrink-0" />
        <button
          type="button"
          className="min-w-0 truncate rounded text-left font-medium"
          title={span.name}
          aria-label={`${span.name || 'unnamed span'}, ${formatDuration(span.duration_ms)}`}
          onClick={(event) => {
            event.stopPropagation();
            onSelect();
          }}
        >
          {kind === 'tool' ? <span className="mono">{name}</span> : name || 'unnamed span'}
        </button>
        {failed ? (
          <Badge tone="error" className="shrink-0">
            <CircleAlert aria-hidden />
            <span className="max-w-40 truncate">{span.error_type ?? 'error'}</span>
          </Badge>
        ) : null}
        <span className="tabular ml-auto flex shrink-0 items-baseline gap-3 text-xs text-ink-3">
          <Figures span={span} totals={totals} agent={kind === 'agent'} />
          <span className="w-14 text-right text-ink-2">{formatDuration(span.duration_ms)}</span>
        </span>
      </header>
      <Body step={step} preview={preview} />
    </article>
  );
}

function toolName(span: TraceSpan): string {
  return span.name.replace(/^(execute_tool|tool) /, '') || span.name;
}

function Figures({ span, totals, agent }: { span: TraceSpan; totals: Totals | undefined; agent: boolean }) {
  const figures = agent ? totals : (span.call ?? undefined);
  if (!figures) return null;
  const input = figures.input_tokens ?? null;
  const output = figures.output_tokens ?? null;
  const unpriced = !agent && span.call?.cost_state === 'unpriced' && !span.call.cost_usd;
  return (
    <>
      {agent && totals && totals.calls > 0 ? (
        <span className="max-sm:hidden">
          {formatCount(totals.calls)} {totals.calls === 1 ? 'call' : 'calls'}
        </span>
      ) : null}
      {input === null && output === null ? null : (
        <span className="max-sm:hidden" title="Input and output tokens">
          {formatCompact(input)} → {formatCompact(output)}
        </span>
      )}
      {unpriced ? <span className="text-warn">unpriced</span> : null}
      {figures.cost_usd ? <span className="text-ink-2">{formatUsd(figures.cost_usd)}</span> : null}
    </>
  );
}

function Body({ step, preview }: { step: Step; preview: Preview | undefined }) {
  const { span, kind } = step;
  const error = span.status === 'error' ? span.status_message : '';
  const asked = preview?.input.at(-1);
  if (kind === 'tool') {
    return (
      <div className="mono mt-1 flex flex-col gap-0.5 pl-6 text-xs leading-5">
        {asked ? <Line mark="in" text={asked.text} /> : null}
        {preview?.output ? <Line mark="out" text={preview.output.text} /> : null}
        {error ? <Line mark="error" text={error} tone="text-error" /> : null}
      </div>
    );
  }
  const showInput = asked && (kind !== 'turn' || asked.role === 'user' || asked.role === '');
  return (
    <div className="mt-1.5 flex flex-col gap-1.5 pl-6 empty:hidden">
      {showInput ? (
        <div className="rounded-md bg-info-soft/60 px-2.5 py-1.5">
          <div className="text-2xs font-medium text-ink-3">
            {asked.role || 'input'}
            {asked.bytes > 1_200 ? ` · ${formatBytes(asked.bytes)}` : ''}
          </div>
          <Clamped lines={3}>{asked.text}</Clamped>
        </div>
      ) : null}
      {preview?.attachments ? (
        <p className="flex items-center gap-1 text-xs text-ink-3">
          <Paperclip aria-hidden className="size-3.5" />
          {preview.attachments} {preview.attachments === 1 ? 'attachment' : 'attachments'}
        </p>
      ) : null}
      {preview?.thinking ? (
        <div className="flex gap-1.5 text-xs text-ink-3 italic">
          <Brain aria-label="Thinking" role="img" className="mt-0.5 size-3.5 shrink-0" />
          <Clamped lines={2}>{preview.thinking}</Clamped>
        </div>
      ) : null}
      {preview?.output?.text ? <Clamped lines={6}>{preview.output.text}</Clamped> : null}
      {preview?.tool_calls.map((call, index) => (
        <div key={index} className="mono flex min-w-0 items-baseline gap-1.5 text-xs">
          <Wrench aria-label="Calls" role="img" className="size-3 shrink-0 self-center text-[var(--s-amber)]" />
          <span className="shrink-0 font-medium">{call.name || 'a tool'}</span>
          <span className="min-w-0 truncate text-ink-3">{call.arguments}</span>
        </div>
      ))}
      {error ? <p className="text-xs text-error wrap-anywhere">{error.slice(0, 400)}</p> : null}
    </div>
  );
}

const CLAMPS: Readonly<Record<number, string>> = { 2: 'line-clamp-2', 3: 'line-clamp-3', 6: 'line-clamp-6' };

function Clamped({ lines, children }: { lines: 2 | 3 | 6; children: ReactNode }) {
  return <div className={cn('wrap-anywhere whitespace-pre-wrap', CLAMPS[lines])}>{children}</div>;
}

function Line({ mark, text, tone }: { mark: string; text: string; tone?: string }) {
  return (
    <div className={cn('flex min-w-0 gap-2', tone)}>
      <span className="w-8 shrink-0 font-sans text-2xs leading-5 text-ink-3">{mark}</span>
      <span className="min-w-0 truncate">{text.slice(0, 300).replace(/\s+/g, ' ')}</span>
    </div>
  );
}
