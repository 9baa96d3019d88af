import { afterEach, describe, expect, it } from 'vitest';
import { formatAxisTime, formatMinute, formatRowTime, formatTimestamp } from './format';
import { bounds, parseRange } from './time-range';
import { knownZone, LOCAL_ZONE, setZoneChoice, startOfDay, timeZone, wallText, zonedTime } from './zone';

const at = (text: string) => Date.parse(text);

afterEach(() => setZoneChoice(null));

describe('the zone in force', () => {
  it('is this browser’s own until another is chosen', () => {
    expect(timeZone()).toBe(LOCAL_ZONE);
    setZoneChoice('Asia/Tokyo');
    expect(timeZone()).toBe('Asia/Tokyo');
    setZoneChoice('Mars/Olympus');
    expect(timeZone()).toBe('Asia/Tokyo');
    setZoneChoice(null);
    expect(timeZone()).toBe(LOCAL_ZONE);
  });
  it.each([
    ['utc', 'UTC'],
    ['europe/vienna', 'Europe/Vienna'],
    [' America/New_York ', 'America/New_York'],
  ])('knows %s', (name, known) => expect(knownZone(name)).toBe(known));
  it.each(['', 'Nowhere', '+02:00', '<script>', '2026'])('does not know %j', (name) => {
    expect(knownZone(name)).toBeNull();
  });
});

describe('times are written in it', () => {
  it.each([
    ['UTC', '2026-11-21 23:30:00.250'],
    ['Asia/Tokyo', '2026-11-22 08:30:00.250'],
    ['America/New_York', '2026-11-21 18:30:00.250'],
    ['Asia/Kathmandu', '2026-11-22 05:15:00.250'],
  ])('%s', (zone, text) => {
    setZoneChoice(zone);
    const ms = at('2026-11-21T23:30:00.250Z');
    expect(formatTimestamp(ms)).toBe(text);
    expect(formatMinute(ms)).toBe(text.slice(0, 16));
    expect(wallText(ms)).toBe(text.replace(' ', 'T'));
    expect(formatAxisTime(ms, 3_600_000)).toBe(text.slice(11, 16));
  });
  it('a row shows the day only when it is another one there', () => {
    const [ms, now] = [at('2026-11-21T23:30:00Z'), at('2026-11-22T00:30:00Z')];
    setZoneChoice('UTC');
    expect(formatRowTime(ms, now)).toBe('21 Nov 23:30:00');
    setZoneChoice('Asia/Tokyo');
    expect(formatRowTime(ms, now)).toBe('08:30:00');
  });
});

describe('times are read in it', () => {
  it.each([
    ['UTC', '2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z'],
    ['Europe/Vienna', '2026-11-19T23:00:00Z', '2026-11-20T23:00:00Z'],
    ['Asia/Tokyo', '2026-11-20T15:00:00Z', '2026-11-21T15:00:00Z'],
  ])('yesterday in %s', (zone, from, to) => {
    setZoneChoice(zone);
    const now = at('2026-11-21T18:00:00Z');
    const range = parseRange('yesterday', now);
    expect(range && bounds(range, now)).toEqual({ from: at(from), to: at(to) });
  });
  it('both ends of a typed range', () => {
    setZoneChoice('America/New_York');
    const range = parseRange('2026-11-20 10:00 to 12:00', at('2026-11-21T18:00:00Z'));
    expect(range).toEqual({ kind: 'absolute', from: at('2026-11-20T15:00:00Z'), to: at('2026-11-20T17:00:00Z') });
  });
  it('a day on which the clock is changed has 23 or 25 hours', () => {
    setZoneChoice('Europe/Vienna');
    const hours = (day: string) => {
      const range = parseRange(day, at('2026-12-01T00:00:00Z'));
      return range?.kind === 'absolute' ? (range.to - range.from) / 3_600_000 : null;
    };
    expect(hours('2026-03-29')).toBe(23);
    expect(hours('2026-10-25')).toBe(25);
    expect(hours('2026-10-26')).toBe(24);
  });
  it('a time that is skipped or comes twice is still a time', () => {
    setZoneChoice('Europe/Vienna');
    // 02:30 is skipped on this day: the clock shows 03:30.
    expect(zonedTime(2026, 3, 29, 2, 30)).toBe(at('2026-03-29T01:30:00Z'));
    // 02:30 comes twice: the first one.
    expect(zonedTime(2026, 10, 25, 2, 30)).toBe(at('2026-10-25T00:30:00Z'));
  });
  it('days run over the end of a month', () => {
    setZoneChoice('UTC');
    expect(startOfDay(at('2026-01-31T12:00:00Z'), 1)).toBe(at('2026-02-01T00:00:00Z'));
  });
});
