import { ArrowUpToLine, Pause } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { formatCount } from '@/lib/format';

interface Props {
  noun: string;
  one: string;
  loaded: number;
  pending?: boolean;
  complete: boolean;
  total: number | undefined;
  paused: boolean;
  onTop: () => void;
}

export function Foot({ noun, one, loaded, pending = false, complete, total, paused, onTop }: Props) {
  return (
    <div
      className="tabular flex h-8 shrink-0 items-center gap-3 overflow-hidden whitespace-nowrap border-t border-line bg-surface px-4 text-xs text-ink-3"
      role="status"
    >
      <span>
        {pending
          ? 'Loading …'
          : complete
            ? `${formatCount(loaded)} ${loaded === 1 ? one : noun}`
            : total === undefined
              ? `${formatCount(loaded)} ${noun} loaded, more below`
              : `${formatCount(loaded)} of ${formatCount(total)} ${noun} loaded`}
      </span>
      {paused ? (
        <span className="inline-flex min-w-0 items-center gap-1 truncate text-ink-2">
          <Pause aria-hidden className="size-3 shrink-0" /> held still while you read
        </span>
      ) : null}
      <Button look="ghost" size="sm" className="ml-auto" onClick={onTop}>
        <ArrowUpToLine /> Top
      </Button>
    </div>
  );
}
