import { describe, expect, it } from 'vitest';
import { EventReader } from './events';
import { append, NO_ROWS, release, take, type LiveRows } from './rows';

describe('server-sent events', () => {
  const whole = 'retry: 2000\nid: 5\nevent: ready\ndata: {}\n\n: still here\n\nid: 6\nevent: calls\ndata: {"a":\ndata: 1}\n\n';

  it('are read', () => {
    const reader = new EventReader();
    expect(reader.feed(whole)).toEqual([
      { name: 'ready', data: '{}' },
      { name: 'calls', data: '{"a":\n1}' },
    ]);
    expect([reader.lastId, reader.retryMs]).toEqual(['6', 2000]);
  });
  it.each([1, 2, 3, 7, 50])('are the same in pieces of %d', (size) => {
    const reader = new EventReader();
    const found = [];
    for (let at = 0; at < whole.length; at += size) found.push(...reader.feed(whole.slice(at, at + size)));
    expect(found).toEqual(new EventReader().feed(whole));
  });
  it('may end their lines as on other systems', () => {
    expect(new EventReader().feed('event: calls\r\ndata: x\r\n\r\n')).toEqual([{ name: 'calls', data: 'x' }]);
  });
  it('are not there before their end, nor without data', () => {
    const reader = new EventReader();
    expect(reader.feed('id: 1\n\nevent: calls\ndata: x\n')).toEqual([]);
    expect(reader.feed('\n')).toEqual([{ name: 'calls', data: 'x' }]);
    expect(reader.lastId).toBe('1');
  });
});

interface Row {
  id: string;
  version: number;
}

const keyOf = (row: Row) => row.id;
const rows = (...ids: string[]): Row[] => ids.map((id) => ({ id, version: 1 }));
const start: LiveRows<Row> = { ...NO_ROWS, rows: rows('b', 'a') };
const ids = (list: readonly Row[]) => list.map(keyOf).join('');

describe('the rows of a stream', () => {
  it('go to the top', () => {
    expect(ids(take(start, rows('d', 'c'), keyOf, false).rows)).toBe('dcba');
  });
  it('wait while the list is held, and come when it is not any more', () => {
    const held = take(take(start, rows('c'), keyOf, true), rows('d'), keyOf, true);
    expect([ids(held.rows), ids(held.waiting), held.held]).toEqual(['ba', 'dc', 2]);
    expect(held.rows).toBe(start.rows);
    const freed = release(held);
    expect([ids(freed.rows), ids(freed.waiting), freed.held]).toEqual(['dcba', '', 0]);
    expect(ids(take(held, rows('e'), keyOf, false).rows)).toBe('edcba');
  });
  it('that come again are replaced where they stand', () => {
    const again = take(start, [{ id: 'a', version: 2 }], keyOf, true);
    expect([again.rows, again.held]).toEqual([[{ id: 'b', version: 1 }, { id: 'a', version: 2 }], 0]);
    const held = take(take(start, rows('c'), keyOf, true), [{ id: 'c', version: 2 }], keyOf, true);
    expect([held.waiting, held.held]).toEqual([[{ id: 'c', version: 2 }], 1]);
  });
  it('are bounded, and what was dropped is counted', () => {
    const full = take(start, rows('d', 'c'), keyOf, false, 3);
    expect([ids(full.rows), full.dropped]).toEqual(['dcb', 1]);
    let held = full;
    for (const id of ['e', 'f', 'g', 'h']) held = take(held, rows(id), keyOf, true, 3);
    expect([ids(held.waiting), held.held, ids(held.rows)]).toEqual(['hgf', 4, 'dcb']);
    const freed = release(held, 3);
    expect([ids(freed.rows), freed.dropped]).toEqual(['hgf', 1 + 4]);
  });
  it('that are older stand below', () => {
    expect(ids(append(start, rows('b', 'a', 'y', 'z'), keyOf).rows)).toBe('bayz');
    expect(append(start, rows('a'), keyOf)).toBe(start);
  });
});
