import { useMutation } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { ChevronRight, CircleAlert, Download, Play, Table2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { api, take, type Schemas } from '@/api/client';
import { ApiError } from '@/api/problem';
import { Page } from '@/components/shell/page';
import { Results, toCsv } from '@/components/sql/results';
import { Button } from '@/components/ui/button';
import { Kbd } from '@/components/ui/kbd';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '@/components/ui/menu';
import { Empty, GridLoading } from '@/components/ui/states';
import { saveFile } from '@/lib/clipboard';
import { cn } from '@/lib/cn';
import { formatCount, formatDuration } from '@/lib/format';
import { useScope } from '@/lib/scope';
import { EXAMPLES, VIEWS } from '@/lib/sql-views';
import { readPreference, writePreference } from '@/lib/storage';

export const Route = createFileRoute('/sql')({
  validateSearch: (search: Record<string, unknown>): { sql?: string } =>
    typeof search.sql === 'string' ? { sql: search.sql } : {},
  component: SqlPage,
});

function SqlPage() {
  const { scope } = useScope();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const [text, setText] = useState(() => search.sql ?? readPreference('sql') ?? EXAMPLES[0]?.sql ?? '');
  const editor = useRef<HTMLTextAreaElement>(null);
  const query = useMutation({
    mutationFn: (sql: string) =>
      // The same address also answers as CSV, but only when it is asked to.
      take<Schemas['SqlResult'] | string>(api.POST('/api/v1/sql', { body: { sql, project: scope.project } })).then(
        (answer) => answer as Schemas['SqlResult'],
      ),
  });
  const run = () => {
    const area = editor.current;
    const chosen = area ? text.slice(area.selectionStart, area.selectionEnd).trim() : '';
    writePreference('sql', text);
    void navigate({ replace: true, search: (old) => ({ ...old, sql: text }) });
    query.mutate(chosen === '' ? text : chosen);
  };
  const insert = (word: string) => {
    const area = editor.current;
    const [start, end] = area ? [area.selectionStart, area.selectionEnd] : [text.length, text.length];
    setText(`${text.slice(0, start)}${word}${text.slice(end)}`);
    requestAnimationFrame(() => {
      area?.focus();
      area?.setSelectionRange(start + word.length, start + word.length);
    });
  };
  const result = query.data;
  return (
    <Page
      title="SQL"
      fixed
      lead={
        <span className="text-xs text-ink-3 max-md:hidden">ClickHouse SQL over project {scope.project}, read only</span>
      }
      actions={
        <>
          <Menu>
            <MenuTrigger asChild>
              <Button>Examples</Button>
            </MenuTrigger>
            <MenuContent align="end">
              {EXAMPLES.map((example) => (
                <MenuItem
                  key={example.title}
                  onSelect={() => {
                    setText(example.sql);
                    query.mutate(example.sql);
                  }}
                >
                  {example.title}
                </MenuItem>
              ))}
            </MenuContent>
          </Menu>
          <Button look="primary" disabled={query.isPending || text.trim() === ''} onClick={run}>
            <Play /> {query.isPending ? 'Running…' : 'Run'}
          </Button>
        </>
      }
    >
      <div className="flex min-h-0 flex-1">
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          <div className="relative border-b border-line bg-surface">
            <textarea
              ref={editor}
              data-filter-focus
              aria-label="SQL"
              spellCheck={false}
              autoCapitalize="off"
              className="mono block h-[26vh] min-h-32 w-full resize-y bg-transparent px-5 py-3 text-[0.8125rem] leading-5 focus-visible:outline-none"
              value={text}
              onChange={(event) => setText(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
                  event.preventDefault();
                  run();
                } else if (event.key === 'Escape') event.currentTarget.blur();
              }}
            />
            <span className="pointer-events-none absolute right-5 bottom-2 flex items-center gap-1.5 text-2xs text-ink-3">
              <Kbd keys="mod+Enter" /> runs all, or what is selected
            </span>
          </div>
          {query.isPending ? <GridLoading /> : null}
          {query.isError ? <Problem error={query.error} /> : null}
          {result ? (
            <>
              {result.rows.length === 0 ? (
                <Empty className="flex-1 bg-surface" icon={<Table2 />} title="No rows" />
              ) : (
                <Results result={result} />
              )}
              <div
                className="tabular flex h-8 shrink-0 items-center gap-4 border-t border-line bg-surface px-4 text-xs text-ink-3"
                role="status"
              >
                <span className="text-ink-2">{formatCount(result.rows.length)} rows</span>
                {result.truncated ? <span className="text-warn">cut by the row or size limit</span> : null}
                <span>{formatDuration(result.elapsed_ms)}</span>
                <Button
                  look="ghost"
                  size="sm"
                  className="ml-auto"
                  disabled={result.rows.length === 0}
                  onClick={() => saveFile('sonde.csv', 'text/csv', toCsv(result))}
                >
                  <Download /> CSV
                </Button>
              </div>
            </>
          ) : null}
          {query.isIdle ? (
            <Empty className="flex-1 bg-surface" icon={<Table2 />} title="Ask anything">
              Write a query or take an example. Results stop at 10,000 rows and 10 seconds.
            </Empty>
          ) : null}
        </div>
        <aside
          aria-label="Views"
          className="w-64 shrink-0 overflow-y-auto border-l border-line bg-surface py-2 max-lg:hidden"
        >
          <h2 className="eyebrow px-4 py-1">Views</h2>
          {VIEWS.map((view) => (
            <ViewSection key={view.name} view={view} onInsert={insert} />
          ))}
        </aside>
      </div>
    </Page>
  );
}

