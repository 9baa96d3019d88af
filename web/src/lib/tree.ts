/** The spans of a trace as rows: which are there after folding and filtering. Pure, so that it can be tested. */
import type { TraceSpan } from '@/lib/trace/outline';

export interface TreeRow {
  span: TraceSpan;
  index: number;
  /** Spans below it. */
  below: number;
  folded: boolean;
  /** Found by the filter itself; the others are only the way to a find. */
  match: boolean;
}

export interface TreeFilter {
  text: string;
  /** null: everything. */
  only: 'errors' | 'calls' | null;
}

export interface Tree {
  spans: readonly TraceSpan[];
  /** Index of the parent in `spans`, −1 for roots. */
  parent: readonly number[];
  /** Spans below each span. */
  below: readonly number[];
  /** Whether another child of the same parent follows. */
  hasNext: readonly boolean[];
  byId: ReadonlyMap<string, number>;
}

/** Makes the tree of spans that come depth first with their depth, as the API sends them. */
export function makeTree(spans: readonly TraceSpan[]): Tree {
  const parent = new Array<number>(spans.length).fill(-1);
  const below = new Array<number>(spans.length).fill(0);
  const hasNext = new Array<boolean>(spans.length).fill(false);
  const byId = new Map<string, number>();
  const path: number[] = [];
  /** The last span seen at each depth, below its present parent. */
  const lastAt: number[] = [];
  spans.forEach((span, index) => {
    byId.set(span.span_id, index);
    path.length = Math.min(path.length, span.depth);
    const up = path.at(-1) ?? -1;
    parent[index] = up;
    const before = lastAt[span.depth];
    if (before !== undefined && parent[before] === up) hasNext[before] = true;
    lastAt.length = span.depth + 1;
    lastAt[span.depth] = index;
    path.push(index);
  });
  // Children come after their parents, so from the end each count is whole when it is added.
  for (let index = spans.length - 1; index >= 0; index -= 1) {
    const up = parent[index] ?? -1;
    if (up >= 0) below[up] = (below[up] ?? 0) + (below[index] ?? 0) + 1;
  }
  return { spans, parent, below, hasNext, byId };
}

/** Whether a span itself is what a filter asks for. */
export function matches(span: TraceSpan, filter: TreeFilter): boolean {
  return matchesText(span, filter.text.trim().toLowerCase(), filter.only);
}

function matchesText(span: TraceSpan, text: string, only: TreeFilter['only']): boolean {
  if (only === 'errors' && span.status !== 'error') return false;
  if (only === 'calls' && !span.call) return false;
  if (text === '') return true;
  const call = span.call;
  return [
    span.name,
    span.service,
    span.operation,
    span.scope_name,
    span.span_id,
    span.error_type,
    call?.request_model,
    call?.response_model,
    call?.provider,
  ].some((value) => value?.toLowerCase().includes(text));
}

/** For each level above a span (nearest last, at most `levels`), whether a line goes on there. */
export function guidesOf(tree: Tree, index: number, levels: number): boolean[] {
  const guides: boolean[] = [];
  for (let at = tree.parent[index] ?? -1; at >= 0 && guides.length < levels; at = tree.parent[at] ?? -1)
    guides.unshift(tree.hasNext[at] ?? false);
  return guides;
}

export function isFiltering(filter: TreeFilter): boolean {
  return filter.text.trim() !== '' || filter.only !== null;
}

/** The rows to show. A filter overrules folding: what it finds is always seen, with the way to it. */
export function treeRows(tree: Tree, folded: ReadonlySet<string>, filter: TreeFilter): TreeRow[] {
  const { spans, parent, below } = tree;
  const text = filter.text.trim().toLowerCase();
  const filtering = isFiltering(filter);
  const found = spans.map((span) => filtering && matchesText(span, text, filter.only));
  const keep = new Array<boolean>(spans.length).fill(!filtering);
  if (filtering) {
    found.forEach((hit, index) => {
      if (!hit) return;
      for (let at = index; at >= 0 && !keep[at]; at = parent[at] ?? -1) keep[at] = true;
    });
  }
  const rows: TreeRow[] = [];
  for (let index = 0; index < spans.length; index += 1) {
    const span = spans[index];
    if (!span || !keep[index]) continue;
    const isFolded = !filtering && folded.has(span.span_id) && (below[index] ?? 0) > 0;
    rows.push({
      span,
      index,
      below: below[index] ?? 0,
      folded: isFolded,
      match: !filtering || (found[index] ?? false),
    });
    if (isFolded) index += below[index] ?? 0;
  }
  return rows;
}

/** The spans above one, nearest last: to open the way to it. */
export function ancestors(tree: Tree, spanId: string): string[] {
  const ids: string[] = [];
  for (let at = tree.parent[tree.byId.get(spanId) ?? -1] ?? -1; at >= 0; at = tree.parent[at] ?? -1) {
    const span = tree.spans[at];
    if (span) ids.unshift(span.span_id);
  }
  return ids;
}

/** What to look at first: a failed call, else a call that wrote something, else any call, else the root. */
export function firstOfInterest(spans: readonly TraceSpan[]): TraceSpan | undefined {
  const calls = spans.filter((span) => span.call?.counted);
  return (
    calls.find((span) => span.status === 'error') ??
    calls.find((span) => span.operation === 'chat' || span.operation === 'text_completion') ??
    calls[0] ??
    spans.find((span) => span.status === 'error') ??
    spans[0]
  );
}
