import { useQuery } from '@tanstack/react-query';
import { Bookmark, ChevronDown, Pencil, Plus, RotateCcw, Save, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { ApiError } from '@/api/problem';
import { useViewChanges, viewsQuery, type SavedView, type ViewPage } from '@/api/views';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field, Input } from '@/components/ui/field';
import {
  Menu,
  MenuContent,
  MenuItem,
  MenuLabel,
  MenuRadioGroup,
  MenuRadioItem,
  MenuSeparator,
  MenuTrigger,
} from '@/components/ui/menu';
import { driftOf, stateOf, type Showing } from './view-state';

interface Props {
  project: string;
  page: ViewPage;
  /** "All calls": what the list is without a view. */
  all: string;
  current: SavedView | null;
  showing: Showing;
  onApply: (view: SavedView | null) => void;
}

type Asking = { kind: 'create' } | { kind: 'rename'; view: SavedView };

/** The saved views of a list: apply, save, save as, discard, rename, delete with undo. */
export function ViewsMenu({ project, page, all, current, showing, onApply }: Props) {
  const views = useQuery(viewsQuery(project, page));
  const changes = useViewChanges(project, page);
  const [asking, setAsking] = useState<Asking | null>(null);
  const wanted = useRef<Asking | null>(null);
  const [notice, setNotice] = useState<{ text: string; undo?: () => void } | null>(null);
  const drift = current ? driftOf(current, showing) : [];
  const failed = (error: unknown) => setNotice({ text: ApiError.from(error).message });

  const save = (view: SavedView) =>
    changes.change.mutate(
      { view_id: view.view_id, state: stateOf(showing, view.state.range !== null) },
      { onSuccess: (saved) => onApply(saved), onError: failed },
    );
  const remove = (view: SavedView) =>
    changes.remove.mutate(view.view_id, {
      onError: failed,
      onSuccess: () => {
        onApply(null);
        setNotice({
          text: `View “${view.name}” is deleted.`,
          undo: () =>
            changes.create.mutate(
              { name: view.name, state: view.state },
              { onSuccess: (made) => onApply(made), onError: failed },
            ),
        });
      },
    });

  return (
    <>
      <Menu>
        <MenuTrigger asChild>
          <Button
            look="ghost"
            className="max-w-72 min-w-0 shrink px-2"
            aria-label={
              current
                ? `View ${current.name}${drift.length > 0 ? `, changed: ${drift.join(', ')}` : ''}`
                : `${all}: saved views`
            }
            title={drift.length > 0 ? `Not as saved: ${drift.join(', ')}` : undefined}
          >
            <Bookmark className={current ? 'text-accent' : 'text-ink-3'} />
            <span className="truncate">{current?.name ?? all}</span>
            {drift.length > 0 ? (
              <span aria-hidden className="size-2 shrink-0 rounded-full" style={{ background: 'var(--s-amber)' }} />
            ) : null}
            <ChevronDown className="text-ink-3" />
          </Button>
        </MenuTrigger>
        <MenuContent
          className="w-72"
          onCloseAutoFocus={(event) => {
            if (wanted.current === null) return;
            // Only now, or the menu and the dialog would both want the focus.
            event.preventDefault();
            setAsking(wanted.current);
            wanted.current = null;
          }}
        >
          <MenuRadioGroup
            value={current?.view_id ?? ''}
            onValueChange={(id) => onApply(views.data?.find((view) => view.view_id === id) ?? null)}
          >
            <MenuRadioItem value="">{all}</MenuRadioItem>
            {(views.data?.length ?? 0) > 0 ? <MenuLabel>Saved views</MenuLabel> : null}
            {views.data?.map((view) => (
              <MenuRadioItem key={view.view_id} value={view.view_id}>
                <span className="flex min-w-0 flex-col">
                  <span className="truncate">{view.name}</span>
                  {view.state.filter === '' ? null : (
                    <span className="mono truncate text-2xs text-ink-3">{view.state.filter}</span>
                  )}
                </span>
              </MenuRadioItem>
            ))}
          </MenuRadioGroup>
          {views.isError ? <p className="px-2 py-1 text-xs text-error">{ApiError.from(views.error).message}</p> : null}
          <MenuSeparator />
          {current && drift.length > 0 ? (
            <>
              <MenuItem onSelect={() => save(current)}>
                <Save /> Save the changes
              </MenuItem>
              <MenuItem onSelect={() => onApply(current)}>
                <RotateCcw /> Discard the changes
              </MenuItem>
            </>
          ) : null}
          <MenuItem onSelect={() => (wanted.current = { kind: 'create' })}>
            <Plus /> Save as a new view…
          </MenuItem>
          {current ? (
            <>
              <MenuItem onSelect={() => (wanted.current = { kind: 'rename', view: current })}>
                <Pencil /> Rename…
              </MenuItem>
              <MenuItem className="text-error" onSelect={() => remove(current)}>
                <Trash2 /> Delete
              </MenuItem>
            </>
          ) : null}
        </MenuContent>
      </Menu>
      {asking ? (
        <NameDialog
          asking={asking}
          showing={showing}
          pending={changes.create.isPending || changes.change.isPending}
          error={changes.create.error ?? changes.change.error}
          onClose={() => {
            setAsking(null);
            changes.create.reset();
            changes.change.reset();
          }}
          onDone={(name, withRange) => {
            const done = (view: SavedView) => {
              setAsking(null);
              onApply(view);
            };
            if (asking.kind === 'create') {
              changes.create.mutate({ name, state: stateOf(showing, withRange) }, { onSuccess: done });
            } else {
              changes.change.mutate({ view_id: asking.view.view_id, name }, { onSuccess: () => setAsking(null) });
            }
          }}
        />
      ) : null}
      {notice ? (
        <Notice onGone={() => setNotice(null)}>
          {notice.text}
          {notice.undo ? (
            <Button
              size="sm"
              onClick={() => {
                notice.undo?.();
                setNotice(null);
              }}
            >
              Undo
            </Button>
          ) : null}
        </Notice>
      ) : null}
    </>
  );
}

