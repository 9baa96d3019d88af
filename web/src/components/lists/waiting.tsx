import { CircleStop, Hourglass } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { GridLoading } from '@/components/ui/states';
import { useAfter } from '@/lib/use-after';

const SLOW_MS = 3_000;

/** Says so when an answer takes long, and lets it be stopped: the server stops reading as well. */
export function SlowNotice({ reading, onStop }: { reading: boolean; onStop: () => void }) {
  const slow = useAfter(reading, SLOW_MS);
  if (!slow) return null;
  return (
    <div
      role="status"
      className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-info-soft px-4 py-1.5 text-xs"
    >
      <Hourglass aria-hidden className="size-3.5 text-info" />
      <span>Still reading. A shorter time range is read faster, and so is a filter on a service, model or user.</span>
      <Button size="sm" className="ml-auto" onClick={onStop}>
        <CircleStop /> Stop
      </Button>
    </div>
  );
}

/** Rows to come. */
export function Waiting({ onStop }: { onStop: () => void }) {
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-hidden">
      <SlowNotice reading onStop={onStop} />
      <GridLoading />
    </div>
  );
}
