import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { api, take, type Schemas } from '@/api/client';
import { projectsQuery, type ProjectItem } from '@/api/queries';
import { DeleteProject } from '@/components/project/delete-project';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field, Input, Switch, TextArea } from '@/components/ui/field';
import { Skeleton } from '@/components/ui/states';
import { Typed } from '@/components/ui/typed';
import { formatMinute } from '@/lib/format';
import { useScope } from '@/lib/scope';
import { ErrorLine, Panel } from './panel';

type Change = Schemas['ProjectChange'];
type RedactionSettings = NonNullable<Change['redaction']>;
type MaskName = RedactionSettings['masks'][number];

const RETENTION: readonly { name: keyof ProjectItem['retention_days']; label: string; about: string }[] = [
  { name: 'content', label: 'Content', about: 'prompts and answers' },
  { name: 'spans', label: 'Spans', about: 'with their attributes' },
  { name: 'logs', label: 'Logs', about: 'log records' },
  { name: 'metrics', label: 'Metrics', about: 'data points' },
  { name: 'calls', label: 'Calls', about: 'figures and roll-ups' },
];

const MASKS: readonly { name: MaskName; label: string; about: string }[] = [
  { name: 'email', label: 'E-mail addresses', about: 'ada@example.com' },
  { name: 'phone', label: 'Phone numbers', about: '+49 30 1234567' },
  { name: 'card', label: 'Card numbers', about: 'with a valid check digit' },
  { name: 'secret', label: 'Secrets', about: 'API keys, tokens, private keys' },
  { name: 'iban', label: 'IBANs', about: 'with a valid check sum' },
];

export function ProjectSettings() {
  const { project, projects, scope } = useScope();
  if (!project) {
    return projects.length > 0 ? (
      <Panel title={`Project ${scope.project}`}>
        <p className="text-ink-2">There is no project of this name. It is made when the first span for it arrives.</p>
      </Panel>
    ) : (
      <Skeleton className="h-60" />
    );
  }
  return <Loaded key={project.name} project={project} />;
}

function Loaded({ project }: { project: ProjectItem }) {
  const client = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const change = useMutation({
    mutationFn: (body: Change) =>
      take(api.PATCH('/api/v1/projects/{project}', { params: { path: { project: project.name } }, body })),
    onSettled: () => client.invalidateQueries({ queryKey: projectsQuery.queryKey }),
  });
  return (
    <div className="flex flex-col gap-4">
      <Panel
        title="Content"
        about="Prompts, answers, tool arguments and results. Without them Sonde keeps tokens, cost, latency and errors only."
        actions={
          <Switch
            aria-label="Keep content"
            checked={project.capture_content}
            disabled={change.isPending}
            onCheckedChange={(on) => change.mutate({ capture_content: on })}
          />
        }
      >
        <p className="text-xs text-ink-3">
          {project.capture_content ? 'Content is kept.' : 'Content is dropped before it is stored.'} Changes hold for
          new spans within five seconds.
        </p>
        <ErrorLine error={change.error} />
      </Panel>
      <Retention project={project} onSave={(retention_days) => change.mutateAsync({ retention_days })} />
      <Redaction project={project} onSave={(redaction) => change.mutateAsync({ redaction })} />
      <NewProject />
      <Panel
        title="Delete this project"
        about="Everything in it and its settings. You see what goes before it goes."
        actions={
          <Button look="danger" onClick={() => setRemoving(true)}>
            <Trash2 /> Delete {project.name}…
          </Button>
        }
      >
        <DeleteProject name={project.name} open={removing} onOpenChange={setRemoving} />
      </Panel>
    </div>
  );
}

