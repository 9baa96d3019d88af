/** A trace as what happened: turns of models, tools, sub-agents folded into one card each. */
import type { Tree } from '@/lib/tree';
import type { TraceSpan } from './outline';

export type StepKind = 'turn' | 'tool' | 'agent' | 'step';

export interface Step {
  kind: StepKind;
  span: TraceSpan;
  index: number;
  /** How many opened sub-agents it is inside of. */
  level: number;
  open: boolean;
  /** A sub-agent: it can be opened and closed. */
  foldable: boolean;
  /** Spans below it. */
  below: number;
}

export interface Transcript {
  steps: Step[];
  /** Spans that are no step of their own: plumbing and duplicates. */
  hidden: number;
}

const AGENTS = new Set(['agent', 'workflow']);
const STEPS = new Set(['retrieval', 'guardrail', 'evaluator', 'memory', 'rerank', 'embeddings', 'prompt']);

function kindOf(span: TraceSpan): StepKind | null {
  if (span.call && !span.call.counted) return null;
  if (span.operation === 'tool') return 'tool';
  if (AGENTS.has(span.operation)) return 'agent';
  if (STEPS.has(span.operation)) return 'step';
  if (span.call) return 'turn';
  return span.status === 'error' ? 'step' : null;
}

/**
 * Steps in order. Agents at the top are the run itself and always open, and so is one that is all its parent does;
 * others inside open on demand.
 */
export function transcriptOf(tree: Tree, opened: ReadonlySet<string>): Transcript {
  const steps: Step[] = [];
  const level = new Array<number>(tree.spans.length).fill(0);
  const inAgent = new Array<boolean>(tree.spans.length).fill(false);
  let hidden = 0;
  for (let index = 0; index < tree.spans.length; index += 1) {
    const span = tree.spans[index];
    if (!span) continue;
    const up = tree.parent[index] ?? -1;
    const depth = up < 0 ? 0 : (level[up] ?? 0);
    const inside = up >= 0 && (inAgent[up] ?? false);
    level[index] = depth;
    inAgent[index] = inside;
    const kind = kindOf(span);
    const below = tree.below[index] ?? 0;
    if (kind === null) {
      hidden += 1;
      continue;
    }
    if (kind !== 'agent') {
      steps.push({ kind, span, index, level: depth, open: true, foldable: false, below });
      continue;
    }
    const sole = up >= 0 && (tree.below[up] ?? 0) === below + 1;
    const top = !inside || (sole && level[up] === 0);
    const open = top || opened.has(span.span_id);
    steps.push({ kind, span, index, level: depth, open, foldable: !top && below > 0, below });
    inAgent[index] = true;
    level[index] = top ? depth : depth + 1;
    if (!open) index += below;
  }
  return { steps, hidden };
}

/** Whether a trace reads best as a transcript: an agent, or models and tools taking turns. */
export function isConversation(spans: readonly TraceSpan[]): boolean {
  let calls = 0;
  let tools = 0;
  for (const span of spans) {
    if (AGENTS.has(span.operation)) return true;
    if (span.operation === 'tool') tools += 1;
    if (span.call?.counted) calls += 1;
    if (calls > 0 && tools > 0) return true;
  }
  return false;
}
