import { describe, expect, it } from 'vitest';
import {
  bounds,
  decodeRange,
  describeRange,
  encodeRange,
  parseRange,
  previousBounds,
  shift,
  zoom,
  type TimeRange,
} from './time-range';

const local = (text: string) => new Date(text).getTime();
const NOW = local('2026-11-21T12:34:56');

function span(text: string): TimeRange {
  const range = decodeRange(text);
  if (!range) throw new Error(text);
  return range;
}

function parsed(text: string) {
  const range = parseRange(text, NOW);
  return range ? bounds(range, NOW) : null;
}

describe('the URL', () => {
  it.each([
    '15m',
    '24h',
    '7d',
    '2026-11-21T09:00:00Z--2026-11-21T10:00:00Z',
    '2026-11-21T09:00:00.500Z--2026-11-21T10:00:00Z',
  ])('reads back what it wrote: %s', (text) => {
    expect(encodeRange(span(text))).toBe(text);
  });
  it.each([
    '',
    'abc',
    '0h',
    '24x',
    '999999d',
    '2026-11-21T10:00:00Z--2026-11-21T09:00:00Z',
    'x--y',
    '2026-11-21T10:00:00Z',
  ])('refuses %s', (text) => {
    expect(decodeRange(text)).toBeNull();
  });
});

describe('what people type', () => {
  it.each([
    ['25m', 25 * 60_000],
    ['2 h', 2 * 3_600_000],
    ['last 2 hours', 2 * 3_600_000],
    ['Past 90 min', 90 * 60_000],
    ['last day', 86_400_000],
    ['the last week', 7 * 86_400_000],
    ['45s', 45_000],
  ])('%s', (text, ms) => {
    const range = parseRange(text, NOW);
    expect(range?.kind).toBe('relative');
    expect(parsed(text)).toEqual({ from: NOW - ms, to: NOW });
  });

  it.each([
    ['today', '2026-11-21T00:00:00', '2026-11-21T12:34:56'],
    ['yesterday', '2026-11-20T00:00:00', '2026-11-21T00:00:00'],
    ['2026-11-19', '2026-11-19T00:00:00', '2026-11-20T00:00:00'],
    ['2026-11-19 to 2026-11-20', '2026-11-19T00:00:00', '2026-11-21T00:00:00'],
    ['2026-11-20 10:00 to 12:00', '2026-11-20T10:00:00', '2026-11-20T12:00:00'],
    ['2026-11-20 10:00 - 2026-11-20 12:30', '2026-11-20T10:00:00', '2026-11-20T12:30:00'],
    ['10:00 - 11:30', '2026-11-21T10:00:00', '2026-11-21T11:30:00'],
    ['10:00–11:30', '2026-11-21T10:00:00', '2026-11-21T11:30:00'],
    ['since 09:00', '2026-11-21T09:00:00', '2026-11-21T12:34:56'],
    ['since yesterday', '2026-11-20T00:00:00', '2026-11-21T12:34:56'],
    ['yesterday to now', '2026-11-20T00:00:00', '2026-11-21T12:34:56'],
  ])('%s', (text, from, to) => {
    expect(parsed(text)).toEqual({ from: local(from), to: local(to) });
  });

  it.each(['', 'soon', 'hours', '12', '12:00 - 10:00', '25:99 - 26:00', 'last', 'to', '2026-11-20 to'])(
    'does not guess: %s',
    (text) => {
      expect(parsed(text)).toBeNull();
    },
  );
});

describe('moving about', () => {
  const hour: TimeRange = { kind: 'absolute', from: NOW - 7_200_000, to: NOW - 3_600_000 };
  it('names a range', () => {
    expect(describeRange(span('24h'))).toBe('Last 24 hours');
    expect(describeRange(span('1h'))).toBe('Last hour');
    expect(
      describeRange({ kind: 'absolute', from: local('2026-11-21T09:00:00'), to: local('2026-11-21T10:00:00') }),
    ).toBe('2026-11-21 09:00 – 10:00');
  });
  it('finds the period before', () => {
    expect(previousBounds({ from: 100, to: 130 })).toEqual({ from: 70, to: 100 });
  });
  it('shifts by a share of the width', () => {
    expect(bounds(shift(hour, -0.5, NOW), NOW)).toEqual({ from: NOW - 9_000_000, to: NOW - 5_400_000 });
  });
  it('zooms around the middle and not past now', () => {
    expect(bounds(zoom(hour, 0.5, NOW), NOW)).toEqual({ from: NOW - 6_300_000, to: NOW - 4_500_000 });
    const wide = bounds(zoom(hour, 10, NOW), NOW);
    expect(wide.to).toBe(NOW);
    expect(wide.to - wide.from).toBe(36_000_000);
  });
});
