import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, take, type Schemas } from '@/api/client';
import { DeletionCounts } from '@/components/project/deletion-counts';
import { Button } from '@/components/ui/button';
import { Field, Input, Select } from '@/components/ui/field';
import { Typed } from '@/components/ui/typed';
import { useScope } from '@/lib/scope';
import { ErrorLine, Panel } from './panel';

const KINDS = [
  { name: 'user_id', label: 'User', hint: 'Every trace with a span of this user' },
  { name: 'session_id', label: 'Session', hint: 'Every trace with a span of this session' },
  { name: 'trace_id', label: 'Trace', hint: '32 hexadecimal digits' },
] as const;

type Kind = (typeof KINDS)[number]['name'];

/** Deletes what belongs to somebody. First it is counted; only what was counted can be deleted. */
export function DeleteSettings() {
  const { scope } = useScope();
  const client = useQueryClient();
  const [kind, setKind] = useState<Kind>('user_id');
  const [value, setValue] = useState('');
  const [typed, setTyped] = useState('');
  const wanted: Schemas['Deletion'] = {
    project: scope.project,
    [kind]: value.trim(),
    whole_project: false,
    preview: true,
  };
  const count = useMutation({ mutationFn: () => take(api.POST('/api/v1/deletions', { body: wanted })) });
  const erase = useMutation({
    mutationFn: () => take(api.POST('/api/v1/deletions', { body: { ...wanted, preview: false } })),
    async onSuccess() {
      count.reset();
      await client.invalidateQueries();
    },
  });
  const change = () => {
    setTyped('');
    count.reset();
    erase.reset();
  };
  const chosen = KINDS.find((item) => item.name === kind);
  const valid = kind === 'trace_id' ? /^[0-9a-f]{32}$/.test(value.trim()) : value.trim() !== '';
  return (
    <Panel
      title="Delete data"
      about={`From project ${scope.project}: spans, contents, calls, logs and scores, and the roll-ups are made anew. There is no way back.`}
    >
      <form
        className="flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (valid) count.mutate();
        }}
      >
        <Field label="Delete by" className="w-36">
          {(ids) => (
            <Select
              {...ids}
              value={kind}
              onChange={(event) => {
                setKind(KINDS.find((item) => item.name === event.target.value)?.name ?? 'user_id');
                change();
              }}
            >
              {KINDS.map((item) => (
                <option key={item.name} value={item.name}>
                  {item.label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Id" className="min-w-56 flex-1">
          {(ids) => (
            <Input
              {...ids}
              className="mono"
              value={value}
              onChange={(event) => {
                setValue(event.target.value);
                change();
              }}
            />
          )}
        </Field>
        <Button type="submit" className="mb-1" disabled={!valid || count.isPending}>
          {count.isPending ? 'Counting…' : 'Count what would go'}
        </Button>
      </form>
      <p className="mt-1 text-xs text-ink-3">{chosen?.hint}</p>
      {count.data ? (
        <div className="mt-4 flex flex-col gap-3">
          <DeletionCounts answer={count.data} />
          {count.data.traces > 0 || Object.values(count.data.rows).some((rows) => rows > 0) ? (
            <div className="flex flex-wrap items-end gap-2">
              <Typed word={value.trim()} value={typed} onChange={setTyped} />
              <Button
                look="danger"
                className="mb-1"
                disabled={erase.isPending || typed !== value.trim()}
                onClick={() => erase.mutate()}
              >
                {erase.isPending ? 'Deleting…' : 'Delete these rows'}
              </Button>
            </div>
          ) : (
            <p className="text-ink-2">Nothing belongs to it.</p>
          )}
        </div>
      ) : null}
      {erase.data ? (
        <div role="status" className="mt-4">
          <p className="mb-2 font-medium text-ok">Deleted:</p>
          <DeletionCounts answer={erase.data} />
        </div>
      ) : null}
      <ErrorLine error={count.error ?? erase.error} />
    </Panel>
  );
}
