import { ArrowDown, ArrowUp } from 'lucide-react';
import { Tooltip } from '@/components/ui/tooltip';
import { cn } from '@/lib/cn';
import { formatChange } from '@/lib/format';

export type Good = 'less' | 'more' | 'neither';

interface Props {
  current: number | null | undefined;
  previous: number | null | undefined;
  previousText: string;
  good?: Good;
}

/** How a figure moved against the range before; nothing when there is nothing to compare with. */
export function ChangeMark({ current, previous, previousText, good = 'neither' }: Props) {
  const change = formatChange(current, previous);
  if (change === null) return null;
  const plain = change.direction === 'same' || good === 'neither';
  const bad = (change.direction === 'up') === (good === 'less');
  return (
    <Tooltip content={`Range before: ${previousText}`}>
      <span
        tabIndex={0}
        className={cn(
          'tabular inline-flex items-center gap-0.5 rounded text-2xs font-medium whitespace-nowrap [&_svg]:size-3',
          plain ? 'text-ink-3' : bad ? 'text-error' : 'text-ok',
        )}
      >
        {change.direction === 'up' ? (
          <ArrowUp aria-label="up" />
        ) : change.direction === 'down' ? (
          <ArrowDown aria-label="down" />
        ) : null}
        {change.text}
      </span>
    </Tooltip>
  );
}
