/** Numbers, money and times as people read them. Unknown is always `UNKNOWN`, never 0. */

import { timeZone } from './zone';

export const UNKNOWN = '–';

type Known = number | null | undefined;
/** The API sends decimals as text, so that nothing is lost on the way. */
export type Money = string | number | null | undefined;

const LOCALE = 'en-US';
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });

function isNumber(value: Known): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** Rounds to `digits` significant digits and drops zeros at the end: 1234 → "1.23" in thousands. */
function significant(value: number, digits: number): string {
  return Number(value.toPrecision(digits)).toLocaleString(LOCALE, { maximumFractionDigits: 6 });
}

const SCALES: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** "1,234,567". */
export function formatCount(value: Known): string {
  return isNumber(value) ? whole.format(value) : UNKNOWN;
}

/** "987", "1.23k", "45.7M": three significant digits from a thousand on. */
export function formatCompact(value: Known): string {
  if (!isNumber(value)) return UNKNOWN;
  const size = Math.abs(value);
  for (const [scale, letter] of SCALES) {
    // 999,950 would read "1000k": what rounds up to the next letter takes it.
    if (size >= scale * 0.9995) return `${significant(value / scale, 3)}${letter}`;
  }
  return Number.isInteger(value) ? String(value) : significant(value, 3);
}

/** Money in US dollars. Small amounts keep two significant digits, so that a tenth of a cent is not "$0.00". */
export function formatUsd(value: Money): string {
  if (value === null || value === undefined || value === '') return UNKNOWN;
  const amount = Number(value);
  if (!Number.isFinite(amount)) return UNKNOWN;
  const size = Math.abs(amount);
  const sign = amount < 0 ? '−' : '';
  if (size === 0) return '$0';
  if (size < 0.00001) return `${sign}<$0.00001`;
  if (size < 0.01) return `${sign}$${plain(size, 2)}`;
  if (size < 1) return `${sign}$${size.toFixed(3)}`;
  if (size < 10_000)
    return `${sign}$${size.toLocaleString(LOCALE, { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  return `${sign}$${formatCompact(size)}`;
}

/** Round amounts for axes: "$0.05", "$1.5k". */
export function formatUsdAxis(amount: number): string {
  if (amount === 0) return '$0';
  return Math.abs(amount) < 1 ? `$${plain(amount, 3)}` : `$${formatCompact(amount)}`;
}

/** Every digit there is: for provenance, where the exact figure matters. */
export function formatUsdExact(value: Money): string {
  if (value === null || value === undefined || value === '') return UNKNOWN;
  const text = typeof value === 'number' ? plain(value, 12) : value;
  if (!/^-?\d+(\.\d+)?$/.test(text)) return `$${text}`;
  const [units = '0', decimals = ''] = text.split('.');
  const trimmed = decimals.replace(/0+$/, '');
  return `$${units}.${trimmed.length < 2 ? trimmed.padEnd(2, '0') : trimmed}`;
}

/** A number without exponent: 1.2e-5 → "0.000012". */
function plain(value: number, digits: number): string {
  const rounded = Number(value.toPrecision(digits));
  const decimals = rounded === 0 ? 0 : Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(rounded))));
  return rounded
    .toFixed(Math.min(decimals, 20))
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}

/** "0.42 ms", "432 ms", "4.32 s", "3m 12s", "2h 05m", "3d 4h". */
export function formatDuration(ms: Known): string {
  if (!isNumber(ms)) return UNKNOWN;
  if (ms < 0) return `−${formatDuration(-ms)}`;
  if (ms === 0) return '0 ms';
  if (ms < 0.001) return '<0.001 ms';
  if (ms < 10) return `${significant(ms, 2)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${significant(ms / 1000, 3)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${pad(seconds % 60)}s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)}h ${pad(minutes % 60)}m`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** Round times for axes: "400 ms", "2.5 s", "300 s". Minutes would make odd numbers of decimal steps. */
export function formatDurationAxis(ms: number): string {
  if (ms === 0) return '0';
  return ms < 1000 ? `${significant(ms, 3)} ms` : `${significant(ms / 1000, 3)} s`;
}

/** A share from 0 to 1: "0.12 %", "4.5 %", "100 %". */
export function formatPercent(share: Known): string {
  if (!isNumber(share)) return UNKNOWN;
  const percent = share * 100;
  if (percent === 0) return '0 %';
  if (Math.abs(percent) < 0.01) return '<0.01 %';
  return `${significant(percent, Math.abs(percent) < 1 ? 2 : 3)} %`;
}

/** Bytes in powers of 1000, as disks are sold: "12.3 MB". */
export function formatBytes(bytes: Known): string {
  if (!isNumber(bytes)) return UNKNOWN;
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? whole.format(value) : significant(value, 3)} ${units[unit] ?? ''}`;
}

