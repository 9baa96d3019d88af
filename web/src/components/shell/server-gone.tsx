import { useQueryClient } from '@tanstack/react-query';
import { ServerOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { ApiError } from '@/api/problem';
import { Button } from '@/components/ui/button';

const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;
const PATIENCE_MS = 5_000;

/** Whether the server answers at all: one small address that asks nothing of the engine. */
async function answers(): Promise<boolean> {
  try {
    return (await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) })).ok;
  } catch {
    return false;
  }
}

/**
 * Says that the server is gone as soon as a question of any page cannot reach it, asks for it ever less often, and goes
 * away by itself when it is back; what failed meanwhile is asked again.
 */
export function ServerGone() {
  const client = useQueryClient();
  const [gone, setGone] = useState(false);
  const [tries, setTries] = useState(0);
  const [asking, setAsking] = useState(false);

  useEffect(() => {
    const suspect = (error: unknown) => {
      if (error !== null && error !== undefined && ApiError.from(error).code === 'unreachable') setGone(true);
    };
    const queries = client.getQueryCache().subscribe((event) => {
      // Also while the question is tried again by itself.
      if (event.type === 'updated' && (event.action.type === 'error' || event.action.type === 'failed'))
        suspect(event.action.error);
    });
    const changes = client.getMutationCache().subscribe((event) => {
      if (event.type === 'updated' && event.action.type === 'error') suspect(event.action.error);
    });
    return () => {
      queries();
      changes();
    };
  }, [client]);

  useEffect(() => {
    if (!gone) return;
    let over = false;
    const timer = setTimeout(
      () => {
        setAsking(true);
        void answers().then((back) => {
          if (over) return;
          setAsking(false);
          if (!back) {
            setTries((count) => count + 1);
            return;
          }
          setGone(false);
          setTries(0);
          void client.refetchQueries({ type: 'active', predicate: (query) => query.state.error !== null });
        });
      },
      tries === 0 ? 0 : Math.min(FIRST_MS * 2 ** (tries - 1), LONGEST_MS),
    );
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [gone, tries, client]);

  // The first try tells a server that is gone from one question that was lost.
  if (!gone || tries === 0) return null;
  return (
    <div
      role="alert"
      className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-error-soft px-5 py-1.5 text-xs text-error"
    >
      <ServerOff aria-hidden className="size-4 shrink-0" />
      <p>
        <strong className="font-semibold">Sonde cannot be reached.</strong> What you see is what came before. This page
        goes on by itself when the server is back.
      </p>
      <Button size="sm" className="ml-auto" disabled={asking} onClick={() => setTries(tries + 1)}>
        {asking ? 'Trying …' : 'Try now'}
      </Button>
    </div>
  );
}
