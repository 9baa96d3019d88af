/**
 * The one time range of every page, as it stands in the URL: "24h" (relative, stays relative when shared) or
 * "2026-11-21T09:00:00Z--2026-11-21T10:00:00Z" (absolute).
 */
import { formatMinute } from './format';
import { startOfDay, wallText, zonedTime } from './zone';

export interface RelativeRange {
  kind: 'relative';
  /** "24h": digits and a unit of s, m, h, d, w. */
  span: string;
  ms: number;
}

export interface AbsoluteRange {
  kind: 'absolute';
  from: number;
  to: number;
}

export type TimeRange = RelativeRange | AbsoluteRange;

export interface Bounds {
  from: number;
  to: number;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const UNIT_NAMES: Readonly<Record<string, string>> = { s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week' };

export const PRESETS = ['15m', '1h', '6h', '24h', '3d', '7d', '14d', '30d', '90d'] as const;
export const DEFAULT_RANGE: RelativeRange = { kind: 'relative', span: '24h', ms: 86_400_000 };
/** Shorter than a second or longer than ten years is a slip of the finger. */
const SPAN_MAX_MS = 3_650 * 86_400_000;

function relative(amount: number, unit: string): RelativeRange | null {
  const ms = amount * (UNIT_MS[unit] ?? 0);
  if (!(ms >= 1_000 && ms <= SPAN_MAX_MS)) return null;
  return { kind: 'relative', span: `${amount}${unit}`, ms };
}

function absolute(from: number, to: number): AbsoluteRange | null {
  if (!Number.isFinite(from) || !Number.isFinite(to) || to <= from || to - from > SPAN_MAX_MS) return null;
  return { kind: 'absolute', from, to };
}

// --- URL ----------------------------------------------------------------------------------------------------------

/** Reads the URL's form; anything else is null. */
export function decodeRange(text: string): TimeRange | null {
  const span = /^(\d+)([smhdw])$/.exec(text);
  if (span) return relative(Number(span[1]), span[2] ?? '');
  const [from, to] = text.split('--');
  if (from === undefined || to === undefined) return null;
  return absolute(Date.parse(from), Date.parse(to));
}

function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.000Z$/, 'Z');
}

export function encodeRange(range: TimeRange): string {
  return range.kind === 'relative' ? range.span : `${iso(range.from)}--${iso(range.to)}`;
}

/** Start and end in milliseconds; a relative range ends at `now`. */
export function bounds(range: TimeRange, now: number): Bounds {
  return range.kind === 'relative' ? { from: now - range.ms, to: now } : { from: range.from, to: range.to };
}

/** The period of the same length that ends where this one starts. */
export function previousBounds({ from, to }: Bounds): Bounds {
  return { from: from - (to - from), to: from };
}

// --- words --------------------------------------------------------------------------------------------------------

/** "Last 24 hours", or "2026-11-21 09:00 – 10:00". */
export function describeRange(range: TimeRange): string {
  if (range.kind === 'relative') {
    const amount = Number.parseInt(range.span, 10);
    const unit = UNIT_NAMES[range.span.slice(-1)] ?? '';
    return amount === 1 ? `Last ${unit}` : `Last ${amount} ${unit}s`;
  }
  const from = formatMinute(range.from);
  const to = formatMinute(range.to);
  return from.slice(0, 10) === to.slice(0, 10) ? `${from} – ${to.slice(11)}` : `${from} – ${to}`;
}

const WORDS: Readonly<Record<string, string>> = {
  s: 's', sec: 's', secs: 's', second: 's', seconds: 's',
  m: 'm', min: 'm', mins: 'm', minute: 'm', minutes: 'm',
  h: 'h', hr: 'h', hrs: 'h', hour: 'h', hours: 'h',
  d: 'd', day: 'd', days: 'd',
  w: 'w', week: 'w', weeks: 'w',
}; // prettier-ignore

