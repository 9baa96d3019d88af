/**
 * Filter text as the pages edit it: facets and ranges change the same text that people type. The server's grammar
 * decides what a text means; here only the terms that stand side by side are told apart, and a term of one field with
 * its values is read and written.
 */

export type Comparison = ':' | '>' | '>=' | '<' | '<=';

export interface Term {
  /** Where it stands in the text. */
  start: number;
  end: number;
  text: string;
  negated: boolean;
  /** Null for words, groups and whatever else is more than one field with its values. */
  field: string | null;
  comparison: Comparison;
  /** Any of these. */
  values: readonly string[];
}

interface Piece {
  start: number;
  end: number;
  text: string;
}

const PLAIN = /^[\p{L}\p{N}_][\p{L}\p{N}_.@/-]*$/u;
const WORDS: readonly string[] = ['AND', 'OR', 'NOT', 'TO'];
const HEAD = /^([\p{L}_][\p{L}\p{N}_.@/-]*(?:(?<=\.)"(?:\\.|[^"\\])*")?)\s*(:?(?:>=|<=|>|<)|!=|=|:)\s*(?=.)/su;
/** A field and its sign whose value has not come yet: it may stand after a space. */
const OPEN_ENDED = /^-?[\p{L}_][\p{L}\p{N}_.@/-]*(?:(?<=\.)"(?:\\.|[^"\\])*")?(?::?(?:>=|<=|>|<)|!=|=|:)$/u;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** The end of a quoted text that starts at `at`; the end of all when the quote is not closed. */
function quoteEnd(text: string, at: number): number {
  for (let index = at + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === '"') return index + 1;
  }
  return text.length;
}

const isSpace = (letter: string | undefined) => letter !== undefined && /\s/.test(letter);

/** The end of what starts at `start`: the next space outside of quotes and brackets. */
function pieceEnd(text: string, start: number): number {
  let index = start;
  let depth = 0;
  while (index < text.length) {
    const letter = text[index] ?? '';
    if (letter === '"') {
      index = quoteEnd(text, index);
    } else if (letter === '\\') {
      index += 2;
    } else if (depth === 0 && isSpace(letter)) {
      if (!OPEN_ENDED.test(text.slice(start, index))) break;
      while (isSpace(text[index])) index += 1;
    } else {
      if ('([{'.includes(letter)) depth += 1;
      else if (')]}'.includes(letter)) depth = Math.max(0, depth - 1);
      index += 1;
    }
  }
  return Math.min(index, text.length);
}

/** What stands between spaces, with quotes and brackets kept whole. */
function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let index = 0;
  while (index < text.length) {
    if (isSpace(text[index])) {
      index += 1;
      continue;
    }
    const end = pieceEnd(text, index);
    const piece = text.slice(index, end).trimEnd();
    found.push({ start: index, end: index + piece.length, text: piece });
    index = end;
  }
  return found;
}