interface NameProps {
  asking: Asking;
  showing: Showing;
  pending: boolean;
  error: unknown;
  onClose: () => void;
  onDone: (name: string, withRange: boolean) => void;
}

function NameDialog({ asking, showing, pending, error, onClose, onDone }: NameProps) {
  const [name, setName] = useState(asking.kind === 'rename' ? asking.view.name : '');
  const [withRange, setWithRange] = useState(true);
  const trimmed = name.trim();
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={asking.kind === 'create' ? 'Save this list as a view' : 'Rename the view'}
      {...(asking.kind === 'create'
        ? { description: 'Filter, order, columns and charts. Everybody who may read the project sees it.' }
        : {})}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (trimmed !== '' && !pending) onDone(trimmed, withRange);
        }}
      >
        <Field label="Name" error={error ? ApiError.from(error).message : undefined}>
          {(ids) => (
            <Input {...ids} autoFocus maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        {asking.kind === 'create' ? (
          <label className="flex items-center gap-2 text-sm">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={withRange}
              onChange={(event) => setWithRange(event.target.checked)}
            />
            With the time range ({showing.range})
          </label>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={trimmed === '' || pending}>
            {asking.kind === 'create' ? 'Save' : 'Rename'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const NOTICE_MS = 12_000;

function Notice({ children, onGone }: { children: ReactNode; onGone: () => void }) {
  useEffect(() => {
    const timer = setTimeout(onGone, NOTICE_MS);
    return () => {
      clearTimeout(timer);
    };
    // Once: a new notice is a new element.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  return (
    <div
      role="status"
      className="fixed bottom-12 left-1/2 z-50 flex max-w-[calc(100vw-2rem)] -translate-x-1/2 animate-fade-in items-center gap-3 rounded-lg border border-line-strong bg-raised px-4 py-2 text-sm shadow-raised wrap-anywhere"
    >
      {children}
    </div>
  );
}
