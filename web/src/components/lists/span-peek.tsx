import { useState } from 'react';
import { SpanPanel, type SpanTab } from '@/components/span/span-panel';

interface Props {
  traceId: string;
  spanId: string;
  project: string;
}

/** The tab stays while one walks through the list. */
let lastTab: SpanTab = 'messages';

export function SpanPeek({ traceId, spanId, project }: Props) {
  const [tab, setTab] = useState<SpanTab>(lastTab);
  return (
    <SpanPanel
      traceId={traceId}
      spanId={spanId}
      project={project}
      tab={tab}
      onTab={(next) => {
        lastTab = next;
        setTab(next);
      }}
    />
  );
}
