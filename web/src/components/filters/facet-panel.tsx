import { ChevronRight, Minus, Search } from 'lucide-react';
import { useId, useMemo, useState } from 'react';
import { facetLabel, unknownLabel, type Facet, type FacetField, type RangeField } from '@/api/filters';
import { ApiError } from '@/api/problem';
import { Input } from '@/components/ui/field';
import { Skeleton } from '@/components/ui/states';
import { cn } from '@/lib/cn';
import {
  boundsOf,
  modeOf,
  namedValues,
  termsOf,
  toggleValue,
  withBounds,
  withTerm,
  type Mode,
  type Term,
} from '@/lib/filter-terms';
import { formatCompact, formatCount } from '@/lib/format';
import { readPreference, writePreference } from '@/lib/storage';

interface Props {
  /** Names what is remembered: which sections are open. */
  name: string;
  /** "calls": what the counts count. */
  noun: string;
  fields: readonly FacetField[];
  ranges: readonly RangeField[];
  text: string;
  facets: readonly Facet[] | undefined;
  onChange: (text: string) => void;
  stale: boolean;
  error?: unknown;
  className?: string;
}

const FEW = 6;

function readOpen(name: string): Record<string, boolean> {
  try {
    const value: unknown = JSON.parse(readPreference(`facets.${name}`) ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, boolean>) : {};
  } catch {
    return {};
  }
}

/** What there is to filter by, with counts under the filter that is set. Every click edits the filter's text. */
export function FacetPanel({ name, noun, fields, ranges, text, facets, onChange, stale, error, className }: Props) {
  const [opened, setOpened] = useState(() => readOpen(name));
  const terms = useMemo(() => termsOf(text), [text]);
  const setOpen = (field: string, open: boolean) => {
    const next = { ...opened, [field]: open };
    writePreference(`facets.${name}`, JSON.stringify(next));
    setOpened(next);
  };
  return (
    <aside
      aria-label="Facets"
      className={cn(
        'w-58 shrink-0 overflow-y-auto border-r border-line bg-surface pb-6 transition-opacity max-md:hidden',
        stale && 'opacity-70 delay-200',
        className,
      )}
    >
      {facets === undefined && error ? (
        <p role="alert" className="p-4 text-xs text-ink-2 wrap-anywhere">
          The facets could not be counted: {ApiError.from(error).message}
        </p>
      ) : facets === undefined ? (
        <div className="flex flex-col gap-3 p-4" aria-hidden>
          {Array.from({ length: 14 }, (_, index) => (
            <Skeleton key={index} className="h-4" />
          ))}
        </div>
      ) : (
        fields.map((field) => {
          const facet = field.fixed
            ? { dimension: field.name, other: 0, values: field.fixed.map((value) => ({ value, count: null })) }
            : facets.find((item) => item.dimension === field.name);
          return facet ? (
            <Section
              key={field.name}
              field={field}
              facet={facet}
              noun={noun}
              terms={terms}
              text={text}
              open={opened[field.name]}
              onOpen={(open) => setOpen(field.name, open)}
              onChange={onChange}
            />
          ) : null;
        })
      )}
      {ranges.length > 0 && facets !== undefined ? (
        <section className="border-t border-line px-4 py-2.5" aria-label="Ranges">
          {ranges.map((range) => (
            <NumberRange key={range.name} range={range} terms={terms} text={text} onChange={onChange} />
          ))}
        </section>
      ) : null}
    </aside>
  );
}

interface SectionProps {
  field: FacetField;
  facet: Facet;
  noun: string;
  terms: readonly Term[] | null;
  text: string;
  open: boolean | undefined;
  onOpen: (open: boolean) => void;
  onChange: (text: string) => void;
}

