import { X } from 'lucide-react';
import {
  DIMENSION_NAMES,
  dimensionLabel,
  NUMBER_NAMES,
  toggleValue,
  type FilterSearch,
  type NumberName,
} from '@/api/filters';
import { Button } from '@/components/ui/button';
import { formatCount, formatDuration } from '@/lib/format';

interface Props {
  filters: FilterSearch;
  onChange: (filters: FilterSearch) => void;
}

interface Chip {
  key: string;
  name: string;
  value: string;
  without: FilterSearch;
}

const NUMBER_TEXT: Record<NumberName, (value: string) => readonly [string, string]> = {
  min_cost_usd: (value) => ['Cost', `≥ $${value}`],
  max_cost_usd: (value) => ['Cost', `≤ $${value}`],
  min_duration_ms: (value) => ['Latency', `≥ ${formatDuration(Number(value))}`],
  max_duration_ms: (value) => ['Latency', `≤ ${formatDuration(Number(value))}`],
  min_tokens: (value) => ['Tokens', `≥ ${formatCount(Number(value))}`],
  max_tokens: (value) => ['Tokens', `≤ ${formatCount(Number(value))}`],
};

function without(filters: FilterSearch, name: keyof FilterSearch): FilterSearch {
  const { [name]: _, ...rest } = filters;
  return rest;
}

export function chipsOf(filters: FilterSearch): Chip[] {
  const chips: Chip[] = [];
  for (const name of DIMENSION_NAMES) {
    for (const value of filters[name] ?? []) {
      chips.push({
        key: `${name}=${value}`,
        name: dimensionLabel(name),
        value: value === '' ? 'unknown' : value,
        without: toggleValue(filters, name, value),
      });
    }
  }
  for (const name of NUMBER_NAMES) {
    const value = filters[name];
    if (value === undefined) continue;
    const [label, text] = NUMBER_TEXT[name](value);
    chips.push({ key: name, name: label, value: text, without: without(filters, name) });
  }
  if (filters.q) chips.push({ key: 'q', name: 'Content', value: `“${filters.q}”`, without: without(filters, 'q') });
  if (filters.name)
    chips.push({ key: 'name', name: 'Name', value: `“${filters.name}”`, without: without(filters, 'name') });
  if (filters.trace_id)
    chips.push({ key: 'trace', name: 'Trace', value: filters.trace_id, without: without(filters, 'trace_id') });
  return chips;
}

/** What the list is narrowed to, each with a way out. */
export function FilterChips({ filters, onChange }: Props) {
  const chips = chipsOf(filters);
  if (chips.length === 0) return null;
  return (
    <div
      className="flex flex-wrap items-center gap-1.5 border-b border-line bg-surface px-4 py-1.5"
      role="group"
      aria-label="Active filters"
    >
      {chips.map((chip) => (
        <span
          key={chip.key}
          className="inline-flex h-6 max-w-80 items-center rounded-md bg-accent-soft pl-2 text-xs text-accent"
        >
          <span className="shrink-0 opacity-80">{chip.name}</span>
          <span className="ml-1.5 truncate font-medium" title={chip.value}>
            {chip.value}
          </span>
          <button
            type="button"
            aria-label={`Remove filter ${chip.name} ${chip.value}`}
            className="ml-0.5 flex size-6 shrink-0 items-center justify-center rounded-md hover:bg-accent/15"
            onClick={() => onChange(chip.without)}
          >
            <X className="size-3" />
          </button>
        </span>
      ))}
      <Button look="ghost" size="sm" onClick={() => onChange(filters.dropped ? { dropped: true } : {})}>
        Clear
      </Button>
    </div>
  );
}
