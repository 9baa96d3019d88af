import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { cn } from '@/lib/cn';
import { Folded } from './folded';

const MOST_ENTRIES = 100;
const OPEN_DEPTH = 2;

interface Props {
  value: unknown;
  depth?: number;
  name?: string;
  trailing?: boolean;
}

/** JSON to open and close. Only text nodes, only what is open. */
export function JsonView({ value, depth = 0, name, trailing = false }: Props) {
  const isList = Array.isArray(value);
  const isObject = typeof value === 'object' && value !== null && !isList;
  if (!isList && !isObject) {
    return (
      <div className={cn('wrap-anywhere', depth > 0 && 'pl-4')}>
        <Name name={name} />
        <Leaf value={value} />
        {trailing ? <span className="text-ink-3">,</span> : null}
      </div>
    );
  }
  const entries: [string | undefined, unknown][] = isList
    ? (value as unknown[]).map((item): [undefined, unknown] => [undefined, item])
    : Object.entries(value as Record<string, unknown>);
  return (
    <Branch
      entries={entries}
      isList={isList}
      depth={depth}
      trailing={trailing}
      {...(name === undefined ? {} : { name })}
    />
  );
}

function Name({ name }: { name: string | undefined }) {
  return name === undefined ? null : (
    <>
      <span className="text-accent">{JSON.stringify(name)}</span>
      <span className="text-ink-3">: </span>
    </>
  );
}

interface BranchProps {
  entries: readonly (readonly [string | undefined, unknown])[];
  isList: boolean;
  depth: number;
  trailing: boolean;
  name?: string;
}

function Branch({ entries, isList, depth, trailing, name }: BranchProps) {
  const [open, setOpen] = useState(depth < OPEN_DEPTH && entries.length <= MOST_ENTRIES);
  const [shown, setShown] = useState(MOST_ENTRIES);
  const [left, right] = isList ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) {
    return (
      <div className={cn(depth > 0 && 'pl-4')}>
        <Name name={name} />
        <span className="text-ink-3">
          {left}
          {right}
          {trailing ? ',' : ''}
        </span>
      </div>
    );
  }
  return (
    <div className={cn('relative', depth > 0 && 'pl-4')}>
      <button
        type="button"
        aria-expanded={open}
        className="-ml-4 inline-flex items-start rounded text-left hover:bg-sunken"
        onClick={() => setOpen(!open)}
      >
        <ChevronRight
          aria-hidden
          className={cn('mt-0.75 size-3.5 shrink-0 text-ink-3 transition-transform', open && 'rotate-90')}
        />
        <span className="pl-0.5">
          <Name name={name} />
          <span className="text-ink-3">
            {open
              ? left
              : `${left} ${entries.length} ${isList ? (entries.length === 1 ? 'item' : 'items') : entries.length === 1 ? 'key' : 'keys'} ${right}${trailing ? ',' : ''}`}
          </span>
        </span>
      </button>
      {open ? (
        <>
          {entries.slice(0, shown).map(([key, item], index) => (
            <JsonView
              key={key ?? index}
              value={item}
              depth={depth + 1}
              trailing={index < entries.length - 1}
              {...(key === undefined ? {} : { name: key })}
            />
          ))}
          {entries.length > shown ? (
            <button
              type="button"
              className="ml-4 rounded text-accent hover:underline"
              onClick={() => setShown(shown + MOST_ENTRIES)}
            >
              {entries.length - shown} more
            </button>
          ) : null}
          <div className="text-ink-3">
            {right}
            {trailing ? ',' : ''}
          </div>
        </>
      ) : null}
    </div>
  );
}

function Leaf({ value }: { value: unknown }) {
  if (typeof value === 'string') {
    return value.length > 400 ? (
      <Folded text={value} lines={6} className="inline" />
    ) : (
      <span className="whitespace-pre-wrap text-ink">{JSON.stringify(value)}</span>
    );
  }
  const tone =
    typeof value === 'number' ? 'text-info' : typeof value === 'boolean' ? 'text-[var(--s-violet)]' : 'text-ink-3';
  return <span className={tone}>{value === undefined ? 'undefined' : JSON.stringify(value)}</span>;
}
