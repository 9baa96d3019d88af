import {
  Bot,
  Box,
  BrainCircuit,
  Database,
  FileSearch,
  Gauge,
  MessageSquareText,
  ScrollText,
  ShieldCheck,
  Sigma,
  ArrowUpDown,
  Wrench,
  Workflow,
  type LucideIcon,
} from 'lucide-react';

interface Look {
  icon: LucideIcon;
  /** A colour of index.css. */
  color: string;
  label: string;
}

const LOOKS: Readonly<Record<string, Look>> = {
  chat: { icon: MessageSquareText, color: 'blue', label: 'chat' },
  text_completion: { icon: MessageSquareText, color: 'blue', label: 'text completion' },
  embeddings: { icon: Sigma, color: 'teal', label: 'embeddings' },
  rerank: { icon: ArrowUpDown, color: 'teal', label: 'rerank' },
  tool: { icon: Wrench, color: 'amber', label: 'tool' },
  agent: { icon: Bot, color: 'violet', label: 'agent' },
  workflow: { icon: Workflow, color: 'violet', label: 'workflow' },
  retrieval: { icon: FileSearch, color: 'moss', label: 'retrieval' },
  guardrail: { icon: ShieldCheck, color: 'rose', label: 'guardrail' },
  evaluator: { icon: Gauge, color: 'rose', label: 'evaluator' },
  memory: { icon: Database, color: 'moss', label: 'memory' },
  prompt: { icon: ScrollText, color: 'slate', label: 'prompt' },
  other: { icon: Box, color: 'slate', label: 'span' },
};

const FALLBACK: Look = { icon: BrainCircuit, color: 'slate', label: 'span' };

export function operationLook(operation: string): Look {
  return LOOKS[operation] ?? FALLBACK;
}

export function OperationIcon({ operation, className }: { operation: string; className?: string }) {
  const look = operationLook(operation);
  return (
    <look.icon role="img" aria-label={look.label} className={className} style={{ color: `var(--s-${look.color})` }} />
  );
}