function Retention({
  project,
  onSave,
}: {
  project: ProjectItem;
  onSave: (days: Schemas['RetentionChange']) => Promise<unknown>;
}) {
  const [days, setDays] = useState(() =>
    Object.fromEntries(RETENTION.map(({ name }) => [name, String(project.retention_days[name])])),
  );
  const [asking, setAsking] = useState(false);
  const wrong = (name: string) => !/^[1-9]\d{0,4}$/.test(days[name] ?? '') || Number(days[name]) > 36_500;
  const changed = RETENTION.some(({ name }) => days[name] !== String(project.retention_days[name]));
  const shorter = RETENTION.some(({ name }) => !wrong(name) && Number(days[name]) < project.retention_days[name]);
  const save = useMutation({
    mutationFn: () => onSave(Object.fromEntries(RETENTION.map(({ name }) => [name, Number(days[name])]))),
  });
  return (
    <Panel title="Retention" about="Days that rows are kept, counted from the time of the event.">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (shorter) setAsking(true);
          else save.mutate();
        }}
      >
        <div className="grid grid-cols-2 gap-3 sm:grid-cols-3 lg:grid-cols-5">
          {RETENTION.map(({ name, label, about }) => (
            <Field key={name} label={label} hint={about} error={wrong(name) ? '1 to 36,500 days' : undefined}>
              {(ids) => (
                <Input
                  {...ids}
                  className="tabular"
                  inputMode="numeric"
                  value={days[name] ?? ''}
                  aria-invalid={wrong(name)}
                  onChange={(event) => setDays({ ...days, [name]: event.target.value.trim() })}
                />
              )}
            </Field>
          ))}
        </div>
        <div className="mt-3 flex items-center gap-3">
          <Button
            type="submit"
            look="primary"
            disabled={!changed || RETENTION.some(({ name }) => wrong(name)) || save.isPending}
          >
            {save.isPending ? 'Saving…' : 'Save'}
          </Button>
          {shorter ? (
            <span className="text-xs text-warn">Rows older than that are deleted within the hour, for good.</span>
          ) : null}
          {save.isSuccess && !changed ? (
            <span role="status" className="text-xs text-ok">
              Saved
            </span>
          ) : null}
        </div>
        <ErrorLine error={save.error} />
      </form>
      {asking ? (
        <ShorterRetention
          project={project}
          days={days}
          onClose={() => setAsking(false)}
          onConfirm={() => {
            setAsking(false);
            save.mutate();
          }}
        />
      ) : null}
    </Panel>
  );
}

interface ShorterProps {
  project: ProjectItem;
  days: Readonly<Record<string, string>>;
  onClose: () => void;
  onConfirm: () => void;
}

/** What will be deleted by keeping less, before it is. */
function ShorterRetention({ project, days, onClose, onConfirm }: ShorterProps) {
  const { scope } = useScope();
  const [typed, setTyped] = useState('');
  const less = RETENTION.filter(({ name }) => Number(days[name]) < project.retention_days[name]);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Keep less"
      description={`Rows of project ${project.name} that are older are deleted within the hour. There is no way back.`}
    >
      <ul className="mb-4 flex flex-col gap-1">
        {less.map(({ name, label }) => (
          <li key={name} className="flex gap-2">
            <span className="w-20 font-medium">{label}</span>
            <span className="tabular text-ink-2">
              all before {formatMinute(scope.now - Number(days[name]) * 86_400_000).slice(0, 10)} (
              {project.retention_days[name]} → {days[name]} days)
            </span>
          </li>
        ))}
      </ul>
      <Typed word={project.name} value={typed} onChange={setTyped} />
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>Keep all</Button>
        <Button look="danger" disabled={typed !== project.name} onClick={onConfirm}>
          Keep less
        </Button>
      </div>
    </Dialog>
  );
}

