import { describe, expect, it } from 'vitest';
import { makeTree } from '@/lib/tree';
import { graphOf } from './graph';
import { firstTokenMs, type TraceSpan } from './outline';
import { piecesOfText } from './text';
import { lanesOf, moment, piecesOf, place } from './timeline';
import { totalsOf } from './totals';
import { isConversation, transcriptOf } from './transcript';

type Call = NonNullable<TraceSpan['call']>;

function call(more: Partial<Call> = {}): Call {
  return {
    counted: true,
    duplicate_of: null,
    duplicate_reason: null,
    operation: 'chat',
    provider: null,
    request_model: 'm',
    response_model: null,
    finish_reason: null,
    streaming: null,
    incomplete: null,
    ttft_ms: null,
    input_tokens: 10,
    cached_input_tokens: null,
    cache_write_tokens: null,
    output_tokens: null,
    reasoning_tokens: null,
    total_tokens: 10,
    cost_usd: '0.5',
    cost_state: 'priced',
    cost_source: 'computed',
    ...more,
  };
}

function span(id: string, depth: number, operation: string, from: number, to: number, own: Call | null = null): TraceSpan {
  return {
    span_id: id,
    depth,
    parent_missing: false,
    name: `${operation} ${id[0] ?? ''}`,
    operation,
    service: '',
    kind: '',
    scope_name: '',
    status: 'unset',
    error_type: null,
    status_message: '',
    start_offset_ms: from,
    duration_ms: to - from,
    events: 0,
    call: own,
  };
}

const SPANS = [
  span('r', 0, 'agent', 0, 100),
  span('a1', 1, 'chat', 0, 10, call({ ttft_ms: 4 })),
  span('a2', 2, 'chat', 0, 10, call({ counted: false })),
  span('s', 1, 'agent', 10, 20),
  span('t1', 2, 'tool', 10, 12),
  span('a3', 2, 'chat', 12, 20, call({ output_tokens: 5, cost_usd: null, cost_state: 'unpriced' })),
  span('p', 1, 'other', 90, 100),
];
const TREE = makeTree(SPANS);

describe('totalsOf', () => {
  it('adds up counted calls and leaves unknown unknown', () => {
    const totals = totalsOf(TREE);
    expect(totals[0]).toMatchObject({ calls: 2, input_tokens: 20, output_tokens: 5, cost_usd: 0.5, unpriced: 1 });
    expect(totals[3]).toMatchObject({ calls: 1, cost_usd: null, cached_input_tokens: null });
    expect(totals[4]).toMatchObject({ calls: 0, input_tokens: null });
  });
});

describe('transcriptOf', () => {
  it('folds sub-agents and leaves out plumbing and duplicates', () => {
    const closed = transcriptOf(TREE, new Set());
    expect(closed.steps.map((step) => step.span.span_id)).toEqual(['r', 'a1', 's']);
    expect(closed.hidden).toBe(2);
    expect(closed.steps[2]).toMatchObject({ foldable: true, open: false, below: 2 });
    const open = transcriptOf(TREE, new Set(['s']));
    expect(open.steps.map((step) => [step.span.span_id, step.level])).toEqual([
      ['r', 0],
      ['a1', 0],
      ['s', 0],
      ['t1', 1],
      ['a3', 1],
    ]);
  });
  it('opens a sub-agent that is all its parent does', () => {
    const spans = [span('w', 0, 'workflow', 0, 9), span('e', 1, 'agent', 0, 9), span('c', 2, 'chat', 1, 2, call())];
    const steps = transcriptOf(makeTree(spans), new Set()).steps;
    expect(steps.map((step) => [step.span.span_id, step.open, step.foldable])).toEqual([
      ['w', true, false],
      ['e', true, false],
      ['c', true, false],
    ]);
  });
  it('knows a conversation', () => {
    expect(isConversation(SPANS)).toBe(true);
    expect(isConversation([span('x', 0, 'chat', 0, 1, call())])).toBe(false);
  });
});

describe('timeline', () => {
  const pieces = piecesOf(TREE, 100, true);
  it('shrinks idle time only', () => {
    expect(pieces.map((piece) => [piece.fromMs, piece.toMs, piece.idle])).toEqual([
      [0, 20, false],
      [20, 90, true],
      [90, 100, false],
    ]);
    expect(pieces.at(-1)?.to).toBeCloseTo(1);
    expect(piecesOf(TREE, 100, false)).toHaveLength(1);
    expect(piecesOf(makeTree([]), 0, true)).toHaveLength(1);
  });
  it('places moments and finds them again', () => {
    for (const ms of [0, 5, 20, 55, 90, 100]) expect(moment(pieces, place(pieces, ms))).toBeCloseTo(ms);
    expect(place(pieces, 500)).toBe(1);
  });
  it('packs spans that do not overlap into one lane', () => {
    expect([...lanesOf(TREE).lane]).toEqual([0, 1, 2, 1, 2, 2, 1]);
    expect(lanesOf(TREE).count).toBe(3);
  });
});

describe('graphOf', () => {
  it('merges equal steps and leaves out duplicates', () => {
    const graph = graphOf(TREE);
    const chat = graph.nodes.find((node) => node.name === 'chat a');
    expect(chat?.spans.map((item) => item.span_id)).toEqual(['a1', 'a3']);
    expect(graph.edges.every((edge) => edge.from !== edge.to)).toBe(true);
    expect(graph.layers).toBe(3);
    expect(graphOf(makeTree([]))).toMatchObject({ nodes: [], rows: 0 });
  });
});

describe('text and first token', () => {
  it('cuts long texts without losing anything', () => {
    for (const text of ['', 'short', 'word '.repeat(9_000), 'x'.repeat(40_000), 'line\n'.repeat(9_000)])
      expect(piecesOfText(text).join('')).toBe(text);
    expect(piecesOfText('x'.repeat(40_000)).length).toBeGreaterThan(4);
  });
  it('takes the earliest first token', () => {
    expect(firstTokenMs(SPANS)).toBe(4);
    expect(firstTokenMs([])).toBeNull();
  });
});