/** The value that a piece stands for; null when it is more than one value. */
function valueOf(piece: string): string | null {
  if (piece.startsWith('"')) {
    if (quoteEnd(piece, 0) !== piece.length || piece.length < 2 || !piece.endsWith('"')) return null;
    return piece.slice(1, -1).replace(/\\(.)/gsu, (_, letter: string) => ESCAPES[letter] ?? letter);
  }
  if (/["()[\]{}]|(?<!\\)\*/.test(piece)) return null;
  return piece.replace(/\\(.)/gsu, '$1');
}

function valuesOf(text: string): string[] | null {
  if (!text.startsWith('(')) {
    const value = valueOf(text);
    return value === null ? null : [value];
  }
  if (!text.endsWith(')')) return null;
  const values: string[] = [];
  for (const part of pieces(text.slice(1, -1))) {
    if (part.text === 'OR') continue;
    const value = WORDS.includes(part.text) ? null : valueOf(part.text);
    if (value === null) return null;
    values.push(value);
  }
  return values.length > 0 ? values : null;
}

function termOf(piece: Piece, negatedBefore: boolean): Term {
  const minus = piece.text.startsWith('-') && piece.text.length > 1;
  const body = minus ? piece.text.slice(1) : piece.text;
  const opaque: Term = { ...piece, negated: negatedBefore || minus, field: null, comparison: ':', values: [] };
  const head = HEAD.exec(body);
  if (!head) return opaque;
  const values = valuesOf(body.slice(head[0].length));
  const sign = head[2] ?? ':';
  const not = sign === '!=';
  // Twice the opposite is left as it is written.
  if (values === null || Number(negatedBefore) + Number(minus) + Number(not) > 1) return opaque;
  const comparison = sign === '=' || not ? ':' : ((sign.length > 1 ? sign.replace(/^:/, '') : sign) as Comparison);
  return { ...opaque, negated: opaque.negated || not, field: head[1] ?? null, comparison, values };
}

/**
 * The terms that all have to hold, in order. Null when the text says OR between them: then no term holds by itself,
 * and nothing can be taken out alone.
 */
export function termsOf(text: string): Term[] | null {
  const found: Term[] = [];
  let not: Piece | null = null;
  for (const piece of pieces(text)) {
    if (piece.text === 'OR') return null;
    if (piece.text === 'AND') continue;
    if (piece.text === 'NOT') {
      not = piece;
      continue;
    }
    const term = termOf(piece, not !== null);
    found.push(not ? { ...term, start: not.start, text: text.slice(not.start, term.end) } : term);
    not = null;
  }
  return found;
}

/** A value as it must be written: quoted when it is more than a plain word. */
export function quote(value: string): string {
  if (PLAIN.test(value) && !WORDS.includes(value)) return value;
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/** A term of one field with any of its values. */
export function written(field: string, values: readonly string[], negated = false): string {
  const text = values.length === 1 ? quote(values[0] ?? '') : `(${values.map(quote).join(' OR ')})`;
  return `${negated ? '-' : ''}${field}:${text}`;
}

function splice(text: string, term: Term, replacement: string): string {
  let before = text.slice(0, term.start);
  let after = text.slice(term.end);
  if (replacement === '') {
    // The AND that joined it goes with it.
    before = before.replace(/\bAND\s*$/, '');
    if (before.trim() === '') after = after.replace(/^\s*AND\b/, '');
  }
  return [before.trimEnd(), replacement, after.trimStart()].filter((part) => part !== '').join(' ');
}

/** The text without one of its terms. */
export function withoutTerm(text: string, term: Term): string {
  return splice(text, term, '');
}

/** The text and one more term that has to hold as well. */
export function withTerm(text: string, term: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return term;
  return `${termsOf(trimmed) === null ? `(${trimmed})` : trimmed} ${term}`;
}

export type Mode = 'include' | 'exclude';

function isUnknown(term: Term, field: string): boolean {
  return term.field === 'has' && term.comparison === ':' && term.values.length === 1 && term.values[0] === field;
}

function saysOf(term: Term, field: string, value: string): Mode | null {
  if (value === '') return isUnknown(term, field) ? (term.negated ? 'include' : 'exclude') : null;
  if (term.field !== field || term.comparison !== ':' || !term.values.includes(value)) return null;
  return term.negated ? 'exclude' : 'include';
}

/** What the text says of a value of a field: included, excluded, or nothing. An empty value is "unknown". */
export function modeOf(terms: readonly Term[] | null, field: string, value: string): Mode | null {
  for (const term of terms ?? []) {
    const mode = saysOf(term, field, value);
    if (mode !== null) return mode;
  }
  return null;
}

/** The values of a field that the text names, in order; "" when it asks for the unknown. */
export function namedValues(terms: readonly Term[] | null, field: string): string[] {
  const named = (terms ?? []).flatMap((term) => {
    if (isUnknown(term, field)) return [''];
    return term.field === field && term.comparison === ':' ? term.values : [];
  });
  return [...new Set(named)];
}

/** The text with a value included or excluded; when it says so already, without that. */
export function toggleValue(text: string, field: string, value: string, mode: Mode): string {
  const term = termsOf(text)?.find((item) => saysOf(item, field, value) !== null);
  const was = term ? saysOf(term, field, value) : null;
  const rest = term?.values.filter((item) => item !== value) ?? [];
  const bare = !term
    ? text
    : splice(text, term, value === '' || rest.length === 0 ? '' : written(field, rest, term.negated));
  if (was === mode) return bare;
  if (value === '') return withTerm(bare, `${mode === 'include' ? '-' : ''}has:${field}`);
  const negated = mode === 'exclude';
  const there = termsOf(bare)?.find(
    (item) => item.field === field && item.comparison === ':' && item.negated === negated,
  );
  return there
    ? splice(bare, there, written(field, [...there.values, value], negated))
    : withTerm(bare, written(field, [value], negated));
}

export interface Bounds {
  min: string;
  max: string;
}

/** The bounds that the text sets for a number, as they stand there; empty when it sets none. */
export function boundsOf(terms: readonly Term[] | null, field: string): Bounds {
  const bounds = { min: '', max: '' };
  for (const term of terms ?? []) {
    if (term.field !== field || term.negated || term.comparison === ':') continue;
    bounds[term.comparison.startsWith('>') ? 'min' : 'max'] = term.values[0] ?? '';
  }
  return bounds;
}

/** The text with other bounds for a number; an empty bound is none. */
export function withBounds(text: string, field: string, bounds: Bounds): string {
  let next = text;
  for (const [sign, value] of [
    ['>', bounds.min],
    ['<', bounds.max],
  ] as const) {
    const there = termsOf(next)?.find(
      (term) => term.field === field && !term.negated && term.comparison.startsWith(sign),
    );
    const wanted = value === '' ? '' : `${field}${there?.comparison ?? `${sign}=`}${value}`;
    if (there) next = splice(next, there, wanted);
    else if (wanted !== '') next = withTerm(next, wanted);
  }
  return next;
}

/** The text before, in and after a place. The server counts characters; a letter beyond the first plane is one. */
export function cut(text: string, position: number, length: number): [string, string, string] {
  const letters = Array.from(text);
  return [
    letters.slice(0, position).join(''),
    letters.slice(position, position + length).join(''),
    letters.slice(position + length).join(''),
  ];
}

/** The text with a piece replaced: a correction or a completion that the server proposed. */
export function corrected(text: string, position: number, length: number, by: string): string {
  const [before, , after] = cut(text, position, length);
  return before + by + after;
}

/** A place of the page's text as the server counts. */
export function characters(text: string, units: number): number {
  return Array.from(text.slice(0, units)).length;
}