function Redaction({
  project,
  onSave,
}: {
  project: ProjectItem;
  onSave: (settings: RedactionSettings) => Promise<unknown>;
}) {
  const [masks, setMasks] = useState<readonly MaskName[]>(project.redaction.masks);
  const [patterns, setPatterns] = useState<readonly Schemas['RedactionPattern'][]>(project.redaction.patterns);
  const [sample, setSample] = useState(
    'Write to ada@example.com or call +49 30 1234567. Key: sk-proj-4f8Kq2Lm9Zx7Rt1Vb6Nw3Yc5',
  );
  const draft: RedactionSettings = {
    masks: [...masks],
    patterns: patterns.filter((item) => item.name !== '' && item.pattern !== ''),
  };
  const changed =
    JSON.stringify(draft) !== JSON.stringify({ masks: project.redaction.masks, patterns: project.redaction.patterns });
  const save = useMutation({ mutationFn: () => onSave(draft) });
  const test = useMutation({
    mutationFn: () =>
      take(
        api.POST('/api/v1/projects/{project}/redaction/test', {
          params: { path: { project: project.name } },
          body: { text: sample, redaction: draft },
        }),
      ),
  });
  return (
    <Panel
      title="Redaction"
      about="What is masked in texts and attributes before anything is stored. It cannot be undone, and does not reach back."
    >
      <div className="grid gap-2 sm:grid-cols-2 lg:grid-cols-3">
        {MASKS.map(({ name, label, about }) => (
          <label
            key={name}
            className="flex cursor-pointer items-center gap-3 rounded-md border border-line px-3 py-2 hover:bg-sunken"
          >
            <Switch
              checked={masks.includes(name)}
              onCheckedChange={(on) => setMasks(on ? [...masks, name] : masks.filter((item) => item !== name))}
            />
            <span className="min-w-0">
              <span className="block font-medium">{label}</span>
              <span className="block truncate text-xs text-ink-3">{about}</span>
            </span>
          </label>
        ))}
      </div>
      <h3 className="mt-4 mb-1.5 text-xs font-medium text-ink-2">Own patterns (RE2)</h3>
      <div className="flex flex-col gap-2">
        {patterns.map((item, index) => (
          <div key={index} className="flex gap-2">
            <Input
              aria-label={`Name of pattern ${index + 1}`}
              placeholder="order"
              className="w-36 flex-none"
              value={item.name}
              onChange={(event) =>
                setPatterns(
                  patterns.map((old, at) =>
                    at === index ? { ...old, name: event.target.value.replace(/[^A-Za-z0-9_-]/g, '') } : old,
                  ),
                )
              }
            />
            <Input
              aria-label={`Pattern ${index + 1}`}
              placeholder="ORD-[0-9]{6}"
              className="mono"
              value={item.pattern}
              onChange={(event) =>
                setPatterns(patterns.map((old, at) => (at === index ? { ...old, pattern: event.target.value } : old)))
              }
            />
            <Button
              look="ghost"
              size="icon"
              aria-label={`Remove pattern ${item.name}`}
              onClick={() => setPatterns(patterns.filter((_, at) => at !== index))}
            >
              <Trash2 />
            </Button>
          </div>
        ))}
        <Button className="self-start" size="sm" onClick={() => setPatterns([...patterns, { name: '', pattern: '' }])}>
          <Plus /> Add a pattern
        </Button>
      </div>
      <div className="mt-4 grid gap-3 lg:grid-cols-2">
        <Field label="Try it: nothing is stored">
          {(ids) => (
            <TextArea
              {...ids}
              rows={3}
              className="mono text-xs"
              value={sample}
              onChange={(event) => setSample(event.target.value)}
            />
          )}
        </Field>
        <div>
          <div className="mb-1 flex items-center text-xs font-medium text-ink-2">
            As it would be stored
            {test.data ? <span className="tabular ml-2 text-ink-3">{test.data.masked} masked</span> : null}
          </div>
          <output className="mono block min-h-18 rounded-md border border-line bg-sunken px-2.5 py-2 text-xs wrap-anywhere whitespace-pre-wrap">
            {test.data?.text ?? <span className="text-ink-3">Press “Try” to see.</span>}
          </output>
          {test.data ? <RulesHit pieces={test.data.pieces} /> : null}
        </div>
      </div>
      <div className="mt-3 flex items-center gap-2">
        <Button look="primary" disabled={!changed || save.isPending} onClick={() => save.mutate()}>
          {save.isPending ? 'Saving…' : 'Save'}
        </Button>
        <Button disabled={test.isPending} onClick={() => test.mutate()}>
          Try
        </Button>
        {save.isSuccess && !changed ? (
          <span role="status" className="text-xs text-ok">
            Saved
          </span>
        ) : null}
      </div>
      <ErrorLine error={save.error ?? test.error} />
    </Panel>
  );
}

/** Which rule hid what, in the order of the text. */
function RulesHit({ pieces }: { pieces: Schemas['RedactionTested']['pieces'] }) {
  const hits = pieces.filter((piece) => piece.rule !== null);
  if (hits.length === 0) return <p className="mt-2 text-xs text-ink-3">No rule finds anything in this text.</p>;
  return (
    <ul aria-label="Which rule masks what" className="mt-2 flex max-h-48 flex-col gap-1 overflow-y-auto text-xs">
      {hits.map((piece, index) => (
        <li key={index} className="flex min-w-0 items-baseline gap-2">
          <Badge tone={MASKS.some((mask) => mask.name === piece.rule) ? 'info' : 'accent'}>{piece.rule}</Badge>
          <code className="mono min-w-0 flex-1 truncate text-ink-2" title={piece.text}>
            {piece.text}
          </code>
          <span className="text-ink-3">
            {MASKS.find((mask) => mask.name === piece.rule)?.label ?? 'an own pattern'}
          </span>
        </li>
      ))}
    </ul>
  );
}

function NewProject() {
  const client = useQueryClient();
  const { setProject } = useScope();
  const [name, setName] = useState('');
  const valid = /^[a-z0-9][a-z0-9._-]{0,62}$/.test(name);
  const create = useMutation({
    mutationFn: () => take(api.POST('/api/v1/projects', { body: { name } })),
    async onSuccess(project) {
      await client.invalidateQueries({ queryKey: projectsQuery.queryKey });
      setName('');
      setProject(project.name);
    },
  });
  return (
    <Panel
      title="New project"
      about="Keeps the telemetry of an application or a team apart, with its own retention, redaction and keys."
    >
      <form
        className="flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (valid) create.mutate();
        }}
      >
        <Field label="Name" hint="Lower-case letters, digits, dot, dash, underscore" className="w-72">
          {(ids) => (
            <Input
              {...ids}
              value={name}
              aria-invalid={name !== '' && !valid}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" className="mb-5.5" disabled={!valid || create.isPending}>
          <Plus /> Create
        </Button>
      </form>
      <ErrorLine error={create.error} />
    </Panel>
  );
}
