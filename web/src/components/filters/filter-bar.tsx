import { useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleAlert, CornerDownLeft, History, Search, X } from 'lucide-react';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { checkQuery, completionQuery, type FilterFault, type FilterTarget } from '@/api/filters';
import { ApiError } from '@/api/problem';
import { Kbd } from '@/components/ui/kbd';
import { cn } from '@/lib/cn';
import { characters, corrected, cut } from '@/lib/filter-terms';
import { formatCompact } from '@/lib/format';
import { useScope } from '@/lib/scope';
import { recentFilters, rememberFilter } from './recent';

interface Props {
  /** What is filtered: its fields are offered. */
  target: FilterTarget;
  /** The filter in force. */
  value: string;
  onChange: (text: string) => void;
  /** What the server said to the page that asked with it: marked here when it is about the text. */
  error?: unknown;
  placeholder?: string;
  className?: string;
}

interface Option {
  key: string;
  text: string;
  about: string;
  calls?: number | null | undefined;
  recent: boolean;
  /** The whole text after choosing it, and where the writing goes on. */
  next: string;
  caret: number;
  /** Nothing is left to write: it is applied at once. */
  done: boolean;
}

const WAIT_MS = 120;

/** The text, a moment after the last key. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), WAIT_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [value]);
  return settled;
}

function faultOf({ message, hint, place }: ApiError): FilterFault | null {
  return (
    place && { message, hint, position: place.position, length: place.length, suggestions: [...place.suggestions] }
  );
}

const PLACEHOLDERS: Readonly<Record<FilterTarget, string>> = {
  calls: 'model:gpt-4o status:error cost>0.05 "words of the content"',
  traces: 'name:checkout* trace.cost>1 status:error "words of the content"',
  spans: 'operation:execute_tool status:error duration>2s',
  logs: 'severity>=warn service:shop "connection refused"',
};

/**
 * The one line in which everything is filtered: fields and values are offered while one types, Enter applies, what is
 * wrong is marked where it stands. "/" comes here, Escape leaves.
 */
