import { describe, expect, it } from 'vitest';
import { recentVisits, rememberVisit, visitOf, type Recent } from './recent';
import { writePreference } from './storage';

const ID = 'a9e7'.repeat(8);

describe('what is remembered', () => {
  it.each<[string, Record<string, unknown>, Recent | null]>([
    [`/traces/${ID}`, { project: 'shop' }, { kind: 'trace', id: ID, project: 'shop', provider: null }],
    ['/users/view', { user: 'u/1' }, { kind: 'user', id: 'u/1', project: null, provider: null }],
    ['/sessions/view', { session: 's' }, { kind: 'session', id: 's', project: null, provider: null }],
    ['/models/view', { model: 'm', provider: 'p' }, { kind: 'model', id: 'm', project: null, provider: 'p' }],
    ['/users/view', { user: '' }, null],
    ['/users/view', { user: 'x'.repeat(500) }, null],
    ['/traces/not-an-id', {}, null],
    ['/calls', {}, null],
  ])('%s %j', (path, search, visit) => expect(visitOf(path, search)).toEqual(visit));

  it('is kept once, newest first, and not without end', () => {
    for (let index = 0; index < 20; index += 1) {
      rememberVisit({ kind: 'user', id: `u${index}`, project: 'shop', provider: null });
    }
    rememberVisit({ kind: 'user', id: 'u15', project: 'shop', provider: null });
    const ids = recentVisits().map((item) => item.id);
    expect(ids.slice(0, 3)).toEqual(['u15', 'u19', 'u18']);
    expect(ids).toHaveLength(12);
    expect(new Set(ids).size).toBe(12);
  });

  it.each(['', '{', '{}', '[1, null, {"kind": "door", "id": "x"}]'])('is nothing when the storage holds %j', (text) => {
    writePreference('visited', text);
    expect(recentVisits()).toEqual([]);
  });
});
