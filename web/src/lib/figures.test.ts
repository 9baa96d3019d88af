import { describe, expect, it } from 'vitest';
import type { Group, QueryAnswer } from '@/api/measures';
import { groupSeries, restOf, uniqueNames } from '@/components/analytics/series';
import { costSeries, tokenSeries } from '@/components/overview/charts';
import { frameOf, formatOf, valueOf } from './answer';
import { ColorBook, PALETTE } from './colors';
import { costChange, costChanges, whyChanged } from './cost-change';
import { toCsv } from './csv';
import { allOf, term } from './filter-of';
import { heatCells } from './heat';

function group(values: Group['values'], totals: Group['totals'], more: Partial<Group> = {}): Group {
  return { values, other: false, totals, previous: null, series: null, ...more };
}

function answer(more: Partial<QueryAnswer>): QueryAnswer {
  return {
    from: '2026-11-20T00:00:00Z',
    to: '2026-11-20T03:00:00Z',
    time_zone: 'UTC',
    source: 'rows',
    interval_seconds: 3600,
    times: ['2026-11-20T00:00:00Z', '2026-11-20T01:00:00Z', '2026-11-20T02:00:00Z'],
    measures: [],
    dimensions: [],
    totals: {},
    previous: null,
    series: null,
    groups: [],
    ...more,
  };
}

describe('why a cost changed', () => {
  const moved = (cost: string, calls: number, before: string, callsBefore: number) =>
    group({ model: 'm' }, { cost_usd: cost, calls }, { previous: { cost_usd: before, calls: callsBefore } });
  it('is split into the number of calls and the cost of one, without a rest', () => {
    const change = costChange(moved('6', 30, '1', 10));
    expect(change).toMatchObject({ cost: 6, before: 1, delta: 5, volume: 2, perCall: 3 });
    expect(whyChanged(change)).toBe('each costs more, more calls');
  });
  it('is named by what matters', () => {
    expect(whyChanged(costChange(moved('2', 20, '1', 10)))).toBe('more calls');
    expect(whyChanged(costChange(moved('2', 10, '1', 10)))).toBe('each costs more');
    expect(whyChanged(costChange(moved('1', 40, '1.1', 10)))).toBe('each costs less, more calls');
    expect(whyChanged(costChange(moved('0.5', 5, '1', 10)))).toBe('fewer calls');
  });
  it('knows what is new and what is gone', () => {
    expect(whyChanged(costChange(moved('2', 20, '0', 0)))).toBe('new in this range');
    expect(whyChanged(costChange(moved('0', 0, '3', 2)))).toBe('gone in this range');
    expect(costChange(moved('2', 20, '0', 0)).volume).toBeNull();
  });
  it('puts the largest movement first, up or down, and leaves out what did not move', () => {
    const list = costChanges([moved('2', 1, '1', 1), moved('1', 1, '9', 1), moved('4', 1, '4', 1)]);
    expect(list.map((change) => change.delta)).toEqual([-8, 1]);
  });
});

describe('series of charts', () => {
  it('do not overlap: reasoning is taken out of output, and what is left is never negative', () => {
    const tokens = answer({
      series: {
        uncached_input_tokens: [10, 20, null],
        cached_input_tokens: [1, 0, null],
        cache_write_tokens: [0, 0, null],
        output_tokens: [9, 4, null],
        reasoning_tokens: [4, 5, null],
      },
    });
    expect(tokenSeries(tokens).find((item) => item.name === 'Output')?.values).toEqual([5, 0, null]);
    expect(restOf([1, null], [0.25, 3], [0.25, 0])).toEqual([0.5, null]);
  });
  it('name the part of a cost that is neither input nor output only when there is one', () => {
    const cost = (whole: string) =>
      costSeries(
        answer({ series: { cost_usd: [whole], input_cost_usd: ['0.4'], output_cost_usd: ['0.6'] }, times: ['x'] }),
      ).map((item) => item.name);
    expect(cost('1.0')).toEqual(['Input', 'Output']);
    expect(cost('1.5')).toEqual(['Input', 'Output', 'Fees and unsplit']);
  });
  it('put what is beyond the largest eight together, for sums only', () => {
    const groups = Array.from({ length: 11 }, (_, index) =>
      group(
        { model: `m${index}` },
        { calls: 2, error_rate: 0.5 },
        { series: { calls: [1, 0, 1], error_rate: [1, 0, 0] } },
      ),
    );
    const rest = group(
      { model: null },
      { calls: 5 },
      { other: true, series: { calls: [5, 0, 0], error_rate: [0, 0, 0] } },
    );
    const stacked = groupSeries(answer({ groups: [...groups, rest] }), 'calls', 'model');
    expect(stacked).toHaveLength(9);
    expect(stacked.at(-1)).toMatchObject({ name: 'all others', color: 'slate', values: [8, 0, 3], total: '11' });
    expect(groupSeries(answer({ groups: [...groups, rest] }), 'error_rate', 'model')).toHaveLength(8);
  });
  it('have names of their own', () => {
    expect(uniqueNames(['a', 'b', 'a', 'a'])).toEqual(['a', 'b', 'a (2)', 'a (3)']);
  });
  it('stand where the steps are', () => {
    expect(frameOf(answer({}))).toMatchObject({
      stepMs: 3_600_000,
      times: [0, 1, 2].map((h) => Date.UTC(2026, 10, 20, h)),
    });
  });
});

