import { describe, expect, it } from 'vitest';
import { outputSpeed, tokenParts } from './call';

describe('tokenParts', () => {
  it('splits without overlap', () => {
    const parts = tokenParts({
      input_tokens: 1117,
      cached_input_tokens: 1024,
      cache_write_tokens: 50,
      output_tokens: 211,
      reasoning_tokens: 128,
    });
    expect(parts.map((part) => [part.name, part.tokens])).toEqual([
      ['Input', 43],
      ['Cached input', 1024],
      ['Cache write', 50],
      ['Output', 83],
      ['Reasoning', 128],
    ]);
    expect(parts.reduce((sum, part) => sum + part.tokens, 0)).toBe(1117 + 211);
  });
  it('shows no part that is not there', () => {
    expect(tokenParts({ input_tokens: null, output_tokens: null })).toEqual([]);
    expect(tokenParts({ input_tokens: 5, output_tokens: 0 })).toHaveLength(1);
  });
  it('does not go below 0 when the parts contradict each other', () => {
    expect(tokenParts({ input_tokens: 10, cached_input_tokens: 50, cache_write_tokens: 50 })).toEqual([
      { name: 'Cached input', color: 'sky', tokens: 10 },
    ]);
  });
});

describe('outputSpeed', () => {
  it('starts at the first token', () => {
    expect(outputSpeed({ output_tokens: 100, duration_ms: 3_000, ttft_ms: 1_000 })).toBe(50);
    expect(outputSpeed({ output_tokens: 100, duration_ms: 2_000 })).toBe(50);
  });
  it('says nothing about nothing', () => {
    expect(outputSpeed({ output_tokens: null, duration_ms: 2_000 })).toBeNull();
    expect(outputSpeed({ output_tokens: 100, duration_ms: 1_000, ttft_ms: 1_000 })).toBeNull();
  });
});
