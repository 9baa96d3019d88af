import type { ReactNode } from 'react';

/** Beside the title of a detail page: where it belongs, and what else is known. */
export function DetailLead({ back, note }: { back: ReactNode; note?: ReactNode }) {
  return (
    <span className="flex min-w-0 items-center gap-2 text-sm text-ink-3">
      {note ? <span className="max-w-60 truncate">{note}</span> : null}
      <span aria-hidden>·</span>
      <span className="text-accent">{back}</span>
    </span>
  );
}
