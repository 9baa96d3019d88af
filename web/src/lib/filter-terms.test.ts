import { describe, expect, it } from 'vitest';
import {
  boundsOf,
  characters,
  corrected,
  cut,
  modeOf,
  namedValues,
  quote,
  termsOf,
  toggleValue,
  withBounds,
  withoutTerm,
  withTerm,
} from './filter-terms';

const texts = (text: string) => termsOf(text)?.map((term) => term.text);

describe('the terms of a filter', () => {
  it('stand between spaces; quotes and brackets are kept whole', () => {
    expect(texts('model:gpt-4o  "free text" user:"a b" -env:(dev OR "c d") NOT status:ok AND cost>0.05')).toEqual([
      'model:gpt-4o',
      '"free text"',
      'user:"a b"',
      '-env:(dev OR "c d")',
      'NOT status:ok',
      'cost>0.05',
    ]);
    expect(texts('')).toEqual([]);
  });
  it('are not told apart when one of several is enough', () => {
    expect(termsOf('model:a OR model:b')).toBeNull();
    expect(texts('(model:a OR model:b) x')).toEqual(['(model:a OR model:b)', 'x']);
  });
  it('know field, comparison and values', () => {
    expect(termsOf('-user:("a \\"q\\"" OR b)')?.[0]).toMatchObject({
      negated: true,
      field: 'user',
      comparison: ':',
      values: ['a "q"', 'b'],
    });
    expect(termsOf('cost>=2')?.[0]).toMatchObject({ field: 'cost', comparison: '>=', values: ['2'] });
    expect(termsOf('cost:>2')?.[0]).toMatchObject({ field: 'cost', comparison: '>', values: ['2'] });
    expect(termsOf('cost: 2 x')?.[0]).toMatchObject({ field: 'cost', text: 'cost: 2', values: ['2'] });
    expect(termsOf('model!=a')?.[0]).toMatchObject({ field: 'model', negated: true, values: ['a'] });
    expect(termsOf('model=(a b)')?.[0]).toMatchObject({ field: 'model', values: ['a', 'b'] });
    expect(termsOf('attributes."a b":c')?.[0]).toMatchObject({ field: 'attributes."a b"', values: ['c'] });
    expect(termsOf('user:a\\ b')?.[0]).toMatchObject({ values: ['a b'] });
    expect(termsOf('model:gpt*')?.[0]).toMatchObject({ field: null });
    expect(termsOf('model:[a TO b]')?.[0]).toMatchObject({ field: null });
    expect(termsOf('-model!=a')?.[0]).toMatchObject({ field: null });
  });
  it('survive a text that is not finished', () => {
    expect(texts('user:"half')).toEqual(['user:"half']);
    expect(texts('model:(a OR')).toEqual(['model:(a OR']);
    expect(texts('a model: ')).toEqual(['a', 'model:']);
    expect(termsOf('model:')?.[0]).toMatchObject({ field: null });
    expect(termsOf('a\\')).toHaveLength(1);
    expect(termsOf('NOT')).toEqual([]);
  });
});

describe('a value', () => {
  it('is quoted when it is more than a word', () => {
    expect(quote('gpt-4o')).toBe('gpt-4o');
    expect(quote('a b')).toBe('"a b"');
    expect(quote('')).toBe('""');
    expect(quote('OR')).toBe('"OR"');
    expect(quote('-x')).toBe('"-x"');
    expect(quote('a*')).toBe('"a*"');
    expect(quote('"<b>\\')).toBe('"\\"<b>\\\\"');
  });
  it('goes in, joins others of its field, and goes out again', () => {
    const one = toggleValue('', 'model', 'a', 'include');
    expect(one).toBe('model:a');
    const two = toggleValue(`${one} x`, 'model', 'b c', 'include');
    expect(two).toBe('model:(a OR "b c") x');
    expect(namedValues(termsOf(two), 'model')).toEqual(['a', 'b c']);
    expect(modeOf(termsOf(two), 'model', 'b c')).toBe('include');
    expect(toggleValue(two, 'model', 'a', 'include')).toBe('model:"b c" x');
    expect(toggleValue('model:a', 'model', 'a', 'include')).toBe('');
  });
  it('changes sides', () => {
    expect(toggleValue('model:(a OR b)', 'model', 'a', 'exclude')).toBe('model:b -model:a');
    expect(toggleValue('-model:a', 'model', 'a', 'include')).toBe('model:a');
  });
  it('that is unknown is asked for by what a call has', () => {
    expect(toggleValue('x', 'user', '', 'include')).toBe('x -has:user');
    expect(toggleValue('x -has:user', 'user', '', 'include')).toBe('x');
    expect(toggleValue('-has:user', 'user', '', 'exclude')).toBe('has:user');
    expect(modeOf(termsOf('has:user'), 'user', '')).toBe('exclude');
    expect(namedValues(termsOf('-has:user'), 'user')).toEqual(['']);
  });
  it('narrows a text that says OR as a whole', () => {
    expect(toggleValue('a OR b', 'model', 'x', 'include')).toBe('(a OR b) model:x');
  });
  it('goes round through any text', () => {
    for (const value of ['a', 'x"y', '\\', ' ', 'OR', '(', 'ключ', '<img src=x>', 'a:b', '-', 'n\nl', '\\n', 'a  b']) {
      const text = toggleValue('cost>1', 'user', value, 'include');
      expect(modeOf(termsOf(text), 'user', value)).toBe('include');
      expect(toggleValue(text, 'user', value, 'include')).toBe('cost>1');
    }
  });
});

describe('bounds', () => {
  it('are read and written, and keep how they were written', () => {
    expect(withBounds('x', 'cost', { min: '0.1', max: '' })).toBe('x cost>=0.1');
    expect(withBounds('cost>0.1 x', 'cost', { min: '0.5', max: '2' })).toBe('cost>0.5 x cost<=2');
    expect(withBounds('cost>0.1 cost<3', 'cost', { min: '', max: '3' })).toBe('cost<3');
    expect(boundsOf(termsOf('cost>0.1 cost<=3'), 'cost')).toEqual({ min: '0.1', max: '3' });
  });
});

describe('a term', () => {
  it('goes out with the word that joined it', () => {
    const text = 'a AND b AND c';
    const terms = termsOf(text) ?? [];
    expect(terms.map((term) => withoutTerm(text, term))).toEqual(['b AND c', 'a AND c', 'a AND b']);
    expect(withTerm('', 'a')).toBe('a');
  });
  it('in quotes keeps its spaces when another goes', () => {
    const text = 'user:"a  b" c';
    expect(withoutTerm(text, (termsOf(text) ?? [])[1] ?? expect.fail())).toBe('user:"a  b"');
  });
});

describe('a place', () => {
  it('is counted in characters', () => {
    expect(corrected('modle:a x', 0, 5, 'model')).toBe('model:a x');
    expect(corrected('😀 modle:a', 2, 5, 'model')).toBe('😀 model:a');
    expect(cut('😀ab', 1, 1)).toEqual(['😀', 'a', 'b']);
    expect(characters('😀ab', 3)).toBe(2);
  });
});
