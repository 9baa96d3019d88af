import { useMemo } from 'react';
import type { SpanDetail } from '@/api/queries';
import { CopyButton } from '@/components/ui/copy-button';
import { formatCount } from '@/lib/format';

/** What a browser shows as one text without becoming slow. */
const MOST_CHARACTERS = 400_000;

/** The API's answer as it came. */
export function RawTab({ span }: { span: SpanDetail }) {
  const text = useMemo(() => JSON.stringify(span, null, 2), [span]);
  return (
    <div className="p-4">
      <div className="mb-1 flex items-center text-xs text-ink-3">
        {formatCount(text.length)} characters of JSON
        {text.length > MOST_CHARACTERS ? `, the first ${formatCount(MOST_CHARACTERS)} shown` : ''}
        <CopyButton className="ml-auto" label="Copy the JSON" text={text} />
      </div>
      <div
        className="mono overflow-x-auto rounded-md border border-line bg-sunken px-3 py-2 text-xs leading-5"
        tabIndex={0}
        role="region"
        aria-label="JSON"
      >
        <pre className="w-max">{text.slice(0, MOST_CHARACTERS)}</pre>
      </div>
    </div>
  );
}
