import { useQueryClient, type QueryClient, type UseQueryResult } from '@tanstack/react-query';
import { CircleStop, Hourglass } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { useAfter } from '@/lib/use-after';

export const SLOW_MS = 5_000;

/** Hangs up on one question, which the server takes for the end of its own work. */
function cancel(client: QueryClient, refetch: UseQueryResult['refetch']): void {
  // A result does not say which question it is of, but shares the function that asks it again.
  const asked = client
    .getQueryCache()
    .getAll()
    .find((query) => query.observers.some((observer) => observer.refetch === refetch));
  if (asked) void client.cancelQueries({ queryKey: asked.queryKey, exact: true });
}

interface Props {
  title: string;
  /** An answer is on its way, and nothing that answers the question is shown. */
  asking: boolean;
  refetch: UseQueryResult['refetch'];
}

/** Says so when an answer takes long, and lets it be stopped. */
export function StillWorking({ title, asking, refetch }: Props) {
  const client = useQueryClient();
  const slow = useAfter(asking, SLOW_MS);
  if (!slow) return null;
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-2 gap-y-1 rounded-md bg-info-soft px-2.5 py-1 text-xs"
    >
      <Hourglass aria-hidden className="size-3.5 text-info" />
      <span>Still working. A shorter time range is read faster.</span>
      <Button size="sm" className="ml-auto" aria-label={`${title}: cancel`} onClick={() => cancel(client, refetch)}>
        <CircleStop /> Cancel
      </Button>
    </div>
  );
}
