import { createFileRoute } from '@tanstack/react-router';
import { isSpanTab, type SpanTab } from '@/components/span/span-panel';
import { isTraceMode, type TraceMode } from '@/components/trace/modes';
import { TracePage } from '@/components/trace/trace-page';

interface TraceSearch {
  span?: string;
  mode?: TraceMode;
  tab?: SpanTab;
}

export const Route = createFileRoute('/traces/$traceId')({
  validateSearch(search: Record<string, unknown>): TraceSearch {
    return {
      ...(typeof search.span === 'string' && /^[0-9a-f]{16}$/.test(search.span) ? { span: search.span } : {}),
      ...(isTraceMode(search.mode) ? { mode: search.mode } : {}),
      ...(isSpanTab(search.tab) ? { tab: search.tab } : {}),
    };
  },
  component: TraceRoute,
});

function TraceRoute() {
  const { traceId } = Route.useParams();
  return <TracePage key={traceId} traceId={traceId} />;
}
