import { describe, expect, it } from 'vitest';
import { parseSearch, stringifySearch } from '@/lib/search';
import { countFilters, readFilters, toCallFilters, toggleValue, toTraceFilters } from './filters';

describe('filters in the URL', () => {
  it('survive the way there and back', () => {
    const filters = readFilters(
      parseSearch('?model=gpt-4o&model=a%2Fb&user=123&status=error&min_cost_usd=0.05&q=refund&dropped=true'),
    );
    expect(filters).toEqual({
      model: ['gpt-4o', 'a/b'],
      user: ['123'],
      status: ['error'],
      min_cost_usd: '0.05',
      q: 'refund',
      dropped: true,
    });
    expect(readFilters(parseSearch(stringifySearch(filters)))).toEqual(filters);
  });
  it('leave out what makes no sense', () => {
    expect(
      readFilters({ min_cost_usd: 'cheap', q: 'x', trace_id: 'zz', model: [], nonsense: 1, max_tokens: '-5' }),
    ).toEqual({});
  });
  it('keep the empty value, which means unknown', () => {
    expect(toCallFilters(readFilters(parseSearch('?user=')))).toEqual({ user: [''] });
  });
  it('are written as people write them', () => {
    expect(
      stringifySearch({ range: '2026-11-21T09:00:00Z--2026-11-21T10:00:00Z', model: ['a/b'], none: undefined }),
    ).toBe('?range=2026-11-21T09:00:00Z--2026-11-21T10:00:00Z&model=a/b');
    expect(stringifySearch({})).toBe('');
  });
});

describe('filters for the API', () => {
  it('become its parameters', () => {
    expect(
      toCallFilters({
        status: ['error', 'bogus'],
        min_tokens: '10.6',
        max_duration_ms: '1.5',
        max_cost_usd: '2',
        dropped: true,
      }),
    ).toEqual({
      status: ['error'],
      min_tokens: 11,
      max_duration_ms: 1.5,
      max_cost_usd: '2',
      counted: false,
    });
    expect(toTraceFilters({ name: 'chat' })).toEqual({ name: 'chat' });
  });
  it('toggle', () => {
    expect(toggleValue({}, 'model', 'a')).toEqual({ model: ['a'] });
    expect(toggleValue({ model: ['a', 'b'] }, 'model', 'a')).toEqual({ model: ['b'] });
    expect(toggleValue({ model: ['a'], q: 'xx' }, 'model', 'a')).toEqual({ q: 'xx' });
    expect(countFilters({ model: ['a', 'b'], q: 'xx' })).toBe(3);
  });
});
