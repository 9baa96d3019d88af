import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Flag } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { api, take } from '@/api/client';
import { ApiError } from '@/api/problem';
import { sessionQuery } from '@/api/queries';
import { ANNOTATIONS_KEY, annotationsQuery, type Annotation, type NewAnnotation } from '@/api/signals';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field, Input, Select, TextArea } from '@/components/ui/field';
import { toMs } from '@/lib/format';
import { useScope } from '@/lib/scope';
import { wallText, zonedTime } from '@/lib/zone';
import { MarksScope, type ChartMark, type MarkKind } from './marks';

const UNDO_MS = 10_000;

function markOf(item: Annotation): ChartMark {
  return {
    id: item.annotation_id,
    kind: item.kind,
    time: toMs(item.time) ?? 0,
    end: toMs(item.end_time),
    title: item.title,
    text: item.text,
    service: item.service,
    tags: item.tags,
    seen: item.source === 'release',
  };
}

/** The marks of the shown range: what was posted, and releases that were seen. */
export function useAnnotations(): readonly ChartMark[] {
  const { scope } = useScope();
  const { data } = useQuery(annotationsQuery(scope));
  return useMemo(() => data?.items.map(markOf) ?? [], [data]);
}

/** Charts inside show the marks of the range; what is deleted there can be brought back for a moment. */
export function Annotated({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const { scope } = useScope();
  const marks = useAnnotations();
  const scopes = useQuery(sessionQuery).data?.scopes ?? [];
  const [gone, setGone] = useState<ChartMark | null>(null);
  const renew = useCallback(() => client.invalidateQueries({ queryKey: [ANNOTATIONS_KEY] }), [client]);
  const { mutate: remove, error: failed } = useMutation({
    mutationFn: (mark: ChartMark) =>
      take(api.DELETE('/api/v1/annotations/{annotation_id}', { params: { path: { annotation_id: mark.id } } })),
    async onSuccess(_, mark) {
      setGone(mark);
      await renew();
    },
  });
  const restore = useMutation({
    mutationFn: (mark: ChartMark) =>
      take(
        api.POST('/api/v1/annotations', {
          body: {
            project: scope.project,
            title: mark.title,
            kind: mark.kind,
            time: new Date(mark.time).toISOString(),
            end_time: mark.end === null ? null : new Date(mark.end).toISOString(),
            text: mark.text,
            tags: [...mark.tags],
            service: mark.service,
          },
        }),
      ),
    async onSuccess() {
      setGone(null);
      await renew();
    },
  });
  useEffect(() => {
    if (gone === null) return;
    const timer = setTimeout(() => setGone(null), UNDO_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [gone]);
  const mayDelete = scopes.includes('admin');
  const value = useMemo(
    () => (mayDelete ? { marks, onDelete: (mark: ChartMark) => remove(mark) } : { marks }),
    [marks, mayDelete, remove],
  );
  const problem = failed ?? restore.error;
  return (
    <MarksScope value={value}>
      {children}
      {(gone ?? problem) ? (
        <div
          role="status"
          className="fixed bottom-4 left-1/2 z-50 flex max-w-[calc(100vw-2rem)] -translate-x-1/2 items-center gap-3 rounded-lg border border-line-strong bg-raised px-4 py-2 shadow-raised"
        >
          <span className="min-w-0 truncate">
            {problem ? ApiError.from(problem).message : `Deleted “${gone?.title}”`}
          </span>
          {gone ? (
            <Button size="sm" disabled={restore.isPending} onClick={() => restore.mutate(gone)}>
              Undo
            </Button>
          ) : null}
        </div>
      ) : null}
    </MarksScope>
  );
}

interface ButtonProps {
  /** What it is about at first. */
  service?: string | null | undefined;
  services?: readonly string[];
  /** A stretch of time that is chosen on the page. */
  range?: { from: number; to: number } | null;
}

/** Opens the form of a new mark; nothing for those who may not write. */
export function AnnotateButton({ service = null, services = [], range = null }: ButtonProps) {
  const [open, setOpen] = useState(false);
  const scopes = useQuery(sessionQuery).data?.scopes ?? [];
  if (!scopes.includes('ingest') && !scopes.includes('admin')) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Flag /> Annotate
      </Button>
      {open ? (
        <AnnotateForm service={service} services={services} range={range} onClose={() => setOpen(false)} />
      ) : null}
    </>
  );
}

/** As `datetime-local` inputs have it, in the zone in force. */
function localText(ms: number): string {
  return wallText(ms).slice(0, 16);
}

/** The moment that such an input names; NaN when it is empty. */
function momentOf(text: string): number {
  const [year, month, day, hour, minute] = text.split(/[-T:]/).map(Number);
  return zonedTime(year ?? Number.NaN, month ?? Number.NaN, day ?? Number.NaN, hour, minute);
}

const KINDS: readonly (readonly [MarkKind, string])[] = [
  ['deploy', 'Deploy'],
  ['config', 'Configuration change'],
  ['incident', 'Incident'],
  ['note', 'Note'],
];

interface FormProps {
  service: string | null;
  services: readonly string[];
  range: { from: number; to: number } | null;
  onClose: () => void;
}

function AnnotateForm({ service: first, services, range, onClose }: FormProps) {
  const client = useQueryClient();
  const { scope } = useScope();
  const [title, setTitle] = useState('');
  const [kind, setKind] = useState<MarkKind>(range ? 'incident' : 'deploy');
  const [time, setTime] = useState(() => localText(range?.from ?? scope.to));
  const [end, setEnd] = useState(() => (range ? localText(range.to) : ''));
  const [service, setService] = useState(first ?? '');
  const [text, setText] = useState('');
  const [tags, setTags] = useState('');
  const [tried, setTried] = useState(false);
  const begins = momentOf(time);
  const wrong = {
    title: title.trim() === '' ? 'What happened?' : undefined,
    time: Number.isFinite(begins) ? undefined : 'A date and a time',
    end: end !== '' && !(momentOf(end) > begins) ? 'Has to be after the beginning' : undefined,
  };
  const create = useMutation({
    mutationFn: () => {
      const body: NewAnnotation = {
        project: scope.project,
        title: title.trim(),
        kind,
        time: new Date(begins).toISOString(),
        end_time: end === '' ? null : new Date(momentOf(end)).toISOString(),
        text,
        tags: tags
          .split(',')
          .map((tag) => tag.trim())
          .filter((tag) => tag !== ''),
        service: service.trim() === '' ? null : service.trim(),
      };
      return take(api.POST('/api/v1/annotations', { body }));
    },
    async onSuccess() {
      await client.invalidateQueries({ queryKey: [ANNOTATIONS_KEY] });
      onClose();
    },
  });
  const shown = (problem: string | undefined) => (tried ? problem : undefined);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Mark the charts"
      description="Everybody who sees this project sees it. A deploy of a new service.version marks itself."
    >
      <form
        noValidate
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (Object.values(wrong).every((problem) => problem === undefined)) create.mutate();
        }}
      >
        <Field label="Title" error={shown(wrong.title)}>
          {(ids) => (
            <Input
              {...ids}
              autoFocus
              maxLength={200}
              value={title}
              placeholder="deploy v7"
              aria-invalid={shown(wrong.title) !== undefined}
              onChange={(event) => setTitle(event.target.value)}
            />
          )}
        </Field>
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="Kind">
            {(ids) => (
              <Select
                {...ids}
                value={kind}
                onChange={(event) => setKind(KINDS.find(([name]) => name === event.target.value)?.[0] ?? 'note')}
              >
                {KINDS.map(([name, label]) => (
                  <option key={name} value={name}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="Service" hint="Empty: about all of them">
            {(ids) => (
              <>
                <Input
                  {...ids}
                  list={`${ids.id}-known`}
                  maxLength={200}
                  value={service}
                  onChange={(event) => setService(event.target.value)}
                />
                <datalist id={`${ids.id}-known`}>
                  {services.map((name) => (
                    <option key={name} value={name} />
                  ))}
                </datalist>
              </>
            )}
          </Field>
          <Field label="When" error={shown(wrong.time)}>
            {(ids) => (
              <Input {...ids} type="datetime-local" value={time} onChange={(event) => setTime(event.target.value)} />
            )}
          </Field>
          <Field label="Until" hint="Empty: a moment" error={shown(wrong.end)}>
            {(ids) => (
              <Input
                {...ids}
                type="datetime-local"
                value={end}
                aria-invalid={shown(wrong.end) !== undefined}
                onChange={(event) => setEnd(event.target.value)}
              />
            )}
          </Field>
        </div>
        <Field label="Text">
          {(ids) => (
            <TextArea
              {...ids}
              rows={2}
              maxLength={4_000}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <Field label="Tags" hint="With commas between them">
          {(ids) => <Input {...ids} value={tags} onChange={(event) => setTags(event.target.value)} />}
        </Field>
        {create.error ? (
          <p role="alert" className="text-error wrap-anywhere">
            {ApiError.from(create.error).message}
          </p>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={create.isPending}>
            {create.isPending ? 'Saving…' : 'Mark'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
