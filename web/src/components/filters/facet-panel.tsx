import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { DIMENSIONS, toggleValue, type Dimension, type FilterSearch, type NumberName } from '@/api/filters';
import type { Facet } from '@/api/queries';
import { Input } from '@/components/ui/field';
import { Skeleton } from '@/components/ui/states';
import { cn } from '@/lib/cn';
import { formatCompact, formatCount } from '@/lib/format';

interface Props {
  filters: FilterSearch;
  facets: readonly Facet[] | undefined;
  onChange: (filters: FilterSearch) => void;
  stale: boolean;
}

const FEW = 6;

/** What there is to filter by, with counts under the filters already set. */
export function FacetPanel({ filters, facets, onChange, stale }: Props) {
  return (
    <aside
      aria-label="Filters"
      className={cn(
        'w-58 shrink-0 overflow-y-auto border-r border-line bg-surface pb-6 transition-opacity max-md:hidden',
        stale && 'opacity-70 delay-200',
      )}
    >
      {facets === undefined ? (
        <div className="flex flex-col gap-2 p-4" aria-hidden>
          {Array.from({ length: 12 }, (_, index) => (
            <Skeleton key={index} className="h-4" />
          ))}
        </div>
      ) : (
        <>
          {DIMENSIONS.map((dimension) => {
            const facet = facets.find((item) => item.dimension === dimension.name);
            return facet ? (
              <FacetSection
                key={dimension.name}
                dimension={dimension}
                facet={facet}
                filters={filters}
                onChange={onChange}
              />
            ) : null;
          })}
          <section className="border-t border-line px-4 py-2.5" aria-label="Ranges">
            <NumberRange
              label="Cost, USD"
              min="min_cost_usd"
              max="max_cost_usd"
              filters={filters}
              onChange={onChange}
            />
            <NumberRange
              label="Latency, ms"
              min="min_duration_ms"
              max="max_duration_ms"
              filters={filters}
              onChange={onChange}
            />
            <NumberRange label="Tokens" min="min_tokens" max="max_tokens" filters={filters} onChange={onChange} />
          </section>
        </>
      )}
    </aside>
  );
}

interface SectionProps {
  dimension: Dimension;
  facet: Facet;
  filters: FilterSearch;
  onChange: (filters: FilterSearch) => void;
}

/** Open at first when it is worth a look: something is chosen in it, or there is a choice. */
const OPEN_AT_FIRST: readonly string[] = ['model', 'status', 'service', 'environment', 'cost_state', 'error_type'];

function FacetSection({ dimension, facet, filters, onChange }: SectionProps) {
  const chosen = filters[dimension.name] ?? [];
  const [open, setOpen] = useState(chosen.length > 0 || OPEN_AT_FIRST.includes(dimension.name));
  const [all, setAll] = useState(false);
  // A chosen value that nothing matches any more must stay, or it could not be taken back here.
  const missing = chosen.filter((value) => !facet.values.some((item) => (item.value ?? '') === value));
  const values = [
    ...facet.values.map((item) => ({ value: item.value ?? '', calls: item.calls })),
    ...missing.map((value) => ({ value, calls: 0 })),
  ];
  if (values.length === 0 || (values.length === 1 && values[0]?.value === '' && chosen.length === 0)) return null;
  const shown = all ? values : values.slice(0, FEW);
  const most = Math.max(...values.map((item) => item.calls), 1);
  return (
    <section className="border-t border-line first:border-t-0">
      <h2>
        <button
          type="button"
          aria-expanded={open}
          className="flex h-8 w-full items-center gap-1 px-2.5 text-xs font-medium text-ink-2 hover:text-ink"
          onClick={() => setOpen(!open)}
        >
          <ChevronRight aria-hidden className={cn('size-3.5 text-ink-3 transition-transform', open && 'rotate-90')} />
          {dimension.label}
          {chosen.length > 0 ? (
            <span className="ml-auto rounded bg-accent-soft px-1.5 text-2xs text-accent">{chosen.length}</span>
          ) : null}
        </button>
      </h2>
      {open ? (
        <ul className="px-2 pb-2">
          {shown.map((item) => {
            const on = chosen.includes(item.value);
            return (
              <li key={item.value}>
                <button
                  type="button"
                  role="checkbox"
                  aria-checked={on}
                  title={`${item.value || dimension.unknown}: ${formatCount(item.calls)} calls`}
                  className="relative flex h-7 w-full items-center gap-2 rounded px-2 text-left hover:bg-sunken"
                  onClick={() => onChange(toggleValue(filters, dimension.name, item.value))}
                >
                  <span
                    aria-hidden
                    className={cn(
                      'flex size-3.5 shrink-0 items-center justify-center rounded-[3px] border text-[9px] leading-none',
                      on ? 'border-accent bg-accent text-accent-ink' : 'border-line-strong',
                    )}
                  >
                    {on ? '✓' : ''}
                  </span>
                  <span
                    className={cn('min-w-0 flex-1 truncate', item.value === '' && 'text-ink-3', on && 'font-medium')}
                  >
                    {item.value || dimension.unknown}
                  </span>
                  <span className="tabular text-2xs text-ink-3">{formatCompact(item.calls)}</span>
                  <span aria-hidden className="absolute right-2 bottom-0.5 left-7.5 h-px">
                    <span className="block h-px bg-accent/45" style={{ width: `${(item.calls / most) * 100}%` }} />
                  </span>
                </button>
              </li>
            );
          })}
          {values.length > FEW ? (
            <li>
              <button
                type="button"
                className="h-6 rounded px-2 text-2xs text-ink-3 hover:text-ink"
                onClick={() => setAll(!all)}
              >
                {all ? 'Show fewer' : `Show ${values.length - FEW} more`}
              </button>
            </li>
          ) : null}
          {facet.other ? (
            <li className="px-2 pt-0.5 text-2xs text-ink-3">{formatCompact(facet.other)} calls with other values</li>
          ) : null}
        </ul>
      ) : null}
    </section>
  );
}

interface RangeProps {
  label: string;
  min: NumberName;
  max: NumberName;
  filters: FilterSearch;
  onChange: (filters: FilterSearch) => void;
}

function NumberRange({ label, min, max, filters, onChange }: RangeProps) {
  return (
    <fieldset className="mb-2.5">
      <legend className="mb-1 text-xs font-medium text-ink-2">{label}</legend>
      <div className="flex items-center gap-1.5">
        <Bound
          key={filters[min] ?? ''}
          label={`${label}: at least`}
          placeholder="min"
          name={min}
          filters={filters}
          onChange={onChange}
        />
        <span aria-hidden className="text-ink-3">
          –
        </span>
        <Bound
          key={`${filters[max] ?? ''}!`}
          label={`${label}: at most`}
          placeholder="max"
          name={max}
          filters={filters}
          onChange={onChange}
        />
      </div>
    </fieldset>
  );
}

interface BoundProps {
  label: string;
  placeholder: string;
  name: NumberName;
  filters: FilterSearch;
  onChange: (filters: FilterSearch) => void;
}

function Bound({ label, placeholder, name, filters, onChange }: BoundProps) {
  const set = filters[name] ?? '';
  const [text, setText] = useState(set);
  const valid = text === '' || /^\d{1,9}(\.\d{1,9})?$/.test(text);
  const commit = () => {
    if (!valid || text === set) return;
    const { [name]: _, ...rest } = filters;
    onChange(text === '' ? rest : { ...rest, [name]: text });
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