function Section({ field, facet, noun, terms, text, open: remembered, onOpen, onChange }: SectionProps) {
  const id = useId();
  const [all, setAll] = useState(false);
  const [part, setPart] = useState('');
  const named = namedValues(terms, field.name);
  // A value that is named and that nothing matches any more must stay, or it could not be taken back here.
  const missing = named.filter((value) => !facet.values.some((item) => (item.value ?? '') === value));
  const values = [
    ...facet.values.map((item) => ({ value: item.value ?? '', count: item.count })),
    ...missing.map((value) => ({ value, count: 0 })),
  ];
  if (values.length === 0 || (values.length === 1 && values[0]?.value === '' && named.length === 0)) return null;
  const open = remembered ?? (named.length > 0 || field.open === true);
  const wanted = part.trim().toLowerCase();
  const label = facetLabel(field.name);
  const unknown = unknownLabel(field.name);
  const found = wanted === '' ? values : values.filter((item) => item.value.toLowerCase().includes(wanted));
  const shown = all || wanted !== '' ? found : found.slice(0, FEW);
  const most = Math.max(...values.map((item) => item.count ?? 0), 1);
  const searchable = values.length > FEW || facet.other > 0;
  return (
    <section className="border-t border-line first:border-t-0">
      <h2>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={id}
          className="flex h-8 w-full items-center gap-1 px-2.5 text-xs font-medium text-ink-2 hover:text-ink"
          onClick={() => onOpen(!open)}
        >
          <ChevronRight aria-hidden className={cn('size-3.5 text-ink-3 transition-transform', open && 'rotate-90')} />
          {label}
          {named.length > 0 ? (
            <span className="ml-auto rounded bg-accent-soft px-1.5 text-2xs text-accent">{named.length}</span>
          ) : null}
        </button>
      </h2>
      {open ? (
        <div id={id} className="px-2 pb-2">
          {searchable ? (
            <div className="relative mb-1">
              <Search aria-hidden className="pointer-events-none absolute top-1.75 left-2 size-3 text-ink-3" />
              <Input
                aria-label={`Search ${label.toLowerCase()}`}
                placeholder="Search"
                className="h-6.5 pl-6.5 text-xs"
                value={part}
                onChange={(event) => setPart(event.target.value)}
                onKeyDown={(event) => {
                  if (event.key !== 'Escape') return;
                  event.preventDefault();
                  if (part === '') event.currentTarget.blur();
                  setPart('');
                }}
              />
            </div>
          ) : null}
          <ul>
            {shown.map((item) => (
              <ValueRow
                key={item.value}
                name={item.value === '' ? unknown : item.value}
                unknown={item.value === ''}
                count={item.count}
                noun={noun}
                share={(item.count ?? 0) / most}
                mode={modeOf(terms, field.name, item.value)}
                onToggle={(mode) => onChange(toggleValue(text, field.name, item.value, mode))}
              />
            ))}
            {wanted !== '' && (shown.length === 0 || facet.other > 0) && !field.choices ? (
              <li>
                <button
                  type="button"
                  className="flex min-h-7 w-full items-center rounded px-2 text-left text-xs text-accent hover:bg-sunken"
                  onClick={() => {
                    setPart('');
                    onChange(withTerm(text, `${field.name}:*${part.trim().replace(/[\s()"\\*[{]/g, '\\$&')}*`));
                  }}
                >
                  <span className="truncate">contains “{part.trim()}”</span>
                </button>
              </li>
            ) : null}
          </ul>
          {wanted === '' && found.length > FEW ? (
            <button
              type="button"
              className="h-6 rounded px-2 text-2xs text-ink-3 hover:text-ink"
              onClick={() => setAll(!all)}
            >
              {all ? 'Show fewer' : `Show ${found.length - FEW} more`}
            </button>
          ) : null}
          {facet.other > 0 && wanted === '' ? (
            <p className="px-2 pt-0.5 text-2xs text-ink-3">
              {formatCompact(facet.other)} {noun} with other values
            </p>
          ) : null}
        </div>
      ) : null}
    </section>
  );
}

interface ValueProps {
  name: string;
  unknown: boolean;
  count: number | null;
  noun: string;
  share: number;
  mode: Mode | null;
  onToggle: (mode: Mode) => void;
}

