import { useState } from 'react';
import { cn } from '@/lib/cn';
import { formatCount } from '@/lib/format';

interface Props {
  text: string;
  lines?: number;
  className?: string;
}

/** Characters that surely fill a line of the panel. */
const LINE_CHARACTERS = 110;

/** The first lines of a long text; the rest on demand. Always one text node. */
export function Folded({ text, lines = 14, className }: Props) {
  const [open, setOpen] = useState(false);
  const cut = cutAfter(text, lines);
  // A few more lines are shown at once: a button in their place would be as long.
  const long = cut < text.length - LINE_CHARACTERS * 3;
  return (
    <div className={cn('min-w-0', className)}>
      <div className="wrap-anywhere whitespace-pre-wrap">
        {long && !open ? `${text.slice(0, cut).trimEnd()} …` : text}
      </div>
      {long ? (
        <button
          type="button"
          className="mt-1 rounded font-sans text-xs font-medium text-accent hover:underline"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {open ? 'Show less' : `Show all ${formatCount(text.length)} characters`}
        </button>
      ) : null}
    </div>
  );
}

/** Where `lines` lines end, counting overlong ones as several. */
function cutAfter(text: string, lines: number): number {
  let left = lines;
  let at = 0;
  while (left > 0 && at < text.length) {
    const end = text.indexOf('\n', at);
    const length = (end < 0 ? text.length : end) - at;
    const needed = Math.max(1, Math.ceil(length / LINE_CHARACTERS));
    if (needed > left) return at + left * LINE_CHARACTERS;
    left -= needed;
    at += length + 1;
  }
  return Math.min(at, text.length);
}
