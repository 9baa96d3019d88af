import { Link } from '@tanstack/react-router';
import { Filter, ListTree } from 'lucide-react';
import type { ReactNode } from 'react';
import type { LogItem } from '@/api/signals';
import { Folded } from '@/components/span/folded';
import { JsonView } from '@/components/span/json-view';
import { Button, buttonStyle } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { formatTimestamp } from '@/lib/format';

interface Props {
  log: LogItem;
  /** Narrows the list. */
  onFilter: (term: string) => void;
}

/** A structured body as it was sent; null for plain text. */
function structured(body: string | null): object | null {
  if (body === null || !/^\s*[[{]/.test(body)) return null;
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

/** Everything a log record says. */
export function LogDetails({ log, onFilter }: Props) {
  const tree = structured(log.body);
  const { trace_id: traceId, span_id: spanId } = log;
  return (
    <div className="flex flex-col gap-3 border-l-2 border-accent bg-sunken/60 py-3 pr-4 pl-4 md:pl-8">
      <div className="flex flex-wrap items-center gap-2">
        {traceId === null ? (
          <span className="text-xs text-ink-3">Logged outside of any trace.</span>
        ) : (
          <>
            <Link
              to="/traces/$traceId"
              params={{ traceId }}
              search={{ project: log.project, ...(spanId === null ? {} : { span: spanId }) }}
              className={buttonStyle({ look: 'primary', size: 'sm' })}
            >
              <ListTree /> Open its {spanId === null ? 'trace' : 'span'}
            </Link>
            <Button size="sm" onClick={() => onFilter(`trace_id:${traceId}`)}>
              <Filter /> Logs of this trace
            </Button>
          </>
        )}
        <CopyButton label="Copy the record as JSON" text={() => JSON.stringify(log, null, 2)} />
      </div>
      <Part title="Body">
        {log.body === null ? (
          <p className="text-ink-3">Not shown: this needs a key with scope content.</p>
        ) : tree === null ? (
          <Folded text={log.body === '' ? '(empty)' : log.body} lines={24} className="mono text-xs" />
        ) : (
          <div className="mono pl-4 text-xs">
            <JsonView value={tree} />
          </div>
        )}
      </Part>
      <div className="grid gap-3 lg:grid-cols-2">
        <Part title="Attributes">
          <Tree value={log.attributes} none="It has no attributes." />
        </Part>
        <Part title="Resource">
          <Tree value={log.resource} none="Its sender says nothing of itself." />
        </Part>
      </div>
      <dl className="tabular flex flex-wrap gap-x-6 gap-y-1 text-xs text-ink-3">
        <Fact name="Time" value={formatTimestamp(log.time)} />
        {log.observed_time === null ? null : <Fact name="Observed" value={formatTimestamp(log.observed_time)} />}
        <Fact name="Severity number" value={String(log.severity_number)} />
        {log.scope_name === '' ? null : <Fact name="Logger" value={log.scope_name} />}
        {traceId === null ? null : <Fact name="Trace" value={traceId} />}
        {spanId === null ? null : <Fact name="Span" value={spanId} />}
      </dl>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="min-w-0" aria-label={title}>
      <h3 className="mb-1 text-xs font-medium text-ink-3">{title}</h3>
      {children}
    </section>
  );
}

function Tree({ value, none }: { value: object; none: string }) {
  return Object.keys(value).length === 0 ? (
    <p className="text-xs text-ink-3">{none}</p>
  ) : (
    <div className="mono pl-4 text-xs">
      <JsonView value={value} />
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div className="flex gap-1.5">
      <dt>{name}</dt>
      <dd className="min-w-0 text-ink-2 wrap-anywhere">{value}</dd>
    </div>
  );
}
