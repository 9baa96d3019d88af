import { Download, X } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { formatCount } from '@/lib/format';

interface Props {
  count: number;
  noun: string;
  ids: () => string;
  onExport: ((format: 'csv' | 'jsonl') => void) | null;
  onClear: () => void;
}

/** What can be done with the rows that were picked. */
export function SelectionBar({ count, noun, ids, onExport, onClear }: Props) {
  return (
    <div
      role="region"
      aria-label="Picked rows"
      className="flex h-9 shrink-0 items-center gap-2 overflow-x-auto border-t border-line bg-info-soft px-4 text-xs"
    >
      <span className="tabular font-medium whitespace-nowrap" role="status">
        {formatCount(count)} {noun} picked
      </span>
      <CopyButton text={ids} label="Copy ids" look="plain">
        Copy ids
      </CopyButton>
      {onExport
        ? (['csv', 'jsonl'] as const).map((format) => (
            <Button key={format} size="sm" onClick={() => onExport(format)}>
              <Download /> {format === 'csv' ? 'CSV' : 'JSON lines'}
            </Button>
          ))
        : null}
      <Button look="ghost" size="sm" className="ml-auto" onClick={onClear}>
        <X /> Clear
      </Button>
    </div>
  );
}
