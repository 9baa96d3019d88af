/** Small preferences of this browser. Storage can be forbidden or full: then they last as long as the page. */

const memory = new Map<string, string>();

export function readPreference(name: string): string | null {
  try {
    return localStorage.getItem(`sonde.${name}`) ?? memory.get(name) ?? null;
  } catch {
    return memory.get(name) ?? null;
  }
}

export function writePreference(name: string, value: string): void {
  memory.set(name, value);
  try {
    localStorage.setItem(`sonde.${name}`, value);
  } catch {
    // Kept in memory.
  }
}

export function removePreference(name: string): void {
  memory.delete(name);
  try {
    localStorage.removeItem(`sonde.${name}`);
  } catch {
    // It was only in memory.
  }
}
