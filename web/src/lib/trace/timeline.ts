/** Time of a trace on a line: idle time shrunk, spans packed into lanes. */
import type { Tree } from '@/lib/tree';
import type { TraceSpan } from './outline';

export interface Piece {
  fromMs: number;
  toMs: number;
  /** Where it lies, 0 to 1 of the whole. */
  from: number;
  to: number;
  idle: boolean;
}

/** Idle time of at least this share of the busy time is shrunk … */
const IDLE_SHARE = 0.08;
/** … to this share of it. */
const SHRUNK_SHARE = 0.03;

/** Pieces of the time axis. Idle is when no span without children runs: an agent that waits is idle. */
export function piecesOf(tree: Tree, totalMs: number, shrink: boolean): Piece[] {
  const end = Math.max(totalMs, 0.001);
  const whole: Piece[] = [{ fromMs: 0, toMs: end, from: 0, to: 1, idle: false }];
  if (!shrink) return whole;
  const leaves = tree.spans
    .filter((_, index) => (tree.below[index] ?? 0) === 0)
    .map((span): [number, number] => [span.start_offset_ms, span.start_offset_ms + span.duration_ms])
    .sort((a, b) => a[0] - b[0]);
  const busy: [number, number][] = [];
  for (const [from, to] of leaves) {
    const last = busy.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else busy.push([from, to]);
  }
  const busyMs = busy.reduce((sum, [from, to]) => sum + to - from, 0);
  const most = Math.max(busyMs * IDLE_SHARE, 0.001);
  const pieces: { fromMs: number; toMs: number; width: number; idle: boolean }[] = [];
  let at = 0;
  const add = (toMs: number, idle: boolean) => {
    if (toMs <= at) return;
    const last = pieces.at(-1);
    if (!idle && last && !last.idle) {
      last.toMs = toMs;
      last.width += toMs - at;
    } else pieces.push({ fromMs: at, toMs, width: idle ? busyMs * SHRUNK_SHARE : toMs - at, idle });
    at = toMs;
  };
  for (const [from, to] of busy) {
    add(from, from - at >= most);
    add(to, false);
  }
  add(end, end - at >= most);
  const width = pieces.reduce((sum, piece) => sum + piece.width, 0);
  if (width <= 0 || !pieces.some((piece) => piece.idle)) return whole;
  let x = 0;
  return pieces.map((piece) => {
    const from = x / width;
    x += piece.width;
    return { fromMs: piece.fromMs, toMs: piece.toMs, from, to: x / width, idle: piece.idle };
  });
}

/** Where a moment lies, 0 to 1. */
export function place(pieces: readonly Piece[], ms: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.toMs ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  const piece = pieces[low];
  if (!piece) return 0;
  const share = (ms - piece.fromMs) / Math.max(piece.toMs - piece.fromMs, 1e-9);
  return piece.from + Math.min(Math.max(share, 0), 1) * (piece.to - piece.from);
}

/** The moment at a place: the inverse of `place`. */
export function moment(pieces: readonly Piece[], at: number): number {
  const piece = pieces.find((item) => at <= item.to) ?? pieces.at(-1);
  if (!piece) return 0;
  const share = (at - piece.from) / Math.max(piece.to - piece.from, 1e-9);
  return piece.fromMs + Math.min(Math.max(share, 0), 1) * (piece.toMs - piece.fromMs);
}

export interface Lanes {
  /** The lane of each span. */
  lane: Int32Array;
  count: number;
}

/** Packs spans: children below their parent, each in the first lane that is free when it starts. */
export function lanesOf(tree: Tree): Lanes {
  const lane = new Int32Array(tree.spans.length);
  const free: number[] = [];
  const order = tree.spans.map((span, index): [number, TraceSpan] => [index, span]);
  // A stable sort: parents stay before children that start at the same moment.
  order.sort((a, b) => a[1].start_offset_ms - b[1].start_offset_ms);
  for (const [index, span] of order) {
    const up = tree.parent[index] ?? -1;
    let at = up < 0 ? 0 : (lane[up] ?? 0) + 1;
    while ((free[at] ?? -Infinity) > span.start_offset_ms) at += 1;
    lane[index] = at;
    free[at] = span.start_offset_ms + span.duration_ms;
  }
  return { lane, count: free.length };
}
