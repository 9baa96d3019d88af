import { describe, expect, it } from 'vitest';
import { toCsv } from './results';

describe('toCsv', () => {
  it('quotes what needs it, and keeps spreadsheets from running text', () => {
    const csv = toCsv({
      columns: [
        { name: 'a', type: 'String' },
        { name: 'b', type: 'Int64' },
      ],
      rows: [
        ['plain', '-5'],
        ['with "quotes", and\nlines', null],
        ['=HYPERLINK("x")', 1],
        ['-cmd', 2],
      ],
      truncated: false,
      elapsed_ms: 1,
    });
    expect(csv).toBe('a,b\r\nplain,-5\r\n"with ""quotes"", and\nlines",\r\n"\'=HYPERLINK(""x"")",1\r\n\'-cmd,2\r\n');
  });
});
