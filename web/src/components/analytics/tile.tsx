import type { ReactNode } from 'react';
import { Tooltip } from '@/components/ui/tooltip';
import { ChangeMark, type Good } from './change';

interface TileProps {
  label: string;
  value: string;
  /** The figure in full, in the tooltip. */
  exact?: string;
  current?: number | null;
  previous?: number | null;
  previousText?: string;
  good?: Good;
  children?: ReactNode;
  spark?: ReactNode;
}

/** One figure of the range against the range before. */
export function Tile({ label, value, exact, current, previous, previousText, good, children, spark }: TileProps) {
  return (
    <div role="group" aria-label={label} className="card relative flex min-w-0 flex-col overflow-hidden px-4 pt-3 pb-3">
      <div className="flex items-center justify-between gap-2">
        <h2 className="truncate text-xs font-medium text-ink-2">{label}</h2>
        <ChangeMark
          current={current}
          previous={previous}
          previousText={previousText ?? ''}
          {...(good === undefined ? {} : { good })}
        />
      </div>
      <div className="tabular mt-1 text-[1.5rem] leading-8 font-semibold tracking-[-0.02em]">
        {exact && exact !== value ? (
          <Tooltip content={exact}>
            <span tabIndex={0}>{value}</span>
          </Tooltip>
        ) : (
          value
        )}
      </div>
      <div className="tabular mt-0.5 flex min-h-5 flex-wrap items-center gap-x-3 text-xs text-ink-2">{children}</div>
      {spark ? <div className="pointer-events-none mt-auto box-content h-6 pt-2">{spark}</div> : null}
    </div>
  );
}

export function Sub({ name, value }: { name: string; value: string }) {
  return (
    <span className="whitespace-nowrap">
      <span className="text-ink-3">{name}</span> {value}
    </span>
  );
}

export const sparkClass = 'h-6 w-full overflow-visible';
