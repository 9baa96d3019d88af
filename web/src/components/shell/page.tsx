import { useEffect, type ReactNode } from 'react';
import { cn } from '@/lib/cn';

interface Props {
  title: string;
  /** Beside the title. */
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** The content scrolls by itself (lists, traces) instead of the page. */
  fixed?: boolean;
  className?: string;
}

/** The frame of every page: one heading, what it offers on the right, and the content. */
export function Page({ title, lead, actions, children, fixed = false, className }: Props) {
  useDocumentTitle(title);
  return (
    <div className={cn('flex min-h-0 min-w-0 flex-1 flex-col', fixed ? 'overflow-hidden' : 'overflow-y-auto')}>
      <header
        className={cn(
          'z-20 flex min-h-13 shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-canvas/95 px-5 py-2',
          !fixed && 'sticky top-0',
        )}
      >
        <h1 className="text-[1.0625rem] font-semibold tracking-[-0.01em]">{title}</h1>
        {lead}
        {actions ? <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div> : null}
      </header>
      <div className={cn('min-h-0 min-w-0', fixed ? 'flex flex-1 flex-col' : 'px-5 py-4', className)}>{children}</div>
    </div>
  );
}

export function useDocumentTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Sonde`;
  }, [title]);
}
