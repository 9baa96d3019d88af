import { readPreference, writePreference } from '@/lib/storage';

const MOST = 8;

/** The latest filters of this browser, newest first. */
export function recentFilters(target: string): string[] {
  try {
    const value: unknown = JSON.parse(readPreference(`recent.${target}`) ?? '[]');
    const items: unknown[] = Array.isArray(value) ? value : [];
    return items.filter((item): item is string => typeof item === 'string' && item !== '').slice(0, MOST);
  } catch {
    return [];
  }
}

export function rememberFilter(target: string, text: string): void {
  const trimmed = text.trim();
  if (trimmed === '') return;
  const next = [trimmed, ...recentFilters(target).filter((item) => item !== trimmed)].slice(0, MOST);
  writePreference(`recent.${target}`, JSON.stringify(next));
}
