import { CircleAlert, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { ApiError } from '@/api/problem';
import { Button } from './button';

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn('animate-shimmer rounded bg-sunken', className)} />;
}

/** Rows to come. */
export function GridLoading() {
  return (
    <div className="flex flex-1 flex-col bg-surface" aria-busy="true" aria-label="Loading">
      <div className="h-8 border-b border-line" />
      {Array.from({ length: 16 }, (_, index) => (
        <div key={index} className="flex items-center gap-6 border-b border-line/70 px-5" style={{ height: 34 }}>
          <Skeleton className="h-3 w-28" />
          <Skeleton className="h-3 w-40" />
          <Skeleton className="h-3 flex-1" />
          <Skeleton className="h-3 w-20" />
          <Skeleton className="h-3 w-16" />
        </div>
      ))}
    </div>
  );
}

interface EmptyProps {
  icon?: ReactNode;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  className?: string;
}

/** Where there is nothing to show: why, and what to do about it. */
export function Empty({ icon, title, children, actions, className }: EmptyProps) {
  return (
    <div className={cn('flex flex-col items-center justify-center px-6 py-14 text-center', className)}>
      {icon ? <div className="mb-3 text-ink-3 [&_svg]:size-7 [&_svg]:stroke-[1.5]">{icon}</div> : null}
      <h2 className="text-base font-semibold">{title}</h2>
      {children ? <div className="mt-1 max-w-md text-sm text-ink-2">{children}</div> : null}
      {actions ? <div className="mt-4 flex flex-wrap justify-center gap-2">{actions}</div> : null}
    </div>
  );
}

interface FailureProps {
  error: unknown;
  onRetry?: () => void;
  what: string;
  className?: string;
}

/** What could not be loaded, in the server's own words. */
export function Failure({ error, onRetry, what, className }: FailureProps) {
  const problem = ApiError.from(error);
  return (
    <div role="alert" className={cn('flex flex-col items-center justify-center px-6 py-12 text-center', className)}>
      <CircleAlert className="mb-3 size-7 stroke-[1.5] text-error" />
      <h2 className="text-base font-semibold">{what} could not be loaded</h2>
      <p className="mt-1 max-w-lg text-sm text-ink-2 wrap-anywhere">{problem.message}</p>
      {problem.hint ? <p className="mt-1 max-w-lg text-sm text-ink-3">{problem.hint}</p> : null}
      {onRetry ? (
        <Button className="mt-4" onClick={onRetry}>
          <RotateCw /> Try again
        </Button>
      ) : null}
    </div>
  );
}
