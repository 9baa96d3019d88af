import { useRef, useState, type CSSProperties, type ReactNode } from 'react';
import { readPreference, writePreference } from '@/lib/storage';

const SMALLEST_SHARE = 0.28;

/** Two panes beside each other with a bar to drag; below each other where there is no room. */
export function Split({ left, right }: { left: ReactNode; right: ReactNode }) {
  const [share, setShare] = useState(() => Number(readPreference('trace-split') ?? '0.52') || 0.52);
  const split = useRef<HTMLDivElement>(null);
  const resize = (clientX: number) => {
    const box = split.current?.getBoundingClientRect();
    if (!box) return;
    const next = Math.min(Math.max((clientX - box.left) / box.width, SMALLEST_SHARE), 1 - SMALLEST_SHARE);
    setShare(next);
    writePreference('trace-split', next.toFixed(3));
  };
  return (
    <div
      ref={split}
      className="flex min-h-0 flex-1 max-lg:flex-col"
      style={{ '--share': `${share * 100}%` } as CSSProperties}
    >
      <section
        aria-label="Spans"
        className="flex min-h-0 min-w-0 flex-col border-line max-lg:h-[52%] max-lg:border-b lg:w-(--share)"
      >
        {left}
      </section>
      <div
        role="separator"
        aria-orientation="vertical"
        aria-label="Width of the tree"
        aria-valuenow={Math.round(share * 100)}
        aria-valuemin={SMALLEST_SHARE * 100}
        aria-valuemax={(1 - SMALLEST_SHARE) * 100}
        tabIndex={0}
        className="relative w-px shrink-0 bg-line max-lg:hidden after:absolute after:inset-y-0 after:-left-1 after:w-2.25 after:cursor-col-resize hover:after:bg-accent/25 focus-visible:after:bg-accent/40"
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) resize(event.clientX);
        }}
        onKeyDown={(event) => {
          const box = split.current?.getBoundingClientRect();
          if (!box || !['ArrowLeft', 'ArrowRight'].includes(event.key)) return;
          resize(box.left + box.width * (share + (event.key === 'ArrowLeft' ? -0.02 : 0.02)));
        }}
      />
      <section aria-label="The selected span" className="flex min-h-0 min-w-0 flex-1 flex-col bg-surface">
        {right}
      </section>
    </div>
  );
}
