import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { previewsQuery } from '@/api/queries';
import type { Schemas } from '@/api/client';

export type Preview = Schemas['SpanPreview'];

const CHUNK = 40;

/** Previews of the spans that are seen, asked for in chunks of the whole list, so that scrolling asks nothing twice. */
export function usePreviews(
  traceId: string,
  project: string,
  spanIds: readonly string[],
  first: number,
  last: number,
): ReadonlyMap<string, Preview> {
  const chunks = useMemo(() => {
    const found: string[][] = [];
    for (let at = Math.floor(first / CHUNK); at <= Math.floor(last / CHUNK); at += 1) {
      const chunk = spanIds.slice(at * CHUNK, (at + 1) * CHUNK);
      if (chunk.length > 0) found.push(chunk);
    }
    return found;
  }, [spanIds, first, last]);
  return useQueries({
    queries: chunks.map((chunk) => ({ ...previewsQuery(traceId, project, chunk), retry: false })),
    combine: (results) => {
      const found = new Map<string, Preview>();
      for (const result of results) for (const item of result.data?.items ?? []) found.set(item.span_id, item);
      return found;
    },
  });
}
