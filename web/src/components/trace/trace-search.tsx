import { useQuery } from '@tanstack/react-query';
import { ChevronDown, ChevronUp, Search, X } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import type { Schemas } from '@/api/client';
import { traceSearchQuery } from '@/api/queries';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/field';
import { formatCount } from '@/lib/format';
import { useShortcuts } from '@/lib/keyboard';

export type Hit = Schemas['TraceHit'];

interface Props {
  traceId: string;
  project: string;
  text: string;
  onText: (text: string) => void;
  /** Places of spans in the tree: the order finds are gone through. */
  order: ReadonlyMap<string, number>;
  onHit: (hit: Hit) => void;
}

const WAIT_MS = 200;

/** Finds a text anywhere in the trace and goes from place to place. */
export function TraceSearch({ traceId, project, text, onText, order, onHit }: Props) {
  const [asked, setAsked] = useState(text);
  const [at, setAt] = useState(-1);
  useEffect(() => {
    const timer = setTimeout(() => {
      setAsked(text.trim());
      setAt(-1);
    }, WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const query = useQuery(traceSearchQuery(traceId, project, asked));
  const active = asked.length >= 2;
  const hits = useMemo(() => {
    const items = active ? (query.data?.items ?? []) : [];
    return [...items].sort((a, b) => (order.get(a.span_id) ?? 0) - (order.get(b.span_id) ?? 0));
  }, [active, query.data, order]);
  const go = (by: number) => {
    if (hits.length === 0) return;
    const next = (at + by + hits.length + (at < 0 && by < 0 ? 1 : 0)) % hits.length;
    const hit = hits[next];
    setAt(next);
    if (hit) onHit(hit);
  };
  useShortcuts({ n: () => go(1), 'shift+n': () => go(-1) });
  const hit = hits[at];
  const count = query.data?.count ?? 0;
  return (
    <div role="search" className="flex min-w-0 flex-1 items-center gap-1 sm:max-w-xl">
      <div className="relative min-w-32 flex-1">
        <Search aria-hidden className="pointer-events-none absolute top-1.75 left-2 size-3.5 text-ink-3" />
        <Input
          data-filter-focus
          aria-label="Search in the trace"
          placeholder="Search all texts…"
          className="h-7 pl-7 text-xs"
          value={text}
          onChange={(event) => onText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') go(event.shiftKey ? -1 : 1);
            if (event.key === 'Escape') {
              onText('');
              event.currentTarget.blur();
            }
          }}
        />
      </div>
      {text.trim() === '' ? null : (
        <>
          <span role="status" className="tabular shrink-0 text-xs text-ink-3">
            {text.trim().length < 2
              ? 'two letters at least'
              : query.isError
                ? 'failed'
                : query.isPending || asked !== text.trim()
                  ? 'searching…'
                  : hits.length === 0
                    ? 'no find'
                    : `${at >= 0 ? `${formatCount(at + 1)} / ` : ''}${formatCount(hits.length)} ${hits.length === 1 ? 'place' : 'places'}${query.data.truncated ? '+' : ''}, ${formatCount(count)} ${count === 1 ? 'find' : 'finds'}`}
            {hit ? <span className="max-md:hidden"> · {hit.where === 'message' ? hit.role : hit.where}</span> : null}
            {query.data?.content_searched === false ? ' (without content)' : ''}
          </span>
          <Button
            look="ghost"
            size="icon-sm"
            aria-label="Previous find"
            disabled={hits.length === 0}
            onClick={() => go(-1)}
          >
            <ChevronUp />
          </Button>
          <Button look="ghost" size="icon-sm" aria-label="Next find" disabled={hits.length === 0} onClick={() => go(1)}>
            <ChevronDown />
          </Button>
          <Button look="ghost" size="icon-sm" aria-label="Clear the search" onClick={() => onText('')}>
            <X />
          </Button>
        </>
      )}
    </div>
  );
}