export function FilterBar({ target, value, onChange, error, placeholder, className }: Props) {
  const { scope } = useScope();
  const client = useQueryClient();
  const [draft, setDraft] = useState(value);
  const [applied, setApplied] = useState(value);
  // The text that was tried last, else the one in force: an address may hold a wrong one.
  const [tried, setTried] = useState(value);
  const [caret, setCaret] = useState(value.length);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const mirror = useRef<HTMLDivElement>(null);
  const id = useId();

  // The filter was changed elsewhere: by a facet, a saved view, the back button.
  if (applied !== value) {
    setApplied(value);
    setDraft(value);
    setTried(value);
  }

  const settled = useSettled(`${caret}/${draft}`);
  const settledCaret = Number(settled.slice(0, settled.indexOf('/')));
  const settledText = settled.slice(settled.indexOf('/') + 1);
  const completions = useQuery({
    ...completionQuery(scope, target, settledText, characters(settledText, settledCaret)),
    enabled: open,
  });
  const fresh = settledText === draft && settledCaret === caret;

  const recent: Option[] =
    draft.trim() === ''
      ? recentFilters(target).map((text) => ({
          key: `recent ${text}`,
          text,
          about: '',
          recent: true,
          next: text,
          caret: text.length,
          done: true,
        }))
      : [];
  const answer = fresh ? completions.data : undefined;
  const offered: Option[] = (answer?.items ?? []).map((item) => {
    const [before, , after] = cut(draft, answer?.start ?? 0, (answer?.end ?? 0) - (answer?.start ?? 0));
    // After a whole value the next term begins.
    const space = item.kind === 'value' && after === '' ? ' ' : '';
    return {
      key: `${item.kind} ${item.text}`,
      text: item.label,
      about: item.description,
      calls: item.count,
      recent: false,
      next: before + item.text + space + after,
      caret: before.length + item.text.length + space.length,
      done: false,
    };
  });
  const options = open ? [...recent, ...offered] : [];
  const current = options[at];
  const check = useQuery({ ...checkQuery(target, tried), enabled: tried !== '' });
  const fault: FilterFault | null =
    draft !== tried || tried === ''
      ? null
      : (check.data?.error ?? (tried === value && error ? faultOf(ApiError.from(error)) : null));

  const apply = (text: string) => {
    const trimmed = text.trim();
    setDraft(trimmed);
    setTried(trimmed);
    setOpen(false);
    setAt(-1);
    if (trimmed === '') {
      if (value !== '') onChange('');
      return;
    }
    const take = () => {
      rememberFilter(target, trimmed);
      if (trimmed !== value) onChange(trimmed);
    };
    // A server that does not answer is the page's trouble, not the filter's.
    client.query(checkQuery(target, trimmed)).then((answer) => {
      if (answer.valid) take();
    }, take);
  };
  const moveCaret = (to: number) => {
    setCaret(to);
    // After the new text is there.
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(to, to);
    });
  };
  const choose = (option: Option) => {
    setAt(-1);
    if (option.done) {
      apply(option.next);
      return;
    }
    setDraft(option.next);
    moveCaret(option.caret);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const count = options.length;
      if (count === 0) return;
      setAt((old) => (event.key === 'ArrowDown' ? (old + 1) % count : old <= 0 ? count - 1 : old - 1));
    } else if (event.key === 'Tab' && !event.shiftKey && open && draft.trim() !== '' && offered.length > 0) {
      const option = current ?? options[0];
      // Tab completes a word that was begun; else it goes on to the next control.
      if (option && option.next !== draft) {
        event.preventDefault();
        choose(option);
      }
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (current) choose(current);
      else apply(draft);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      setOpen(false);
      setAt(-1);
      input.current?.blur();
    }
  };

  const [before = '', wrong = ''] = fault ? cut(draft, fault.position, Math.max(fault.length, 1)) : [];
  return (
    <div
      className={cn('relative min-w-56 flex-1', className)}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <div className="relative h-8">
        <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 z-10 size-4 text-ink-3" />
        <input
          ref={input}
          data-filter-focus
          role="combobox"
          aria-label="Filter"
          aria-expanded={options.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={current ? `${id}-${at}` : undefined}
          aria-invalid={fault !== null}
          aria-describedby={fault ? `${id}-problem` : undefined}
          title={draft === tried && tried !== '' ? (check.data?.explanation ?? undefined) : undefined}
          autoComplete="off"
          autoCorrect="off"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={4_000}
          value={draft}
          placeholder={placeholder ?? PLACEHOLDERS[target]}
          className="mono h-8 w-full rounded-md border border-line-strong bg-surface pr-16 pl-8.5 text-[0.78rem] hover:border-ink-3 focus:border-accent focus:outline-2 focus:outline-offset-0 focus:outline-accent/25 aria-invalid:border-error-bar"
          onFocus={(event) => {
            setOpen(true);
            setCaret(event.currentTarget.selectionStart ?? draft.length);
          }}
          onClick={() => setOpen(true)}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? draft.length)}
          onScroll={(event) => {
            if (mirror.current) mirror.current.scrollLeft = event.currentTarget.scrollLeft;
          }}
          onChange={(event) => {
            setDraft(event.target.value);
            setCaret(event.target.selectionStart ?? event.target.value.length);
            setOpen(true);
            setAt(-1);
          }}
          onKeyDown={onKeyDown}
        />
        {fault ? (
          // The same letters, unseen, so that the line stands below what is wrong.
          <div
            ref={mirror}
            aria-hidden
            className="mono pointer-events-none absolute inset-y-0 right-16 left-8.75 overflow-hidden text-[0.78rem] leading-8 whitespace-pre text-transparent"
          >
            {before}
            <span className="underline decoration-error-bar decoration-wavy decoration-[1.5px] underline-offset-3">
              {wrong === '' ? '  ' : wrong}
            </span>
          </div>
        ) : null}
        <div className="absolute top-1 right-1 flex items-center gap-0.5">
          {draft !== value ? (
            <button
              type="button"
              title="Apply (Enter)"
              aria-label="Apply the filter"
              className="flex size-6 items-center justify-center rounded bg-accent-soft text-accent hover:bg-accent/20"
              onClick={() => apply(draft)}
            >
              <CornerDownLeft className="size-3.5" />
            </button>
          ) : null}
          {draft === '' && value === '' ? (
            <Kbd keys="/" className="mt-0.75 mr-1 max-md:hidden" />
          ) : (
            <button
              type="button"
              title="Clear the filter"
              aria-label="Clear the filter"
              className="flex size-6 items-center justify-center rounded text-ink-3 hover:bg-hover hover:text-ink"
              onClick={() => {
                setDraft('');
                if (value !== '') onChange('');
                moveCaret(0);
              }}
            >
              <X className="size-3.5" />
            </button>
          )}
        </div>
      </div>
      {fault ? (
        <Trouble
          id={`${id}-problem`}
          fault={fault}
          wrong={wrong}
          onFix={(fix) => apply(corrected(draft, fault.position, fault.length, fix))}
        />
      ) : null}
      {open && options.length > 0 ? (
        <div
          id={`${id}-list`}
          role="listbox"
          aria-label="Suggestions"
          className="absolute top-9 left-0 z-40 max-h-96 w-full min-w-72 overflow-y-auto rounded-lg border border-line-strong bg-raised p-1 shadow-raised md:max-w-2xl"
          // The text keeps the focus.
          onMouseDown={(event) => event.preventDefault()}
        >
          {options.map((option, index) => (
            <div
              key={option.key}
              id={`${id}-${index}`}
              ref={(element) => {
                if (index === at) element?.scrollIntoView({ block: 'nearest' });
              }}
              role="option"
              aria-selected={index === at}
              tabIndex={-1}
              className={cn(
                'flex min-h-7.5 cursor-pointer items-center gap-3 rounded px-2 hover:bg-hover',
                index === at && 'bg-hover',
              )}
              onClick={() => choose(option)}
            >
              {option.recent ? <History aria-hidden className="size-3.5 shrink-0 text-ink-2" /> : null}
              <span className={cn('mono truncate text-xs', option.about === '' ? 'flex-1' : 'max-w-[55%] shrink-0')}>
                {option.text}
              </span>
              {option.about === '' ? null : (
                <span className="min-w-0 flex-1 truncate text-xs text-ink-2">{option.about}</span>
              )}
              {option.calls === undefined || option.calls === null ? null : (
                <span className="tabular text-xs text-ink-2">{formatCompact(option.calls)}</span>
              )}
            </div>
          ))}
        </div>
      ) : null}
    </div>
  );
}

interface TroubleProps {
  id: string;
  fault: FilterFault;
  wrong: string;
  onFix: (text: string) => void;
}

/** What is wrong with the filter, in the server's words, and what could stand there instead. */
function Trouble({ id, fault, wrong, onFix }: TroubleProps) {
  return (
    <div
      id={id}
      role="alert"
      className="mt-1.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-error wrap-anywhere"
    >
      <CircleAlert aria-hidden className="size-3.5 shrink-0" />
      <span>{fault.message}</span>
      {fault.suggestions.map((fix) => (
        <button
          key={fix}
          type="button"
          className="mono rounded bg-accent-soft px-1.5 py-0.5 text-accent hover:bg-accent/20"
          title={wrong === '' ? `Write ${fix}` : `Write ${fix} instead of ${wrong}`}
          onClick={() => onFix(fix)}
        >
          {fix}
        </button>
      ))}
      {fault.hint ? <span className="text-ink-3">{fault.hint}</span> : null}
    </div>
  );
}
