import { Search } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import type { FilterSearch } from '@/api/filters';
import type { Facet } from '@/api/queries';
import { Kbd } from '@/components/ui/kbd';
import { cn } from '@/lib/cn';
import { formatCompact } from '@/lib/format';
import { suggest, type Suggestion } from './suggestions';

interface Props {
  filters: FilterSearch;
  facets: readonly Facet[];
  byName: boolean;
  onChange: (filters: FilterSearch) => void;
}

/** One box for every filter: a dimension, a value of any, words of the content, a trace id. */
export function FilterInput({ filters, facets, byName, onChange }: Props) {
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const suggestions = open ? suggest({ text, filters, facets, byName }) : [];
  const current = suggestions[Math.min(at, suggestions.length - 1)];

  const choose = (item: Suggestion) => {
    setAt(0);
    if (item.typed !== undefined) {
      setText(item.typed);
      input.current?.focus();
      return;
    }
    if (item.filters) onChange(item.filters);
    setText('');
    setOpen(false);
  };

  return (
    <div
      className="relative min-w-48 flex-1"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-ink-3" />
      <input
        ref={input}
        data-filter-focus
        role="combobox"
        aria-label="Filter"
        aria-expanded={open && suggestions.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={open && current ? `${id}-${current.key}` : undefined}
        autoComplete="off"
        spellCheck={false}
        value={text}
        placeholder={
          byName
            ? 'Filter: model, user, root name, words, trace id…'
            : 'Filter: model, user, words of the content, trace id…'
        }
        className="h-8 w-full rounded-md border border-line-strong bg-surface pr-9 pl-8.5 text-sm hover:border-ink-3 focus:border-accent focus:outline-2 focus:outline-offset-0 focus:outline-accent/25"
        onFocus={() => setOpen(true)}
        onClick={() => setOpen(true)}
        onChange={(event) => {
          setText(event.target.value);
          setOpen(true);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            setOpen(true);
            const by = event.key === 'ArrowDown' ? 1 : -1;
            setAt((old) => (suggestions.length === 0 ? 0 : (old + by + suggestions.length) % suggestions.length));
          } else if (event.key === 'Enter' && current) {
            event.preventDefault();
            choose(current);
          } else if (event.key === 'Escape') {
            event.preventDefault();
            if (open && text !== '') setText('');
            else input.current?.blur();
            setOpen(false);
          } else if (event.key === 'Backspace' && text.endsWith(':')) {
            event.preventDefault();
            setText('');
          }
        }}
      />
      {text === '' && !open ? <Kbd keys="/" className="pointer-events-none absolute top-1.75 right-2" /> : null}
      {open && suggestions.length > 0 ? (
        <div
          id={`${id}-list`}
          role="listbox"
          aria-label="Suggestions"
          className="absolute top-9 left-0 z-30 max-h-96 w-full max-w-xl min-w-72 overflow-y-auto rounded-lg border border-line-strong bg-raised p-1 shadow-raised"
        >
          {suggestions.map((item) => (
            <div
              key={item.key}
              id={`${id}-${item.key}`}
              role="option"
              aria-selected={item === current}
              tabIndex={-1}
              className={cn(
                'flex min-h-8 cursor-pointer items-center gap-2 rounded px-2 hover:bg-hover',
                item === current && 'bg-hover',
              )}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(item)}
            >
              <span className="w-32 shrink-0 truncate text-xs text-ink-3">{item.kind}</span>
              <span className="min-w-0 flex-1 truncate">{item.text}</span>
              {item.calls === undefined ? null : (
                <span className="tabular text-xs text-ink-3">{formatCompact(item.calls)}</span>
              )}
            </div>
          ))}
        </div>
      ) : null}
    </div>
  );
}
