/** Colours of series by what they stand for: the same model has the same colour on every page of this browser. */
import { readPreference, writePreference } from './storage';

/** Names of index.css, in an order in which neighbours stay apart under the common colour-vision deficiencies. */
export const PALETTE = ['blue', 'amber', 'teal', 'rose', 'sky', 'rust', 'violet', 'moss', 'sand'] as const;
export const OTHER_COLOR = 'slate';

function hash(text: string): number {
  let value = 2_166_136_261;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 16_777_619);
  }
  return value >>> 0;
}

/** Slots by name: the first names of a kind each get a colour of their own, later ones share. */
export class ColorBook {
  private readonly slots = new Map<string, number>();

  constructor(known: Readonly<Record<string, number>> = {}) {
    for (const [name, slot] of Object.entries(known)) {
      if (Number.isInteger(slot) && slot >= 0 && slot < PALETTE.length) this.slots.set(name, slot);
    }
  }

  colorOf(name: string): string {
    const wanted = hash(name) % PALETTE.length;
    let slot = this.slots.get(name);
    if (slot === undefined) {
      slot = wanted;
      if (this.slots.size < PALETTE.length) {
        const taken = new Set(this.slots.values());
        while (taken.has(slot)) slot = (slot + 1) % PALETTE.length;
        this.slots.set(name, slot);
      }
    }
    return PALETTE[slot] ?? OTHER_COLOR;
  }

  entries(): Record<string, number> {
    return Object.fromEntries(this.slots);
  }
}

const books = new Map<string, ColorBook>();

function remembered(kind: string): Record<string, number> {
  try {
    const value: unknown = JSON.parse(readPreference(`colors.${kind}`) ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, number>) : {};
  } catch {
    return {};
  }
}

/** The colours of these names of one kind, such as "model". Unknown names are grey. */
export function colorsOf(kind: string, names: readonly (string | null)[]): string[] {
  let book = books.get(kind);
  if (book === undefined) {
    book = new ColorBook(remembered(kind));
    books.set(kind, book);
  }
  const before = Object.keys(book.entries()).length;
  const found = names.map((name) => (name === null || name === '' ? OTHER_COLOR : book.colorOf(name)));
  const entries = book.entries();
  if (Object.keys(entries).length > before) writePreference(`colors.${kind}`, JSON.stringify(entries));
  return found;
}
