/** The time zone in which every time is shown, read and cut into days: this browser's own, UTC, or another one. */
import { useSyncExternalStore } from 'react';
import { readPreference, removePreference, writePreference } from './storage';

/** What was chosen: this browser's zone (null), or a name of the IANA list such as "Europe/Vienna" or "UTC". */
export type ZoneChoice = string | null;

export const LOCAL_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const listeners = new Set<() => void>();

/** The name as the list writes it; null when there is no such zone. */
export function knownZone(name: string): string | null {
  const text = name.trim();
  if (text === '') return null;
  if (text.toLowerCase() === 'utc') return 'UTC';
  try {
    // Fixed offsets ("+02:00") know no summer time, and the server takes names only.
    return /^[A-Za-z]/.test(text) ? Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone : null;
  } catch {
    return null;
  }
}

let chosen: ZoneChoice = knownZone(readPreference('zone') ?? '');

/** The zone in force. */
export function timeZone(): string {
  return chosen ?? LOCAL_ZONE;
}

export function zoneChoice(): ZoneChoice {
  return chosen;
}

/** Takes a name of the list or null; a name that is none leaves everything as it is. */
export function setZoneChoice(choice: ZoneChoice): void {
  const next = choice === null ? null : knownZone(choice);
  if (choice !== null && next === null) return;
  chosen = next;
  if (next === null) removePreference('zone');
  else writePreference('zone', next);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export function useZoneChoice(): ZoneChoice {
  return useSyncExternalStore(subscribe, zoneChoice);
}

/** Every zone this browser knows. */
export function allZones(): readonly string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC')];
}

// --- the clock on the wall ----------------------------------------------------------------------------------------

const walls = new Map<string, Intl.DateTimeFormat>();

function wallFormat(zone: string): Intl.DateTimeFormat {
  let format = walls.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    walls.set(zone, format);
  }
  return format;
}

/** Milliseconds that a clock in the zone shows at a moment, as if it stood in UTC. */
function wallMs(ms: number, zone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of wallFormat(zone).formatToParts(ms)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((ms % 1000) + 1000) % 1000);
}

/** "2026-11-21T09:36:12.345": what a clock in the zone in force shows at a moment. */
export function wallText(ms: number): string {
  return new Date(wallMs(ms, timeZone())).toISOString().slice(0, 23);
}

/**
 * The moment at which a clock in the zone in force shows this; days and hours may run over, as in `Date`. A time that
 * the clock shows twice is the first one; one that it skips is moved on by what was skipped.
 */
export function zonedTime(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number {
  const zone = timeZone();
  const wanted = Date.UTC(year, month - 1, day, hour, minute, second);
  if (!Number.isFinite(wanted)) return Number.NaN;
  const before = wallMs(wanted - 86_400_000, zone) - (wanted - 86_400_000);
  const after = wallMs(wanted + 86_400_000, zone) - (wanted + 86_400_000);
  for (const offset of [before, after]) if (wallMs(wanted - offset, zone) === wanted) return wanted - offset;
  return wanted - before;
}

/** The beginning of the day that holds a moment, or of a day some days later. */
export function startOfDay(ms: number, days = 0): number {
  const wall = new Date(wallMs(ms, timeZone()));
  return zonedTime(wall.getUTCFullYear(), wall.getUTCMonth() + 1, wall.getUTCDate() + days);
}
