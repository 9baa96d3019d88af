import { describe, expect, it } from 'vitest';
import type { SavedView } from '@/api/views';
import { driftOf, stateOf, type Showing } from './view-state';

const SHOWING: Showing = {
  filter: 'status:error',
  order: 'cost',
  range: '24h',
  columns: [{ id: 'time' }, { id: 'model', width: 300 }],
  charts: ['calls'],
};

function viewOf(state: SavedView['state']): SavedView {
  return {
    view_id: '0'.repeat(16),
    project: 'shop',
    page: 'calls',
    name: 'mine',
    state,
    created_time: '',
    changed_time: '',
  };
}

describe('a saved view', () => {
  it('has not drifted when it was just saved', () => {
    expect(driftOf(viewOf(stateOf(SHOWING, true)), SHOWING)).toEqual([]);
    expect(driftOf(viewOf(stateOf(SHOWING, false)), { ...SHOWING, range: '7d' })).toEqual([]);
  });
  it('says what is not as it was saved', () => {
    const view = viewOf(stateOf(SHOWING, true));
    expect(driftOf(view, { ...SHOWING, filter: '', order: 'time', range: '1h' })).toEqual([
      'filter',
      'order',
      'time range',
    ]);
    expect(driftOf(view, { ...SHOWING, columns: [{ id: 'time' }, { id: 'model' }] })).toEqual(['columns']);
    expect(driftOf(view, { ...SHOWING, charts: [] })).toEqual(['charts']);
  });
  it('does not mind what it does not hold', () => {
    const view = viewOf({ filter: 'status:error', order: null, range: null, columns: null, charts: null });
    expect(driftOf(view, { ...SHOWING, order: 'time', columns: [], charts: ['x'] })).toEqual([]);
  });
});
