import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { api, take, type Schemas } from '@/api/client';
import { keysQuery } from '@/api/queries';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Dialog } from '@/components/ui/dialog';
import { Field, Input, Select } from '@/components/ui/field';
import { Empty, Failure, Skeleton } from '@/components/ui/states';
import { formatAgo, formatMinute, toMs } from '@/lib/format';
import { useScope } from '@/lib/scope';
import { ErrorLine, Panel } from './panel';

type Scope = Schemas['KeyItem']['scopes'][number];
type KeyItem = Schemas['KeyItem'];

const SCOPES: readonly { name: Scope; about: string }[] = [
  { name: 'ingest', about: 'send telemetry' },
  { name: 'read', about: 'see figures, calls and traces without content' },
  { name: 'content', about: 'read prompts and answers' },
  { name: 'sql', about: 'run SQL' },
  { name: 'admin', about: 'keys, projects, deletion' },
];

const LIFETIMES: readonly (readonly [string, number | null])[] = [
  ['never', null],
  ['in 30 days', 30],
  ['in 90 days', 90],
  ['in a year', 365],
];

export function KeySettings() {
  const keys = useQuery(keysQuery());
  const { scope } = useScope();
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<KeyItem | null>(null);
  return (
    <Panel
      title="API keys"
      about="For senders, scripts, and people who log in from other machines. Only a hash of each is stored."
      actions={
        <Button look="primary" onClick={() => setCreating(true)}>
          <Plus /> New key
        </Button>
      }
    >
      {keys.isError ? <Failure error={keys.error} what="The keys" onRetry={() => void keys.refetch()} /> : null}
      {keys.isPending ? <Skeleton className="h-24" /> : null}
      {keys.data?.items.length === 0 ? (
        <Empty icon={<KeyRound />} title="No key yet" className="py-8">
          On this machine none is needed. Before the server listens elsewhere, make one.
        </Empty>
      ) : null}
      {keys.data && keys.data.items.length > 0 ? (
        <div className="overflow-x-auto" tabIndex={0} role="region" aria-label="Keys">
          <table className="w-full">
            <thead className="text-left text-xs text-ink-3">
              <tr className="border-b border-line">
                {['Name', 'Key', 'Project', 'May', 'Last used', 'Expires'].map((name) => (
                  <th key={name} scope="col" className="py-1.5 pr-4 font-medium">
                    {name}
                  </th>
                ))}
                <th scope="col">
                  <span className="sr-only">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {keys.data.items.map((key) => (
                <tr key={key.key_id} className="border-b border-line last:border-b-0">
                  <td className="py-2 pr-4 font-medium">{key.name}</td>
                  <td className="mono py-2 pr-4 text-ink-2">…{key.hint}</td>
                  <td className="py-2 pr-4">{key.project ?? <span className="text-ink-3">every project</span>}</td>
                  <td className="py-2 pr-4">
                    <span className="flex flex-wrap gap-1">
                      {key.scopes.map((name) => (
                        <Badge key={name} tone={name === 'admin' ? 'warn' : 'neutral'}>
                          {name}
                        </Badge>
                      ))}
                    </span>
                  </td>
                  <td className="py-2 pr-4 whitespace-nowrap text-ink-2" title={formatMinute(key.last_used_time)}>
                    {key.last_used_time ? formatAgo(key.last_used_time, scope.now) : 'never'}
                  </td>
                  <td className="py-2 pr-4 whitespace-nowrap text-ink-2">
                    <Expiry time={key.expires_time} now={scope.now} />
                  </td>
                  <td className="py-2 text-right">
                    <Button
                      look="ghost"
                      size="sm"
                      className="text-error hover:bg-error-soft hover:text-error"
                      onClick={() => setRevoking(key)}
                    >
                      Revoke
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {creating ? <NewKey onClose={() => setCreating(false)} /> : null}
      {revoking ? <Revoke item={revoking} onClose={() => setRevoking(null)} /> : null}
    </Panel>
  );
}

const SOON_MS = 14 * 86_400_000;

function Expiry({ time, now }: { time: string | null; now: number }) {
  const at = toMs(time);
  if (at === null) return <>never</>;
  const day = formatMinute(at).slice(0, 10);
  if (at <= now) return <Badge tone="error">expired {day}</Badge>;
  return at - now < SOON_MS ? <Badge tone="warn">soon: {day}</Badge> : <>{day}</>;
}

function NewKey({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const { projects } = useScope();
  const [name, setName] = useState('');
  const [project, setProject] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['ingest']);
  const [days, setDays] = useState('');
  const create = useMutation({
    mutationFn: () =>
      take(
        api.POST('/api/v1/keys', {
          body: {
            name: name.trim(),
            project: project === '' ? null : project,
            scopes: [...scopes],
            expires_time: days === '' ? null : new Date(Date.now() + Number(days) * 86_400_000).toISOString(),
          },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['keys'] }),
  });
  if (create.data) {
    return (
      <Dialog
        open
        onOpenChange={onClose}
        title="The new key"
        description="Copy it now: it is not shown again, and nobody can read it back."
      >
        <div className="flex items-center gap-2 rounded-md border border-line bg-sunken py-1.5 pr-1 pl-3">
          <code className="mono min-w-0 flex-1 wrap-anywhere">{create.data.key}</code>
          <CopyButton label="Copy the key" text={create.data.key} />
        </div>
        <div className="mt-4 flex justify-end">
          <Button look="primary" onClick={onClose}>
            I have it
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog open onOpenChange={onClose} title="New key">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Field label="Name" hint="Who or what uses it">
          {(ids) => (
            <Input {...ids} autoFocus maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <div className="grid grid-cols-2 gap-3">
          <Field label="Project">
            {(ids) => (
              <Select {...ids} value={project} onChange={(event) => setProject(event.target.value)}>
                <option value="">every project</option>
                {projects.map((item) => (
                  <option key={item.name}>{item.name}</option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="Expires">
            {(ids) => (
              <Select {...ids} value={days} onChange={(event) => setDays(event.target.value)}>
                {LIFETIMES.map(([label, value]) => (
                  <option key={label} value={value ?? ''}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
        <fieldset>
          <legend className="mb-1 text-xs font-medium text-ink-2">May</legend>
          {SCOPES.map((item) => (
            <label key={item.name} className="flex min-h-7 cursor-pointer items-center gap-2.5">
              <input
                type="checkbox"
                className="size-4 accent-(--accent)"
                checked={scopes.includes(item.name)}
                onChange={(event) =>
                  setScopes(
                    event.target.checked ? [...scopes, item.name] : scopes.filter((name_) => name_ !== item.name),
                  )
                }
              />
              <span className="w-16 font-medium">{item.name}</span>
              <span className="text-ink-2">{item.about}</span>
            </label>
          ))}
        </fieldset>
        <ErrorLine error={create.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={name.trim() === '' || scopes.length === 0 || create.isPending}>
            {create.isPending ? 'Creating…' : 'Create'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Revoke({ item, onClose }: { item: KeyItem; onClose: () => void }) {
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => take(api.DELETE('/api/v1/keys/{key_id}', { params: { path: { key_id: item.key_id } } })),
    async onSuccess() {
      await client.invalidateQueries({ queryKey: ['keys'] });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Revoke ${item.name}`}
      description={`The key ending in ${item.hint} stops working within five seconds, and with it every browser that logged in with it.`}
    >
      <ErrorLine error={revoke.error} />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Keep it</Button>
        <Button look="danger" disabled={revoke.isPending} onClick={() => revoke.mutate()}>
          Revoke
        </Button>
      </div>
    </Dialog>
  );
}
