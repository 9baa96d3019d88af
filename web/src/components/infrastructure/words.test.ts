import { describe, expect, it } from 'vitest';
import { describeRho, formatterOf, peakOf } from './words';

describe('values of a unit', () => {
  it('are read as people say them, and unknown is no zero', () => {
    expect(formatterOf('1')(0.25)).toBe('25 %');
    expect(formatterOf('By')(null)).toBe('–');
    expect(formatterOf('By/s')(null)).toBe('–');
    expect(formatterOf('s')(0.25)).toBe('250 ms');
    expect(formatterOf('s')(null)).toBe('–');
    expect(formatterOf('{collection}/s')(1500)).toBe('1.5k/s');
    expect(formatterOf('{thread}')(12)).toBe('12');
  });

  it('have a peak that holes do not hide', () => {
    expect(peakOf([null, -2, null, -1])).toBe(-1);
    expect(peakOf([null])).toBe(null);
  });
});

describe('a correlation', () => {
  it('says how strong it is and which way', () => {
    expect(describeRho(0.9)).toBe('strongly, rising together');
    expect(describeRho(-0.5)).toBe('moderately, one falls as the other rises');
    expect(describeRho(0.1)).toBe('weakly, rising together');
  });
});
