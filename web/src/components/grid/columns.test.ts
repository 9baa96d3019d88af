import { describe, expect, it } from 'vitest';
import { layout, moved, readShown, sameShown, toggled, usualColumns } from './columns';

const COLUMNS = [
  { id: 'time', size: 100 },
  { id: 'model', size: 200, grow: true },
  { id: 'tags', size: 80, hidden: true },
  { id: 'cost', size: 90 },
];

describe('the columns of a list', () => {
  it('are the usual ones until somebody chooses', () => {
    expect(usualColumns(COLUMNS)).toEqual([{ id: 'time' }, { id: 'model' }, { id: 'cost' }]);
  });
  it('are read from whatever was stored', () => {
    expect(readShown('x', COLUMNS)).toBeNull();
    expect(readShown([{ id: 'gone' }, 7, null], COLUMNS)).toBeNull();
    expect(
      readShown([{ id: 'cost', width: 120.4 }, { id: 'time', width: 3 }, { id: 'cost' }, { id: 'gone' }], COLUMNS),
    ).toEqual([{ id: 'cost', width: 120 }, { id: 'time' }]);
  });
  it('come back to their place, and the last one stays', () => {
    const shown = usualColumns(COLUMNS);
    expect(toggled(shown, 'tags', COLUMNS).map((item) => item.id)).toEqual(['time', 'model', 'tags', 'cost']);
    expect(toggled(shown, 'time', COLUMNS).map((item) => item.id)).toEqual(['model', 'cost']);
    expect(toggled([{ id: 'cost' }], 'time', COLUMNS).map((item) => item.id)).toEqual(['time', 'cost']);
    expect(toggled([{ id: 'cost' }], 'cost', COLUMNS)).toEqual([{ id: 'cost' }]);
  });
  it('are moved', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b', 'c'], 2, -5)).toEqual(['c', 'a', 'b']);
  });
  it('are the same only in the same order and width', () => {
    expect(sameShown([{ id: 'a' }], [{ id: 'a', width: undefined }])).toBe(true);
    expect(sameShown([{ id: 'a', width: 50 }], [{ id: 'a' }])).toBe(false);
    expect(sameShown([{ id: 'a' }, { id: 'b' }], [{ id: 'b' }, { id: 'a' }])).toBe(false);
  });
  it('share the line', () => {
    expect(layout(COLUMNS, [{ id: 'time' }, { id: 'model' }])).toEqual({
      template: '100px minmax(200px, 1fr)',
      minWidth: 300,
    });
    expect(
      layout(COLUMNS, [
        { id: 'time', width: 150 },
        { id: 'model', width: 60 },
      ]).template,
    ).toBe('150px 60px 1fr');
  });
});
