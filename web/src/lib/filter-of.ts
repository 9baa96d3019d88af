/** Filter text put together from the values behind a figure. */
import { quote, withTerm } from './filter-terms';

/** `model:gpt-4o`; for an unknown value, the calls that have none. */
export function term(field: string, value: string | null): string {
  return value === null ? `-has:${field}` : `${field}:${quote(value)}`;
}

/** All have to hold. */
export function allOf(...parts: readonly (string | null | undefined)[]): string {
  return parts.reduce<string>((text, part) => {
    if (part === null || part === undefined || part.trim() === '') return text;
    return text === '' ? part : withTerm(text, part);
  }, '');
}