function ViewSection({ view, onInsert }: { view: (typeof VIEWS)[number]; onInsert: (word: string) => void }) {
  const { scope } = useScope();
  const [open, setOpen] = useState(view.name === 'calls');
  // The server knows the columns of every view: asked when a view is opened for which none are written down here.
  const describe = useMutation({
    mutationFn: () =>
      take<Schemas['SqlResult'] | string>(
        api.POST('/api/v1/sql', { body: { sql: `SELECT * FROM ${view.name} LIMIT 0`, project: scope.project } }),
      ).then((answer) => answer as Schemas['SqlResult']),
  });
  const columns = view.columns.length > 0 ? view.columns : (describe.data?.columns.map((column) => column.name) ?? []);
  return (
    <section className="px-2">
      <h3>
        <button
          type="button"
          aria-expanded={open}
          className="flex min-h-8 w-full items-center gap-1 rounded px-1 text-left hover:bg-sunken"
          onClick={() => {
            setOpen(!open);
            if (!open && view.columns.length === 0 && describe.isIdle) describe.mutate();
          }}
        >
          <ChevronRight
            aria-hidden
            className={cn('size-3.5 shrink-0 text-ink-3 transition-transform', open && 'rotate-90')}
          />
          <span className="mono font-medium">{view.name}</span>
        </button>
      </h3>
      {open ? (
        <div className="pb-2 pl-5.5">
          <p className="mb-1 text-xs text-ink-3">{view.about}</p>
          {describe.isError ? <p className="text-xs text-error">{ApiError.from(describe.error).message}</p> : null}
          <ul>
            {columns.map((column) => (
              <li key={column}>
                <button
                  type="button"
                  title={`Insert ${column}`}
                  className="mono w-full truncate rounded px-1 text-left text-xs leading-5.5 text-ink-2 hover:bg-sunken hover:text-ink"
                  onClick={() => onInsert(column)}
                >
                  {column}
                </button>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </section>
  );
}

function Problem({ error }: { error: unknown }) {
  const problem = ApiError.from(error);
  return (
    <div role="alert" className="flex flex-1 gap-3 overflow-auto bg-surface p-5">
      <CircleAlert aria-hidden className="mt-0.5 size-4.5 shrink-0 text-error" />
      <div className="min-w-0">
        <p className="mono text-sm wrap-anywhere whitespace-pre-wrap text-error">{problem.message}</p>
        {problem.hint ? <p className="mt-1.5 text-ink-2">{problem.hint}</p> : null}
      </div>
    </div>
  );
}
