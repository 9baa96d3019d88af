import { Rocket, Settings2, Siren, StickyNote, type LucideIcon } from 'lucide-react';
import { createContext, use, useState, type ReactNode } from 'react';
import { Popover, PopoverContent, PopoverTrigger } from '@/components/ui/popover';
import { formatMinute } from '@/lib/format';
import { MARGIN, toX, type TimeScale } from './scale';

export type MarkKind = 'deploy' | 'config' | 'incident' | 'note';

/** A moment, or a stretch of time, that a chart over time shows. */
export interface ChartMark {
  id: string;
  kind: MarkKind;
  time: number;
  end: number | null;
  title: string;
  text: string;
  service: string | null;
  tags: readonly string[];
  /** Seen in the telemetry instead of posted. */
  seen: boolean;
}

interface MarksValue {
  marks: readonly ChartMark[];
  /** Left out: they cannot be taken away here. */
  onDelete?: (mark: ChartMark) => void;
}

const MarksContext = createContext<MarksValue>({ marks: [] });

/** Charts inside show these marks, unless they are given others. */
export function MarksScope({ value, children }: { value: MarksValue; children: ReactNode }) {
  return <MarksContext value={value}>{children}</MarksContext>;
}

const LOOK: Record<MarkKind, { icon: LucideIcon; color: string; word: string }> = {
  deploy: { icon: Rocket, color: 'violet', word: 'Deploy' },
  config: { icon: Settings2, color: 'slate', word: 'Configuration' },
  incident: { icon: Siren, color: 'rust', word: 'Incident' },
  note: { icon: StickyNote, color: 'moss', word: 'Note' },
};

/** Flags nearer than this stand for one another. */
const APART_PX = 16;

interface Flag {
  x: number;
  marks: ChartMark[];
}

/** Marks by the place of their flag, neighbours together. */
export function flagsOf(marks: readonly ChartMark[], scale: TimeScale): Flag[] {
  const flags: Flag[] = [];
  for (const mark of [...marks].sort((a, b) => a.time - b.time)) {
    if (mark.time > scale.to || (mark.end ?? mark.time) < scale.from) continue;
    const x = toX(scale, Math.max(mark.time, scale.from));
    const last = flags.at(-1);
    if (last && x - last.x < APART_PX) last.marks.push(mark);
    else flags.push({ x, marks: [mark] });
  }
  return flags;
}

interface Props {
  marks?: readonly ChartMark[] | undefined;
  scale: TimeScale;
  height: number;
}

/** The lines, bands and flags of marks, above a chart. The lines let the pointer through, the flags do not. */
export function Marks({ marks: own, scale, height }: Props) {
  const context = use(MarksContext);
  const marks = own ?? context.marks;
  const flags = flagsOf(marks, scale);
  const tall = height - MARGIN.top - MARGIN.bottom;
  return (
    <>
      {flags.flatMap(({ marks: here }) =>
        here.map((mark) => {
          const left = toX(scale, Math.max(mark.time, scale.from));
          const color = `var(--s-${LOOK[mark.kind].color})`;
          return (
            <div
              key={mark.id}
              aria-hidden
              className="pointer-events-none absolute border-l border-dashed"
              style={{
                left,
                top: MARGIN.top,
                height: tall,
                borderColor: color,
                ...(mark.end === null
                  ? {}
                  : {
                      width: Math.max(toX(scale, Math.min(mark.end, scale.to)) - left, 2),
                      background: `color-mix(in srgb, ${color} 12%, transparent)`,
                      borderRight: `1px dashed ${color}`,
                    }),
              }}
            />
          );
        }),
      )}
      {/* What happens on a flag, or in what it opens, is no drag and no click on the chart below. */}
      <div
        className="contents"
        onPointerDown={(event) => event.stopPropagation()}
        onPointerMove={(event) => event.stopPropagation()}
        onPointerUp={(event) => event.stopPropagation()}
      >
        {flags.map((flag) => (
          <FlagButton
            key={flag.marks[0]?.id}
            flag={flag}
            {...(context.onDelete ? { onDelete: context.onDelete } : {})}
          />
        ))}
      </div>
    </>
  );
}

function FlagButton({ flag, onDelete }: { flag: Flag; onDelete?: (mark: ChartMark) => void }) {
  const [open, setOpen] = useState(false);
  const [first] = flag.marks;
  if (!first) return null;
  const { icon: Icon, color, word } = LOOK[first.kind];
  const count = flag.marks.length;
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <button
          type="button"
          aria-label={
            count === 1
              ? `${word} ${first.title}, ${formatMinute(first.time)}`
              : `${count} marks from ${formatMinute(first.time)} on`
          }
          className="absolute z-10 flex h-4 min-w-4 -translate-x-1/2 cursor-pointer items-center justify-center rounded-[3px] px-0.5 text-[10px] leading-none font-semibold text-surface hover:brightness-110"
          style={{ left: flag.x, top: MARGIN.top - 8, background: `var(--s-${color})` }}
        >
          {count === 1 ? <Icon aria-hidden className="size-2.5" strokeWidth={2.5} /> : count}
        </button>
      </PopoverTrigger>
      <PopoverContent align="center" className="w-80 p-1" aria-label="Marks">
        <ul className="max-h-72 overflow-y-auto">
          {flag.marks.map((mark) => (
            <li key={mark.id} className="rounded p-2 not-first:border-t not-first:border-line">
              <MarkText mark={mark} />
              {mark.seen || !onDelete ? null : (
                <button
                  type="button"
                  className="mt-1 rounded text-xs text-error hover:underline"
                  onClick={() => {
                    setOpen(false);
                    onDelete(mark);
                  }}
                >
                  Delete
                </button>
              )}
            </li>
          ))}
        </ul>
      </PopoverContent>
    </Popover>
  );
}

function MarkText({ mark }: { mark: ChartMark }) {
  const { icon: Icon, color, word } = LOOK[mark.kind];
  return (
    <div className="text-xs">
      <div className="flex items-start gap-1.5 text-sm font-medium wrap-anywhere">
        <Icon aria-hidden className="mt-0.75 size-3.5 shrink-0" style={{ color: `var(--s-${color})` }} />
        {mark.title}
      </div>
      <div className="tabular mt-0.5 text-ink-3">
        {word} · {formatMinute(mark.time)}
        {mark.end === null ? '' : ` – ${formatMinute(mark.end)}`}
        {mark.service === null ? '' : ` · ${mark.service}`}
      </div>
      {mark.text === '' ? null : <p className="mt-1 wrap-anywhere whitespace-pre-wrap text-ink-2">{mark.text}</p>}
      {mark.tags.length > 0 ? (
        <ul className="mt-1 flex flex-wrap gap-1">
          {mark.tags.map((tag) => (
            <li key={tag} className="rounded bg-sunken px-1.5 text-2xs wrap-anywhere text-ink-2">
              {tag}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
