import { describe, expect, it } from 'vitest';
import {
  formatAgo,
  formatBytes,
  formatChange,
  formatCompact,
  formatDuration,
  formatPercent,
  formatUsd,
  formatUsdAxis,
  formatUsdExact,
  toNumber,
  UNKNOWN,
} from './format';

describe('unknown is never 0', () => {
  it.each([formatCompact, formatDuration, formatPercent, formatBytes])('%o', (format) => {
    expect(format(null)).toBe(UNKNOWN);
    expect(format(undefined)).toBe(UNKNOWN);
    expect(format(Number.NaN)).toBe(UNKNOWN);
  });
  it('holds for money', () => {
    expect(formatUsd(null)).toBe(UNKNOWN);
    expect(formatUsd('')).toBe(UNKNOWN);
    expect(formatUsdExact(null)).toBe(UNKNOWN);
    expect(toNumber('')).toBeNull();
  });
});

describe('formatCompact', () => {
  it.each([
    [0, '0'],
    [987, '987'],
    [999, '999'],
    [1_000, '1k'],
    [1_234, '1.23k'],
    [45_678, '45.7k'],
    [999_949, '1M'],
    [999_400, '999k'],
    [1_500_000, '1.5M'],
    [2_340_000_000, '2.34B'],
    [-1_234, '-1.23k'],
    [12.345, '12.3'],
  ])('%d → %s', (value, text) => {
    expect(formatCompact(value)).toBe(text);
  });
});

describe('formatUsd', () => {
  it.each([
    ['0', '$0'],
    ['0.000000000', '$0'],
    ['0.0000012', '<$0.00001'],
    ['0.000012', '$0.000012'],
    ['0.000142670', '$0.00014'],
    ['0.0056', '$0.0056'],
    ['0.019266', '$0.019'],
    ['0.5', '$0.500'],
    ['3.14159', '$3.14'],
    ['1234.5', '$1,234.50'],
    ['12345.6', '$12.3k'],
    ['-2.5', '−$2.50'],
  ])('%s → %s', (value, text) => {
    expect(formatUsd(value)).toBe(text);
  });
  it('keeps every digit when asked to', () => {
    expect(formatUsdExact('0.000142670')).toBe('$0.00014267');
    expect(formatUsdExact('12')).toBe('$12.00');
    expect(formatUsdExact('123456789012345678.123456789')).toBe('$123456789012345678.123456789');
    expect(formatUsdExact(1.2e-7)).toBe('$0.00000012');
  });
  it('rounds for axes', () => {
    expect(formatUsdAxis(0.4)).toBe('$0.4');
    expect(formatUsdAxis(0.00015)).toBe('$0.00015');
    expect(formatUsdAxis(1500)).toBe('$1.5k');
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [0.42, '0.42 ms'],
    [9.9, '9.9 ms'],
    [432.4, '432 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [4_321, '4.32 s'],
    [59_949, '59.9 s'],
    [59_960, '1m 00s'],
    [192_000, '3m 12s'],
    [3_599_700, '1h 00m'],
    [7_500_000, '2h 05m'],
    [273_600_000, '3d 4h'],
    [-1_500, '−1.5 s'],
  ])('%d → %s', (value, text) => {
    expect(formatDuration(value)).toBe(text);
  });
});

describe('the rest', () => {
  it('shows shares', () => {
    expect(formatPercent(0)).toBe('0 %');
    expect(formatPercent(0.00001)).toBe('<0.01 %');
    expect(formatPercent(0.0012)).toBe('0.12 %');
    expect(formatPercent(0.045)).toBe('4.5 %');
    expect(formatPercent(1)).toBe('100 %');
  });
  it('shows bytes', () => {
    expect(formatBytes(0)).toBe('0 B');
    expect(formatBytes(999)).toBe('999 B');
    expect(formatBytes(999_900)).toBe('1 MB');
    expect(formatBytes(12_345_678)).toBe('12.3 MB');
  });
  it('compares with the period before', () => {
    expect(formatChange(110, 100)).toEqual({ text: '10 %', direction: 'up' });
    expect(formatChange(90, 100)).toEqual({ text: '10 %', direction: 'down' });
    expect(formatChange(100, 100)).toEqual({ text: '0 %', direction: 'same' });
    expect(formatChange(1_000, 100)).toEqual({ text: '10×', direction: 'up' });
    expect(formatChange(5, 0)).toBeNull();
    expect(formatChange(null, 5)).toBeNull();
  });
  it('says how long ago', () => {
    const now = Date.parse('2026-11-21T12:00:00Z');
    expect(formatAgo('2026-11-21T11:59:58Z', now)).toBe('just now');
    expect(formatAgo('2026-11-21T11:59:30Z', now)).toBe('30 s ago');
    expect(formatAgo('2026-11-21T11:00:00Z', now)).toBe('1 h ago');
    expect(formatAgo('2026-11-18T12:00:00Z', now)).toBe('3 d ago');
  });
});