function ValueRow({ name, unknown, count, noun, share, mode, onToggle }: ValueProps) {
  const counted = count === null ? '' : `, ${formatCount(count)} ${noun}`;
  return (
    <li className="group relative flex h-7 items-center rounded hover:bg-sunken">
      <button
        type="button"
        role="checkbox"
        aria-checked={mode === 'include' ? true : mode === 'exclude' ? 'mixed' : false}
        aria-label={`${name}${counted}${mode === 'exclude' ? ', left out' : ''}`}
        title={`${name}${counted}`}
        className="flex h-7 min-w-0 flex-1 items-center gap-2 rounded pl-2 text-left"
        onClick={() => onToggle(mode === 'exclude' ? 'exclude' : 'include')}
      >
        <span
          aria-hidden
          className={cn(
            'flex size-3.5 shrink-0 items-center justify-center rounded-[3px] border text-[9px] leading-none',
            mode === 'include' && 'border-accent bg-accent text-accent-ink',
            mode === 'exclude' && 'border-error-bar bg-error-soft text-error',
            mode === null && 'border-line-strong',
          )}
        >
          {mode === 'include' ? '✓' : mode === 'exclude' ? '–' : ''}
        </span>
        <span
          className={cn(
            'min-w-0 flex-1 truncate',
            unknown && 'text-ink-3',
            mode === 'include' && 'font-medium',
            mode === 'exclude' && 'text-ink-3 line-through',
          )}
        >
          {name}
        </span>
      </button>
      <span className="relative flex h-7 w-11 shrink-0 items-center justify-end pr-2">
        <span aria-hidden className="tabular text-2xs text-ink-3 group-focus-within:invisible group-hover:invisible">
          {count === null ? '' : formatCompact(count)}
        </span>
        <button
          type="button"
          aria-label={mode === 'exclude' ? `Do not leave out ${name}` : `Leave out ${name}`}
          aria-pressed={mode === 'exclude'}
          title={mode === 'exclude' ? 'Take it in again' : 'Leave these out'}
          className="absolute inset-y-0.5 right-1 flex w-6 items-center justify-center rounded text-ink-3 opacity-0 group-hover:opacity-100 hover:bg-error-soft hover:text-error focus-visible:opacity-100"
          onClick={() => onToggle('exclude')}
        >
          <Minus className="size-3.5" />
        </button>
      </span>
      <span aria-hidden className="pointer-events-none absolute right-2 bottom-0.5 left-7.5 h-px">
        <span className="block h-px bg-accent/45" style={{ width: `${share * 100}%` }} />
      </span>
    </li>
  );
}

interface RangeProps {
  range: RangeField;
  terms: readonly Term[] | null;
  text: string;
  onChange: (text: string) => void;
}

function NumberRange({ range, terms, text, onChange }: RangeProps) {
  const bounds = boundsOf(terms, range.name);
  return (
    <fieldset className="mb-2.5">
      <legend className="mb-1 text-xs font-medium text-ink-2">{range.label}</legend>
      <div className="flex items-center gap-1.5">
        {(['min', 'max'] as const).map((end, index) => (
          <div key={end} className="contents">
            {index === 1 ? (
              <span aria-hidden className="text-ink-3">
                –
              </span>
            ) : null}
            <Bound
              key={bounds[end]}
              label={`${range.label}: ${end === 'min' ? 'at least' : 'at most'}`}
              placeholder={end}
              set={bounds[end]}
              onSet={(value) => onChange(withBounds(text, range.name, { ...bounds, [end]: value }))}
            />
          </div>
        ))}
      </div>
    </fieldset>
  );
}

interface BoundProps {
  label: string;
  placeholder: string;
  set: string;
  onSet: (value: string) => void;
}

function Bound({ label, placeholder, set, onSet }: BoundProps) {
  const [text, setText] = useState(set);
  // A number, with a unit where the field knows one: 250, 0.05, 2s, 10k.
  const valid = text === '' || /^\d+(\.\d+)?[a-zµ]{0,3}$/i.test(text);
  const commit = () => {
    if (valid && text !== set) onSet(text);
  };
  return (
    <Input
      inputMode="decimal"
      aria-label={label}
      placeholder={placeholder}
      aria-invalid={!valid}
      className="tabular h-7 px-2 text-xs"
      value={text}
      onChange={(event) => setText(event.target.value.trim())}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
      }}
    />
  );
}
