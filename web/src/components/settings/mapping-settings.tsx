import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, take, type Schemas } from '@/api/client';
import { unknownKeysQuery } from '@/api/queries';
import { TimeRangePicker } from '@/components/shell/time-range-picker';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Field, TextArea } from '@/components/ui/field';
import { Empty, Failure, Skeleton } from '@/components/ui/states';
import { formatAgo, formatCompact, formatCount, formatUsd } from '@/lib/format';
import { useScope } from '@/lib/scope';
import { ErrorLine, Panel } from './panel';

const EXAMPLE = JSON.stringify(
  {
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
    name: 'chat gpt-4o-mini',
    kind: 3,
    startTimeUnixNano: '1763718000000000000',
    endTimeUnixNano: '1763718001200000000',
    attributes: [
      { key: 'gen_ai.operation.name', value: { stringValue: 'chat' } },
      { key: 'gen_ai.provider.name', value: { stringValue: 'openai' } },
      { key: 'gen_ai.request.model', value: { stringValue: 'gpt-4o-mini' } },
      { key: 'gen_ai.usage.input_tokens', value: { intValue: '1117' } },
      { key: 'gen_ai.usage.cache_read.input_tokens', value: { intValue: '1024' } },
      { key: 'gen_ai.usage.output_tokens', value: { intValue: '211' } },
      { key: 'acme.tenant', value: { stringValue: 'blue' } },
    ],
  },
  null,
  2,
);

export function MappingSettings() {
  return (
    <div className="flex flex-col gap-4">
      <Inspector />
      <UnknownKeys />
    </div>
  );
}

function Inspector() {
  const [text, setText] = useState(EXAMPLE);
  const explain = useMutation({
    mutationFn: async () => {
      let body: unknown;
      try {
        body = JSON.parse(text);
      } catch (error) {
        throw new Error(`This is not JSON: ${error instanceof Error ? error.message : ''}`, { cause: error });
      }
      if (typeof body !== 'object' || body === null || Array.isArray(body))
        throw new Error('Paste one span, or an export request: a JSON object.');
      return take(api.POST('/api/v1/mapping/explain', { body: body as Record<string, unknown> }));
    },
  });
  return (
    <Panel
      title="How is this span read?"
      about="Paste a span as OTLP JSON, or a whole export request. You see what each field becomes and by which rule. Nothing is stored."
    >
      <Field label="OTLP JSON">
        {(ids) => (
          <TextArea
            {...ids}
            rows={10}
            className="mono text-xs"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <Button look="primary" disabled={explain.isPending || text.trim() === ''} onClick={() => explain.mutate()}>
        {explain.isPending ? 'Reading…' : 'Explain'}
      </Button>
      <ErrorLine error={explain.error} />
      {explain.data?.spans.map((span) => (
        <ExplainedSpan key={`${span.trace_id}${span.span_id}`} span={span} />
      ))}
      {explain.data?.spans.length === 0 ? <p className="mt-3 text-ink-2">There is no span in it.</p> : null}
    </Panel>
  );
}

function costText(cost: Record<string, unknown>): string {
  const amount = cost.cost_usd;
  const card = typeof cost.rate_card === 'string' ? ` by ${cost.rate_card}` : '';
  return typeof amount === 'string' || typeof amount === 'number' ? `${formatUsd(amount)}${card}` : 'unpriced';
}

function ExplainedSpan({ span }: { span: Schemas['ExplainedSpan'] }) {
  return (
    <section aria-label={span.name} className="mt-4 rounded-lg border border-line">
      <h3 className="flex flex-wrap items-center gap-2 border-b border-line bg-sunken px-3 py-2">
        <span className="font-semibold">{span.name}</span>
        <Badge tone={span.is_call ? 'accent' : 'neutral'}>{span.is_call ? 'a call' : 'not a call'}</Badge>
        <Badge>{span.operation}</Badge>
        <Badge>{span.convention}</Badge>
        {span.cost ? <span className="tabular ml-auto text-xs text-ink-2">{costText(span.cost)}</span> : null}
      </h3>
      <div className="overflow-x-auto" tabIndex={0} role="region" aria-label="Fields">
        <table className="w-full text-xs">
          <thead className="text-left text-ink-3">
            <tr>
              {['Field', 'Value', 'Read from', 'Rule'].map((name) => (
                <th key={name} scope="col" className="px-3 py-1.5 font-medium">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {span.fields.map((field, index) => (
              <tr key={index} className="border-t border-line align-top">
                <td className="mono px-3 py-1">{field.field}</td>
                <td className="max-w-72 px-3 py-1 font-medium wrap-anywhere">
                  {typeof field.value === 'string' ? field.value : JSON.stringify(field.value)}
                </td>
                <td className="mono px-3 py-1 wrap-anywhere text-ink-2">{field.keys.join(', ')}</td>
                <td className="px-3 py-1 text-ink-2">{field.rule}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {span.unused_keys.length > 0 ? (
        <p className="border-t border-line px-3 py-2 text-xs text-ink-2">
          Kept, but no rule uses: <span className="mono">{span.unused_keys.join(', ')}</span>
        </p>
      ) : null}
    </section>
  );
}

function UnknownKeys() {
  const { scope } = useScope();
  const keys = useQuery(unknownKeysQuery(scope));
  return (
    <Panel
      title="Attribute keys that no rule uses"
      about="They are stored and can be queried with SQL; they only mean nothing to Sonde. Names of tokens, models or users in this list are worth a look."
      actions={<TimeRangePicker />}
    >
      {keys.isError ? <Failure error={keys.error} what="The keys" onRetry={() => void keys.refetch()} /> : null}
      {keys.isPending ? <Skeleton className="h-40" /> : null}
      {keys.data?.items.length === 0 ? (
        <Empty title="Every key is used" className="py-8">
          {formatCount(keys.data.spans_read)} spans were read.
        </Empty>
      ) : null}
      {keys.data && keys.data.items.length > 0 ? (
        <div className="max-h-[28rem] overflow-auto" tabIndex={0} role="region" aria-label="Unused keys">
          <table className="w-full text-xs">
            <thead className="sticky top-0 bg-surface text-left text-ink-3">
              <tr>
                <th scope="col" className="py-1.5 pr-4 font-medium">
                  Key
                </th>
                <th scope="col" className="py-1.5 pr-4 text-right font-medium">
                  Spans
                </th>
                <th scope="col" className="py-1.5 pr-4 font-medium">
                  Services
                </th>
                <th scope="col" className="py-1.5 pr-4 font-medium">
                  Instrumentation
                </th>
                <th scope="col" className="py-1.5 font-medium">
                  Last seen
                </th>
              </tr>
            </thead>
            <tbody>
              {keys.data.items.map((item) => (
                <tr key={item.key} className="border-t border-line align-top">
                  <td className="mono py-1 pr-4 wrap-anywhere">{item.key}</td>
                  <td className="py-1 pr-4 text-right">{formatCompact(item.spans)}</td>
                  <td className="py-1 pr-4 text-ink-2">{item.services.join(', ')}</td>
                  <td className="py-1 pr-4 text-ink-2 wrap-anywhere">{item.scopes.join(', ')}</td>
                  <td className="py-1 whitespace-nowrap text-ink-2">{formatAgo(item.last_time, scope.now)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </Panel>
  );
}
