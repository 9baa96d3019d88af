import { ChevronDown, ChevronUp, Maximize2, X } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Tooltip } from '@/components/ui/tooltip';
import { formatCount } from '@/lib/format';
import { readPreference, writePreference } from '@/lib/storage';

interface Props {
  label: string;
  /** Where its row stands in the list, and how many rows are loaded; −1 when it is not among them. */
  at: number;
  count: number;
  children: ReactNode;
  onOpen: () => void;
  onClose: () => void;
  onStep: (by: 1 | -1) => void;
}

const SMALLEST = 380;
const USUAL = 560;
const DOUBLE_CLICK_MS = 500;

function clampWidth(width: number): number {
  return Math.min(Math.max(width, SMALLEST), Math.max(window.innerWidth * 0.7, SMALLEST));
}

/** A row looked at beside its list: as wide as it is dragged, over the list in a narrow window. */
export function Peek({ label, at, count, children, onOpen, onClose, onStep }: Props) {
  const [width, setWidth] = useState(() => clampWidth(Number(readPreference('peek') ?? USUAL) || USUAL));
  const opened = useRef(0);
  useEffect(() => {
    opened.current = performance.now();
  }, []);
  const resize = (next: number) => {
    const value = clampWidth(next);
    setWidth(value);
    writePreference('peek', String(Math.round(value)));
  };
  return (
    <aside
      aria-label={label}
      className="relative flex min-h-0 shrink-0 animate-slide-in flex-col border-l border-line bg-surface max-lg:absolute max-lg:inset-y-0 max-lg:right-0 max-lg:z-30 max-lg:w-full! max-lg:max-w-xl max-lg:shadow-raised"
      style={{ width }}
      onClickCapture={(event) => {
        // The second half of a double click on a row, over which the panel has come.
        if (event.detail !== 2 || performance.now() - opened.current > DOUBLE_CLICK_MS) return;
        event.preventDefault();
        event.stopPropagation();
        onOpen();
      }}
    >
      <div
        role="separator"
        aria-orientation="vertical"
        aria-label="Width of the panel"
        aria-valuenow={Math.round(width)}
        aria-valuemin={SMALLEST}
        aria-valuemax={2000}
        tabIndex={0}
        className="absolute inset-y-0 -left-1 z-10 w-2 cursor-col-resize hover:bg-accent/25 focus-visible:bg-accent/40 max-lg:hidden"
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) resize(window.innerWidth - event.clientX);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft') resize(width + 24);
          if (event.key === 'ArrowRight') resize(width - 24);
        }}
      />
      <div className="flex h-10 shrink-0 items-center gap-0.5 border-b border-line px-2">
        <Tooltip content="Previous (k)">
          <Button look="ghost" size="icon-sm" aria-label="Previous row" disabled={at === 0} onClick={() => onStep(-1)}>
            <ChevronUp />
          </Button>
        </Tooltip>
        <Tooltip content="Next (j)">
          <Button
            look="ghost"
            size="icon-sm"
            aria-label="Next row"
            disabled={at === count - 1}
            onClick={() => onStep(1)}
          >
            <ChevronDown />
          </Button>
        </Tooltip>
        <span className="tabular px-1 text-xs text-ink-3">
          {at < 0 ? 'not in the list now' : `${formatCount(at + 1)} of ${formatCount(count)}`}
        </span>
        <Tooltip content="Open the trace (Enter)">
          <Button look="ghost" size="sm" className="ml-auto" onClick={onOpen}>
            <Maximize2 /> Open the trace
          </Button>
        </Tooltip>
        <Tooltip content="Close (Esc)">
          <Button look="ghost" size="icon-sm" aria-label="Close the panel" onClick={onClose}>
            <X />
          </Button>
        </Tooltip>
      </div>
      <div className="flex min-h-0 flex-1 flex-col">{children}</div>
    </aside>
  );
}
