import { describe, expect, it } from 'vitest';
import { dragRange, MARGIN, stepAt, toTime, toX } from './scale';

const SCALE = { from: 1_000, to: 2_000, width: 100 + MARGIN.left + MARGIN.right };

describe('the time scale', () => {
  it('goes there and back', () => {
    expect(toX(SCALE, 1_000)).toBe(MARGIN.left);
    expect(toX(SCALE, 1_500)).toBe(MARGIN.left + 50);
    expect(toTime(SCALE, MARGIN.left + 25)).toBe(1_250);
  });
  it('stays inside', () => {
    expect(toTime(SCALE, 0)).toBe(1_000);
    expect(toTime(SCALE, 10_000)).toBe(2_000);
  });
  it('finds the step of a moment', () => {
    const times = [1_000, 1_100, 1_200];
    expect(stepAt(times, 100, 1_150)).toBe(1);
    expect(stepAt(times, 100, 999)).toBe(-1);
    expect(stepAt(times, 100, 1_300)).toBe(-1);
    expect(stepAt([], 100, 1_300)).toBe(-1);
  });
  it('takes whole steps of a drag, in either direction, and ignores clicks', () => {
    expect(dragRange(1_150, 1_320, 100, 40)).toEqual({ from: 1_100, to: 1_400 });
    expect(dragRange(1_320, 1_150, 100, -40)).toEqual({ from: 1_100, to: 1_400 });
    expect(dragRange(1_100, 1_100, 100, 6)).toEqual({ from: 1_100, to: 1_200 });
    expect(dragRange(1_150, 1_160, 100, 2)).toBeNull();
  });
});
