import type { UseQueryResult } from '@tanstack/react-query';
import { RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '@/api/problem';
import { Button } from '@/components/ui/button';
import { Skeleton } from '@/components/ui/states';
import { cn } from '@/lib/cn';
import { StillWorking } from './slow';

interface Props<T> {
  title: string;
  query: Pick<
    UseQueryResult<T>,
    'data' | 'isPending' | 'isError' | 'error' | 'isPlaceholderData' | 'refetch' | 'fetchStatus'
  >;
  className?: string;
  /** What stands there until the answer comes. */
  height?: string;
  children: (data: T) => ReactNode;
}

/** One question and what it shows: waits, fails and is repeated without the rest of the page. */
export function Panel<T>({ title, query, className, height = 'h-63', children }: Props<T>) {
  if (query.data !== undefined) {
    return (
      <div className={cn('min-w-0 transition-opacity', query.isPlaceholderData && 'opacity-70 delay-200', className)}>
        <StillWorking title={title} asking={query.isPlaceholderData} refetch={query.refetch} />
        {children(query.data)}
      </div>
    );
  }
  if (query.isPending && query.fetchStatus === 'idle') {
    return (
      <section className={cn('card flex flex-col px-4 pt-3 pb-4', height, className)} aria-label={title}>
        <h2 className="font-semibold">{title}</h2>
        <p className="mt-2 text-sm text-ink-2">Stopped. A shorter time range is read faster.</p>
        <Button size="sm" className="mt-3 self-start" onClick={() => void query.refetch()}>
          <RotateCw /> Ask again
        </Button>
      </section>
    );
  }
  if (query.isPending) {
    return (
      <div
        className={cn('card flex flex-col gap-2 p-4', height, className)}
        aria-busy="true"
        aria-label={`${title}: loading`}
      >
        <StillWorking title={title} asking refetch={query.refetch} />
        <Skeleton className="min-h-0 flex-1" />
      </div>
    );
  }
  const problem = ApiError.from(query.error);
  return (
    <section className={cn('card flex flex-col px-4 pt-3 pb-4', className)} aria-label={title}>
      <h2 className="font-semibold">{title}</h2>
      <div role="alert" className="mt-2 text-sm text-ink-2">
        <p className="wrap-anywhere">{problem.message}</p>
        {problem.hint ? <p className="text-ink-3">{problem.hint}</p> : null}
      </div>
      <Button size="sm" className="mt-3 self-start" onClick={() => void query.refetch()}>
        <RotateCw /> Try again
      </Button>
    </section>
  );
}
