/** A trace as a graph: equal steps merged, layers from caller to called. */
import type { Tree } from '@/lib/tree';
import type { TraceSpan } from './outline';

export interface GraphNode {
  key: string;
  name: string;
  operation: string;
  spans: TraceSpan[];
  errors: number;
  durationMs: number;
  costUsd: number | null;
  layer: number;
  /** Place inside the layer. */
  row: number;
}

export interface GraphEdge {
  from: string;
  to: string;
  count: number;
  /** Goes back to an earlier layer, or to itself: recursion. */
  back: boolean;
}

export interface TraceGraph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  layers: number;
  rows: number;
  /** Steps that are left out because there are more than can be drawn. */
  hidden: number;
}

export const NODES_MAX = 120;

/** Merges spans of one name and operation. The rarest are left out when there are too many. */
export function graphOf(tree: Tree): TraceGraph {
  const nodes = new Map<string, GraphNode>();
  const keys = tree.spans.map((span) => `${span.operation}\u0000${span.name}`);
  tree.spans.forEach((span, index) => {
    if (span.call?.counted === false) return;
    const key = keys[index] ?? '';
    const node = nodes.get(key) ?? {
      key,
      name: span.name,
      operation: span.operation,
      spans: [],
      errors: 0,
      durationMs: 0,
      costUsd: null,
      layer: 0,
      row: 0,
    };
    node.spans.push(span);
    node.errors += span.status === 'error' ? 1 : 0;
    node.durationMs += span.duration_ms;
    if (span.call?.cost_usd) node.costUsd = (node.costUsd ?? 0) + Number(span.call.cost_usd);
    nodes.set(key, node);
  });
  const kept = new Set(
    [...nodes.values()]
      .sort((a, b) => b.spans.length - a.spans.length)
      .slice(0, NODES_MAX)
      .map((node) => node.key),
  );
  const edges = new Map<string, GraphEdge>();
  const depth = new Map<string, number>();
  tree.spans.forEach((span, index) => {
    const to = keys[index] ?? '';
    if (!kept.has(to) || span.call?.counted === false) return;
    let up = tree.parent[index] ?? -1;
    let hops = 0;
    while (up >= 0 && !kept.has(keys[up] ?? '')) up = tree.parent[up] ?? -1;
    if (up >= 0) {
      const from = keys[up] ?? '';
      const id = `${from}\u0001${to}`;
      const edge = edges.get(id) ?? { from, to, count: 0, back: false };
      edge.count += 1;
      edges.set(id, edge);
      hops = (depth.get(from) ?? 0) + 1;
    }
    // The first place a step is seen at decides: parents come before their children.
    if (!depth.has(to)) depth.set(to, hops);
  });
  const drawn = [...nodes.values()].filter((node) => kept.has(node.key));
  const byLayer: GraphNode[][] = [];
  for (const node of drawn) {
    node.layer = depth.get(node.key) ?? 0;
    (byLayer[node.layer] ??= []).push(node);
  }
  for (const edge of edges.values()) edge.back = (depth.get(edge.from) ?? 0) >= (depth.get(edge.to) ?? 0);
  arrange(byLayer, [...edges.values()]);
  return {
    nodes: drawn,
    edges: [...edges.values()],
    layers: byLayer.length,
    rows: Math.max(0, ...byLayer.map((layer) => layer.length)),
    hidden: nodes.size - drawn.length,
  };
}

/** Orders each layer by where its callers stand, so that few edges cross. */
function arrange(layers: GraphNode[][], edges: readonly GraphEdge[]): void {
  const row = new Map<string, number>();
  for (const layer of layers) {
    const weight = new Map<string, number>();
    for (const node of layer) {
      const above = edges.filter((edge) => edge.to === node.key && !edge.back).map((edge) => row.get(edge.from) ?? 0);
      weight.set(node.key, above.length > 0 ? above.reduce((sum, at) => sum + at, 0) / above.length : 0);
    }
    layer.sort(
      (a, b) =>
        (weight.get(a.key) ?? 0) - (weight.get(b.key) ?? 0) ||
        (a.spans[0]?.start_offset_ms ?? 0) - (b.spans[0]?.start_offset_ms ?? 0),
    );
    layer.forEach((node, at) => {
      node.row = at;
      row.set(node.key, at);
    });
  }
}