/** One end as people write it: "2026-11-21", "2026-11-21 09:30", "09:30" (of `day`), "now", ISO 8601. */
function readInstant(text: string, day: number, now: number): number | null {
  const word = text.trim().toLowerCase();
  if (word === 'now') return now;
  if (word === 'today') return startOfDay(now);
  if (word === 'yesterday') return startOfDay(now, -1);
  const time = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(word);
  if (time) {
    const [hours, minutes, seconds] = [Number(time[1]), Number(time[2]), Number(time[3] ?? 0)];
    if (hours > 24 || minutes > 59 || seconds > 59) return null;
    const [year, month, date] = wallText(day).slice(0, 10).split('-').map(Number);
    return zonedTime(year ?? 0, month ?? 1, date ?? 1, hours, minutes, seconds);
  }
  const date = /^(\d{4})-(\d{2})-(\d{2})(?:[ t](\d{1,2}):(\d{2})(?::(\d{2}))?)?$/.exec(word);
  if (date) {
    const [year, month, dayOfMonth, hours, minutes, seconds] = date.slice(1).map((part) => Number(part || 0));
    return zonedTime(year ?? 0, month ?? 1, dayOfMonth ?? 1, hours, minutes, seconds);
  }
  const parsed = /^\d{4}-\d{2}-\d{2}t/.test(word) ? Date.parse(text.trim()) : Number.NaN;
  return Number.isFinite(parsed) ? parsed : null;
}

/**
 * Reads what people type: "25m", "last 2 hours", "90 min", "today", "yesterday", "2026-11-20",
 * "2026-11-20 10:00 to 12:00", "10:00 - 11:30", or the URL's own form. Null when it makes no sense.
 */
export function parseRange(input: string, now: number): TimeRange | null {
  const text = input.trim().replace(/\s+/g, ' ');
  if (text === '') return null;
  const known = decodeRange(text);
  if (known) return known;

  const lower = text.toLowerCase();
  const span = /^(?:(?:the )?(?:last|past) )?(\d+)? ?([a-z]+)$/.exec(lower);
  const unit = span ? WORDS[span[2] ?? ''] : undefined;
  if (span && unit && (span[1] !== undefined || /last|past/.test(lower))) return relative(Number(span[1] ?? 1), unit);
  if (lower === 'today') return absolute(startOfDay(now), now);
  if (lower === 'yesterday') return absolute(startOfDay(now, -1), startOfDay(now));
  if (/^\d{4}-\d{2}-\d{2}$/.test(lower)) {
    const from = readInstant(lower, now, now);
    return from === null ? null : absolute(from, startOfDay(from, 1));
  }

  const ends = /^(.+?) ?(?: to | - |–|—|\.\.| until )+ ?(.+)$/i.exec(text);
  if (!ends) {
    const since = /^since (.+)$/.exec(lower);
    const from = since ? readInstant(since[1] ?? '', now, now) : null;
    return from === null ? null : absolute(from, now);
  }
  const from = readInstant(ends[1] ?? '', now, now);
  if (from === null) return null;
  const to = readInstant(ends[2] ?? '', from, now);
  if (to === null) return null;
  // A bare day as the end means the whole of it.
  return absolute(from, /^\d{4}-\d{2}-\d{2}$/.test((ends[2] ?? '').trim()) ? startOfDay(to, 1) : to);
}

/** Moves by a share of the width (−0.5 = half a width back). The result is absolute. */
export function shift(range: TimeRange, share: number, now: number): TimeRange {
  const { from, to } = bounds(range, now);
  const by = Math.round((to - from) * share);
  return { kind: 'absolute', from: from + by, to: to + by };
}

/** Widens (factor 2) or narrows (0.5) around the middle; never past now. */
export function zoom(range: TimeRange, factor: number, now: number): TimeRange {
  const { from, to } = bounds(range, now);
  const middle = (from + to) / 2;
  const half = Math.min(Math.max(((to - from) / 2) * factor, 500), SPAN_MAX_MS / 2);
  const end = Math.min(Math.round(middle + half), Math.max(now, to));
  return { kind: 'absolute', from: Math.round(end - half * 2), to: end };
}
