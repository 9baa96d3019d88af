import { CircleAlert } from 'lucide-react';
import { useMemo } from 'react';
import { OperationIcon } from '@/components/span/operation';
import { cn } from '@/lib/cn';
import { formatCount, formatDuration, formatUsd } from '@/lib/format';
import { graphOf, type GraphEdge, type GraphNode } from '@/lib/trace/graph';
import type { TraceSpan } from '@/lib/trace/outline';
import type { Tree } from '@/lib/tree';

interface Props {
  tree: Tree;
  selected: string | null;
  onSelect: (span: TraceSpan) => void;
}

const NODE_WIDTH = 178;
const NODE_HEIGHT = 54;
const LAYER_PX = NODE_WIDTH + 50;
const ROW_PX = NODE_HEIGHT + 18;
const MARGIN = 16;

/** Who called what, equal steps merged into one. */
export function Graph({ tree, selected, onSelect }: Props) {
  const graph = useMemo(() => graphOf(tree), [tree]);
  const byKey = useMemo(() => new Map(graph.nodes.map((node) => [node.key, node])), [graph]);
  const width = graph.layers * LAYER_PX + 2 * MARGIN;
  const height = graph.rows * ROW_PX + 2 * MARGIN;
  const heights = useMemo(() => {
    const rows = new Map<number, number>();
    for (const node of graph.nodes) rows.set(node.layer, Math.max(rows.get(node.layer) ?? 0, node.row + 1));
    return rows;
  }, [graph]);
  const position = (node: GraphNode) => ({
    x: MARGIN + node.layer * LAYER_PX,
    // Short layers stand in the middle of the long ones.
    y: MARGIN + (node.row + (graph.rows - (heights.get(node.layer) ?? 0)) / 2) * ROW_PX,
  });
  /** The next span of the node after the selected one: a click goes through them. */
  const next = (node: GraphNode) => {
    const at = node.spans.findIndex((span) => span.span_id === selected);
    return node.spans[(at + 1) % node.spans.length];
  };
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label="Graph of steps"
      className="min-h-0 flex-1 overflow-auto bg-canvas outline-offset-[-2px]"
    >
      {graph.hidden > 0 ? (
        <p className="border-b border-line bg-sunken px-3 py-1 text-xs text-ink-2" role="status">
          {formatCount(graph.hidden)} rarer steps are left out
        </p>
      ) : null}
      <div className="relative" style={{ width, height }}>
        <svg aria-hidden width={width} height={height} className="absolute inset-0">
          {graph.edges.map((edge) => {
            const from = byKey.get(edge.from);
            const to = byKey.get(edge.to);
            return from && to ? (
              <Edge key={`${edge.from}\u0001${edge.to}`} edge={edge} from={position(from)} to={position(to)} />
            ) : null;
          })}
        </svg>
        {graph.nodes.map((node) => {
          const { x, y } = position(node);
          const here = node.spans.some((span) => span.span_id === selected);
          return (
            <button
              key={node.key}
              type="button"
              aria-pressed={here}
              title={node.name}
              className={cn(
                'absolute flex flex-col justify-center gap-0.5 rounded-lg border border-line-strong bg-surface px-2.5 text-left shadow-card hover:border-ink-3',
                'aria-pressed:border-accent aria-pressed:shadow-[0_0_0_1px_var(--accent)]',
                node.errors > 0 && 'border-l-[3px] border-l-error-bar',
              )}
              style={{ left: x, top: y, width: NODE_WIDTH, height: NODE_HEIGHT }}
              onClick={() => {
                const span = next(node);
                if (span) onSelect(span);
              }}
            >
              <span className="flex w-full min-w-0 items-center gap-1.5">
                <OperationIcon operation={node.operation} className="size-3.5 shrink-0" />
                <span className="min-w-0 flex-1 truncate text-xs font-medium">{node.name || 'unnamed'}</span>
                {node.spans.length > 1 ? (
                  <span className="tabular shrink-0 rounded bg-sunken px-1 text-2xs text-ink-2">
                    × {formatCount(node.spans.length)}
                  </span>
                ) : null}
              </span>
              <span className="tabular flex w-full gap-2 text-2xs text-ink-3">
                {formatDuration(node.durationMs)}
                {node.costUsd === null ? null : <span>{formatUsd(node.costUsd)}</span>}
                {node.errors > 0 ? (
                  <span className="inline-flex items-center gap-0.5 text-error">
                    <CircleAlert aria-hidden className="size-3" />
                    {formatCount(node.errors)} failed
                  </span>
                ) : null}
              </span>
            </button>
          );
        })}
      </div>
    </div>
  );
}

interface Point {
  x: number;
  y: number;
}

function Edge({ edge, from, to }: { edge: GraphEdge; from: Point; to: Point }) {
  const start = { x: from.x + NODE_WIDTH, y: from.y + NODE_HEIGHT / 2 };
  const end = { x: to.x, y: to.y + NODE_HEIGHT / 2 };
  const bend = edge.back ? 46 : Math.max((end.x - start.x) / 2, 24);
  const low = Math.max(start.y, end.y) + NODE_HEIGHT * 0.75;
  const path = edge.back
    ? `M ${start.x} ${start.y} C ${start.x + bend} ${low}, ${end.x - bend} ${low}, ${end.x} ${end.y}`
    : `M ${start.x} ${start.y} C ${start.x + bend} ${start.y}, ${end.x - bend} ${end.y}, ${end.x} ${end.y}`;
  return (
    <>
      <path
        d={path}
        fill="none"
        stroke="var(--line-strong)"
        strokeWidth={1 + Math.min(Math.log2(edge.count), 4) * 0.5}
        strokeDasharray={edge.back ? '4 3' : undefined}
      />
      <circle cx={end.x} cy={end.y} r={2.5} fill="var(--ink-3)" />
      {edge.count > 1 ? (
        <text
          x={(start.x + end.x) / 2}
          y={(edge.back ? low : (start.y + end.y) / 2) - 5}
          textAnchor="middle"
          fontSize={10}
          fill="var(--ink-3)"
        >
          {formatCount(edge.count)}
        </text>
      ) : null}
    </>
  );
}
