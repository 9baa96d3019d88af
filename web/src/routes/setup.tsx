import { useMutation, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { KeyRound, Search } from 'lucide-react';
import { useMemo, useState } from 'react';
import { api, take } from '@/api/client';
import { ApiError } from '@/api/problem';
import { sessionQuery, statusQuery } from '@/api/queries';
import { Connection } from '@/components/setup/connection';
import { Page } from '@/components/shell/page';
import { Button } from '@/components/ui/button';
import { CodeBlock } from '@/components/ui/code-block';
import { CopyButton } from '@/components/ui/copy-button';
import { Input, Select } from '@/components/ui/field';
import { useScope } from '@/lib/scope';
import { snippets, type Snippet } from '@/lib/snippets';

interface SetupSearch {
  with?: string;
}

export const Route = createFileRoute('/setup')({
  validateSearch: (search: Record<string, unknown>): SetupSearch =>
    typeof search.with === 'string' ? { with: search.with } : {},
  component: SetupPage,
});

const POLL_MS = 1_000;
const GROUPS = ['OpenTelemetry', 'Clients', 'Frameworks', 'Platforms'] as const;
const DEFAULT_PROJECT = 'default';
const PLACEHOLDER_KEY = 'YOUR_KEY';

function SetupPage() {
  const { scope, projects } = useScope();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const session = useQuery(sessionQuery).data;
  const own = projects.filter((item) => !item.demo).map((item) => item.name);
  const [chosen, setChosen] = useState<string | null>(null);
  const demo = projects.find((item) => item.name === scope.project)?.demo ?? false;
  const project = chosen ?? (demo ? DEFAULT_PROJECT : scope.project);
  const status = useQuery({ ...statusQuery(project), refetchInterval: POLL_MS, staleTime: 0 });
  const [text, setText] = useState('');

  const needsKey = session?.kind === 'session' || session?.kind === 'key';
  const mayCreate = session?.scopes.includes('admin') ?? false;
  const newKey = useMutation({
    mutationFn: () =>
      take(api.POST('/api/v1/keys', { body: { name: `set-up of ${project}`, project, scopes: ['ingest'] } })),
  });
  const made = newKey.data?.project === project ? newKey.data : null;
  const key = made ? made.key : needsKey ? PLACEHOLDER_KEY : null;
  const http = status.data?.receivers.otlp_http_url ?? window.location.origin;
  const grpc = status.data?.receivers.otlp_grpc_url ?? null;
  const all = useMemo(
    () => snippets({ http, grpc, project: project === DEFAULT_PROJECT ? null : project, key }),
    [http, grpc, project, key],
  );
  const current = all.find((item) => item.id === search.with) ?? all[0];
  const wanted = text.trim().toLowerCase();
  const shown = all.filter((item) => `${item.name} ${item.group}`.toLowerCase().includes(wanted));

  return (
    <Page title="Set-up">
      <div className="mx-auto flex max-w-5xl flex-col gap-4">
        <Connection status={status.data} project={project} now={status.dataUpdatedAt} />

        <section aria-label="Where to send" className="card grid gap-x-6 gap-y-3 p-5 sm:grid-cols-[1fr_1fr_auto]">
          <Endpoint label="OTLP over HTTP" value={http} />
          {grpc === null ? <span /> : <Endpoint label="OTLP over gRPC" value={grpc} />}
          <label className="flex flex-col gap-1 text-xs font-medium text-ink-2">
            Project
            <Select value={project} onChange={(event) => setChosen(event.target.value)}>
              {[...new Set([DEFAULT_PROJECT, ...own, project])].map((name) => (
                <option key={name}>{name}</option>
              ))}
            </Select>
          </label>
          {needsKey ? (
            <div className="flex flex-wrap items-center gap-3 border-t border-line pt-3 sm:col-span-3">
              <KeyRound aria-hidden className="size-4 text-ink-3" />
              {made ? (
                <>
                  <code className="mono min-w-0 flex-1 wrap-anywhere">{made.key}</code>
                  <CopyButton label="Copy the key" text={made.key} />
                  <p className="w-full text-xs text-ink-2">
                    It is in the snippets below, and shown only until you leave this page.
                  </p>
                </>
              ) : (
                <>
                  <p className="min-w-0 flex-1 text-ink-2">
                    Beyond the server’s own machine, senders need a key with scope ingest.
                  </p>
                  {mayCreate ? (
                    <Button disabled={newKey.isPending} onClick={() => newKey.mutate()}>
                      Create one
                    </Button>
                  ) : (
                    <span className="text-xs text-ink-3">Ask an administrator for one.</span>
                  )}
                </>
              )}
              {newKey.error ? (
                <p role="alert" className="w-full text-error">
                  {ApiError.from(newKey.error).message}
                </p>
              ) : null}
            </div>
          ) : null}
        </section>

        <section aria-label="Snippets" className="card grid overflow-hidden md:grid-cols-[15rem_1fr]">
          <div className="border-line max-md:border-b md:border-r">
            <div className="relative p-2">
              <Search aria-hidden className="pointer-events-none absolute top-4.25 left-4.25 size-3.5 text-ink-3" />
              <Input
                data-filter-focus
                aria-label="Find a library"
                placeholder="Find a library"
                className="pl-8"
                value={text}
                onChange={(event) => setText(event.target.value)}
              />
            </div>
            <div className="max-md:max-h-52 max-md:overflow-y-auto">
              {GROUPS.map((group) => {
                const items = shown.filter((item) => item.group === group);
                return items.length === 0 ? null : (
                  <div key={group} className="px-2 pb-2">
                    <h3 className="eyebrow px-2 py-1">{group}</h3>
                    {items.map((item) => (
                      <button
                        key={item.id}
                        type="button"
                        aria-pressed={item.id === current?.id}
                        className="flex h-8 w-full items-center rounded-md px-2 text-left hover:bg-sunken aria-pressed:bg-accent-soft aria-pressed:font-medium aria-pressed:text-accent"
                        onClick={() => void navigate({ replace: true, search: (old) => ({ ...old, with: item.id }) })}
                      >
                        {item.name}
                      </button>
                    ))}
                  </div>
                );
              })}
              {shown.length === 0 ? (
                <p className="px-4 pb-4 text-xs text-ink-3">
                  Not listed. Anything that speaks OTLP works: take the environment of “Python, zero code”.
                </p>
              ) : null}
            </div>
          </div>
          {current ? <SnippetView snippet={current} /> : null}
        </section>
      </div>
    </Page>
  );
}

function Endpoint({ label, value }: { label: string; value: string }) {
  return (
    <div className="min-w-0">
      <div className="text-xs font-medium text-ink-2">{label}</div>
      <div className="mt-1 flex h-8 items-center rounded-md border border-line bg-sunken pr-0.5 pl-2.5">
        <code className="mono min-w-0 flex-1 truncate" title={value}>
          {value}
        </code>
        <CopyButton label={`Copy the address of ${label}`} text={value} />
      </div>
    </div>
  );
}

function SnippetView({ snippet }: { snippet: Snippet }) {
  return (
    <div className="flex min-w-0 flex-col gap-3 p-5">
      <h3 className="text-base font-semibold">{snippet.name}</h3>
      {snippet.blocks.map((block) => (
        <CodeBlock key={block.title} title={block.title} code={block.code} />
      ))}
      {snippet.content ? (
        <>
          <p className="text-ink-2">Prompts and answers are left out unless you ask for them:</p>
          <CodeBlock title="To send prompts and answers too" code={snippet.content} />
        </>
      ) : null}
      {snippet.note ? <p className="text-ink-2">{snippet.note}</p> : null}
    </div>
  );
}
