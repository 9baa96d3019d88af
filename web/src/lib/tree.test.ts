import { describe, expect, it } from 'vitest';
import type { TraceSpan } from '@/lib/trace/outline';
import { ancestors, firstOfInterest, guidesOf, makeTree, treeRows } from './tree';

const NOTHING = { text: '', only: null } as const;

function node(id: string, depth: number, more: Partial<TraceSpan> = {}): TraceSpan {
  return {
    span_id: id,
    depth,
    parent_missing: false,
    name: `span ${id}`,
    kind: 'internal',
    service: 'shop',
    scope_name: '',
    operation: 'other',
    status: 'unset',
    status_message: '',
    error_type: null,
    start_offset_ms: 0,
    duration_ms: 1_000,
    events: 0,
    call: null,
    ...more,
  };
}

//  a
//  ├─ b
//  │  ├─ c
//  │  └─ d   (error)
//  └─ e
//  f         (a second root)
const SPANS = [
  node('a', 0),
  node('b', 1),
  node('c', 2),
  node('d', 2, { status: 'error' }),
  node('e', 1, { name: 'tail' }),
  node('f', 0),
];
const TREE = makeTree(SPANS);
const ids = (rows: readonly { span: TraceSpan }[]) => rows.map((row) => row.span.span_id).join('');

describe('makeTree', () => {
  it('counts what is below and finds parents', () => {
    expect(TREE.below).toEqual([4, 2, 0, 0, 0, 0]);
    expect(TREE.parent).toEqual([-1, 0, 1, 1, 0, -1]);
    expect(TREE.hasNext).toEqual([true, true, true, false, false, false]);
  });
  it('knows the way down to a span', () => {
    expect(ancestors(TREE, 'd')).toEqual(['a', 'b']);
    expect(ancestors(TREE, 'nobody')).toEqual([]);
  });
  it('takes an empty trace', () => {
    expect(treeRows(makeTree([]), new Set(), NOTHING)).toEqual([]);
  });
});

describe('treeRows', () => {
  it('shows everything at first', () => {
    const rows = treeRows(TREE, new Set(), NOTHING);
    expect(ids(rows)).toBe('abcdef');
    expect(TREE.hasNext).toEqual([true, true, true, false, false, false]);
    expect(guidesOf(TREE, 3, 10)).toEqual([true, true]);
    expect(guidesOf(TREE, 3, 1)).toEqual([true]);
  });
  it('leaves out what is below a folded span', () => {
    const rows = treeRows(TREE, new Set(['b']), NOTHING);
    expect(ids(rows)).toBe('abef');
    expect(rows[1]?.folded).toBe(true);
  });
  it('shows finds with the way to them, folded or not', () => {
    const rows = treeRows(TREE, new Set(['a']), { text: '', only: 'errors' });
    expect(ids(rows)).toBe('abd');
    expect(rows.map((row) => row.match)).toEqual([false, false, true]);
  });
  it('looks for text in names, in any case', () => {
    expect(ids(treeRows(TREE, new Set(), { text: ' TAIL ', only: null }))).toBe('ae');
    expect(treeRows(TREE, new Set(), { text: 'nothing like it', only: null })).toEqual([]);
  });
  it('stays fast for thousands of spans', () => {
    const many = Array.from({ length: 20_000 }, (_, index) =>
      node(String(index), index === 0 ? 0 : 1 + (index % 7 === 0 ? 0 : index % 3)),
    );
    expect(treeRows(makeTree(many), new Set(), NOTHING)).toHaveLength(20_000);
  });
});

describe('firstOfInterest', () => {
  it('prefers errors of calls, then calls that write, then the root', () => {
    expect(firstOfInterest(SPANS)?.span_id).toBe('d');
    expect(firstOfInterest([node('a', 0), node('b', 1)])?.span_id).toBe('a');
    expect(firstOfInterest([])).toBeUndefined();
  });
});