// --- times: in the zone in force, which the pages name ------------------------------------------------------------

interface Formats {
  zone: string;
  day: Intl.DateTimeFormat;
  clock: Intl.DateTimeFormat;
  shortDay: Intl.DateTimeFormat;
  zoneName: Intl.DateTimeFormat;
}

let made: Formats | null = null;

/** Made once for a zone: making them is slow. */
function formats(): Formats {
  const zone = timeZone();
  if (made?.zone === zone) return made;
  made = {
    zone,
    day: new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }),
    clock: new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    }),
    shortDay: new Intl.DateTimeFormat('en-GB', { timeZone: zone, day: 'numeric', month: 'short' }),
    zoneName: new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'shortOffset' }),
  };
  return made;
}

export type Instant = number | string | null | undefined;

/** Milliseconds since 1970 of an ISO text or a number; null when it is neither. */
export function toMs(time: Instant): number | null {
  if (time === null || time === undefined || time === '') return null;
  const ms = typeof time === 'number' ? time : Date.parse(time);
  return Number.isFinite(ms) ? ms : null;
}

/** "2026-11-21 09:36:12.345". */
export function formatTimestamp(time: Instant): string {
  const ms = toMs(time);
  if (ms === null) return UNKNOWN;
  const { day, clock } = formats();
  return `${day.format(ms)} ${clock.format(ms)}.${String(new Date(ms).getUTCMilliseconds()).padStart(3, '0')}`;
}

/** "2026-11-21 09:36". */
export function formatMinute(time: Instant): string {
  const ms = toMs(time);
  return ms === null ? UNKNOWN : formatTimestamp(ms).slice(0, 16);
}

/** For table rows: the clock for today, day and clock for this year, else the whole date. */
export function formatRowTime(time: Instant, now: number): string {
  const ms = toMs(time);
  if (ms === null) return UNKNOWN;
  const { day, clock, shortDay } = formats();
  const [date, today] = [day.format(ms), day.format(now)];
  if (date === today) return clock.format(ms);
  if (date.slice(0, 4) === today.slice(0, 4)) return `${shortDay.format(ms)} ${clock.format(ms)}`;
  return `${date} ${clock.format(ms).slice(0, 5)}`;
}

/** "just now", "12 s ago", "5 min ago", "3 h ago", "2 d ago". */
export function formatAgo(time: Instant, now: number): string {
  const ms = toMs(time);
  if (ms === null) return UNKNOWN;
  const seconds = Math.round((now - ms) / 1000);
  if (seconds < 3) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.round(hours / 24)} d ago`;
}

/** "UTC", "GMT+2". */
export function zoneOffset(now: number): string {
  const name = formats()
    .zoneName.formatToParts(now)
    .find((item) => item.type === 'timeZoneName');
  const part = name?.value ?? '';
  return part === 'GMT' || part === 'GMT+0' ? 'UTC' : part;
}

/** "Europe/Berlin (GMT+1)", "UTC". */
export function describeZone(now: number): string {
  const offset = zoneOffset(now);
  return offset === timeZone() ? offset : `${timeZone()} (${offset})`;
}

/** Axis labels: as short as the width of the whole range allows. */
export function formatAxisTime(ms: number, rangeMs: number): string {
  const { clock, shortDay } = formats();
  const time = clock.format(ms);
  if (rangeMs <= 10 * 60_000) return time;
  if (rangeMs <= 36 * 3_600_000) return time.slice(0, 5);
  const midnight = time.startsWith('00:00');
  return rangeMs <= 8 * 86_400_000 && !midnight ? time.slice(0, 5) : shortDay.format(ms);
}

// --- comparison ---------------------------------------------------------------------------------------------------

export interface Change {
  text: string;
  direction: 'up' | 'down' | 'same';
}

/** How a figure moved against the period before. Null when either is unknown or the old one was 0. */
export function formatChange(current: Known, previous: Known): Change | null {
  if (!isNumber(current) || !isNumber(previous) || previous === 0) return null;
  const ratio = current / previous - 1;
  const percent = Math.abs(ratio * 100);
  if (percent < 0.05) return { text: '0 %', direction: 'same' };
  const direction = ratio > 0 ? 'up' : 'down';
  if (ratio >= 9) return { text: `${significant(current / previous, 2)}×`, direction };
  return { text: `${significant(percent, percent < 10 ? 2 : 3)} %`, direction };
}

/** Numbers the API sends as text because JavaScript cannot hold them exactly. */
export function toNumber(value: string | number | null | undefined): number | null {
  if (value === null || value === undefined || value === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
