import { useMemo, useState } from 'react';
import { cn } from '@/lib/cn';
import { formatCount } from '@/lib/format';
import { piecesOfText } from '@/lib/trace/text';
import { useFind } from './find';

interface Props {
  text: string;
  lines?: number;
  className?: string;
}

/** Characters that surely fill a line of the panel. */
const LINE_CHARACTERS = 110;
/** Shown at once when a text is opened; more on demand, so that a megabyte never has to be laid out in one go. */
const OPENED_CHARACTERS = 120_000;

/** The first lines of a long text; the rest on demand. Only ever text nodes. */
export function Folded({ text, lines = 14, className }: Props) {
  const find = useFind();
  const [chosen, setChosen] = useState<boolean | null>(null);
  const [shown, setShown] = useState(OPENED_CHARACTERS);
  const cut = cutAfter(text, lines);
  // A few more lines are shown at once: a button in their place would be as long.
  const long = cut < text.length - LINE_CHARACTERS * 3;
  const found = useMemo(() => (long && find !== '' ? text.toLowerCase().indexOf(find) : -1), [long, find, text]);
  const open = chosen ?? found >= cut;
  const upTo = Math.max(shown, found >= 0 ? found + 10_000 : 0);
  const pieces = useMemo(() => (open ? piecesOfText(text.slice(0, upTo)) : []), [open, text, upTo]);
  return (
    <div className={cn('min-w-0', className)}>
      {long && open ? (
        pieces.map((piece, index) => (
          // What is out of sight is not laid out.
          <div
            key={index}
            className="wrap-anywhere whitespace-pre-wrap [contain-intrinsic-size:auto_60rem] [content-visibility:auto]"
          >
            {piece}
          </div>
        ))
      ) : (
        <div className="wrap-anywhere whitespace-pre-wrap">{long ? `${text.slice(0, cut).trimEnd()} …` : text}</div>
      )}
      {long && open && upTo < text.length ? (
        <button
          type="button"
          className="mt-1 mr-3 rounded font-sans text-xs font-medium text-accent hover:underline"
          onClick={() => setShown(upTo + 4 * OPENED_CHARACTERS)}
        >
          {`Show more (${formatCount(text.length - upTo)} characters left)`}
        </button>
      ) : null}
      {long ? (
        <button
          type="button"
          className="mt-1 rounded font-sans text-xs font-medium text-accent hover:underline"
          aria-expanded={open}
          onClick={() => setChosen(!open)}
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