describe('colours', () => {
  it('stay with a name, and the first names have one each', () => {
    const book = new ColorBook();
    const names = Array.from({ length: PALETTE.length }, (_, index) => `model-${index}`);
    const first = names.map((name) => book.colorOf(name));
    expect(new Set(first).size).toBe(PALETTE.length);
    expect(PALETTE).toContain(book.colorOf('one more'));
    expect(new ColorBook(book.entries()).colorOf('model-3')).toBe(first[3]);
    expect(names.toReversed().map((name) => book.colorOf(name))).toEqual(first.toReversed());
  });
  it('are not taken from nonsense that was stored', () => {
    expect(PALETTE).toContain(new ColorBook({ m: 99, n: -1, o: 1.5 }).colorOf('m'));
  });
});

describe('weekdays by hours', () => {
  it('count from Monday; what did not happen is unknown', () => {
    const cells = heatCells(
      [
        group({ weekday: '1', hour: '0' }, { calls: 3 }),
        group({ weekday: '7', hour: '23' }, { calls: 4 }),
        group({ weekday: '9', hour: '99' }, { calls: 5 }),
        group({ weekday: null, hour: null }, { calls: 6 }, { other: true }),
      ],
      'calls',
    );
    expect(cells[0]?.[0]).toBe(3);
    expect(cells[6]?.[23]).toBe(4);
    expect(cells.flat().filter((value) => value !== null)).toHaveLength(2);
  });
});

describe('CSV', () => {
  it('quotes what must be, and takes no formulas from stored text', () => {
    expect(
      toCsv(
        ['a', 'b'],
        [
          ['x,"y"', 1.5],
          ['=1+1', null],
          ['-3', -3],
          ['two\nlines', Number.NaN],
        ],
      ),
    ).toBe('a,b\r\n"x,""y""",1.5\r\n\'=1+1,\r\n-3,-3\r\n"two\nlines",\r\n');
  });
});

describe('filters behind figures', () => {
  it('name a value, or that there is none', () => {
    expect(term('model', 'gpt-4o')).toBe('model:gpt-4o');
    expect(term('user', 'a "b" \\')).toBe('user:"a \\"b\\" \\\\"');
    expect(term('endpoint', null)).toBe('-has:endpoint');
  });
  it('hold together', () => {
    expect(allOf('', 'status:error', null)).toBe('status:error');
    expect(allOf('model:a OR model:b', 'status:error')).toBe('(model:a OR model:b) status:error');
  });
});

describe('measures', () => {
  it('are written by the unit in their name', () => {
    expect(formatOf('latency_p95_ms')(1234)).toBe('1.23 s');
    expect(formatOf('cost_usd')(0.5)).toBe('$0.500');
    expect(formatOf('error_rate')(0.25)).toBe('25 %');
    expect(formatOf('calls')(1200)).toBe('1.2k');
  });
  it('have groups without a value', () => {
    expect(valueOf(group({ model: '' }, {}), 'model')).toBeNull();
    expect(valueOf(group({}, {}), 'model')).toBeNull();
  });
});
