import { useMemo, useState } from 'react';
import type { SpanDetail } from '@/api/queries';
import { CopyButton } from '@/components/ui/copy-button';
import { Input } from '@/components/ui/field';
import { formatTimestamp } from '@/lib/format';
import { Folded } from './folded';
import { JsonView } from './json-view';

type Entry = readonly [string, unknown];

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function sorted(record: Record<string, unknown>): Entry[] {
  return Object.entries(record).sort(([a], [b]) => a.localeCompare(b));
}

/** Everything the sender said about the span, to search and to copy. */
export function AttributesTab({ span }: { span: SpanDetail }) {
  const [text, setText] = useState('');
  const groups = useMemo(() => {
    const record: Entry[] = [
      ['trace_id', span.trace_id],
      ['span_id', span.span_id],
      ['parent_span_id', span.parent_span_id],
      ['start', formatTimestamp(span.time)],
      ['end', formatTimestamp(span.end_time)],
      ['received', formatTimestamp(span.received_time)],
      ['kind', span.kind],
      ['status', span.status],
      ['status_message', span.status_message],
      ['convention', span.convention],
      ['user_id', span.user_id],
      ['session_id', span.session_id],
      ['trace_state', span.trace_state],
      ['time_flag', span.time_flag],
      ['dropped', span.dropped_count],
    ];
    return [
      { title: 'Attributes', entries: sorted(span.attributes) },
      {
        title: 'Span',
        entries: record.filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== 0),
      },
      {
        title: 'Scope',
        entries: [
          ['name', span.scope_name],
          ['version', span.scope_version],
        ].filter(([, value]) => value) as unknown as Entry[],
      },
      { title: 'Resource', entries: sorted(span.resource) },
    ];
  }, [span]);
  const wanted = text.trim().toLowerCase();
  const shown = groups
    .map((group) => ({
      ...group,
      entries: group.entries.filter(
        ([key, value]) =>
          wanted === '' || key.toLowerCase().includes(wanted) || asText(value).toLowerCase().includes(wanted),
      ),
    }))
    .filter((group) => group.entries.length > 0);
  return (
    <div className="flex flex-col gap-4 p-4">
      <Input
        aria-label="Search in the attributes"
        placeholder="Search keys and values"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {shown.length === 0 ? (
        <p className="py-6 text-center text-ink-3">
          {wanted === '' ? 'The span has no attributes.' : 'No key or value contains that.'}
        </p>
      ) : null}
      {shown.map((group) => (
        <section key={group.title} aria-label={group.title}>
          <div className="mb-1 flex items-center">
            <h3 className="text-xs font-semibold text-ink-2">
              {group.title} <span className="font-normal text-ink-3">{group.entries.length}</span>
            </h3>
            <CopyButton
              className="ml-auto"
              label={`Copy ${group.title.toLowerCase()} as JSON`}
              text={() => JSON.stringify(Object.fromEntries(group.entries), null, 2)}
            />
          </div>
          <dl className="overflow-hidden rounded-md border border-line">
            {group.entries.map(([key, value]) => (
              <div
                key={key}
                className="group grid grid-cols-[minmax(7rem,36%)_1fr] items-start gap-2 border-t border-line px-2.5 py-1 first:border-t-0 hover:bg-sunken/60"
              >
                <dt className="mono text-xs leading-5 text-ink-2 wrap-anywhere">{key}</dt>
                <dd className="mono flex min-w-0 items-start gap-2 text-xs leading-5">
                  <div className="min-w-0 flex-1">
                    {typeof value === 'object' && value !== null ? (
                      <div className="pl-4">
                        <JsonView value={value} />
                      </div>
                    ) : (
                      <Folded text={asText(value)} lines={4} />
                    )}
                  </div>
                  <CopyButton
                    className="size-5 opacity-0 group-hover:opacity-100 focus-visible:opacity-100"
                    label={`Copy ${key}`}
                    text={() => asText(value)}
                  />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
