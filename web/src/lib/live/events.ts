/** Reads server-sent events out of pieces of text, as they come off the wire. */

export interface ServerEvent {
  name: string;
  data: string;
}

export class EventReader {
  /** The id of the newest event: what to go on from. */
  lastId: string | null = null;
  /** How long the server asks to wait before coming again, in milliseconds. */
  retryMs: number | null = null;
  #rest = '';
  #name = '';
  #data: string[] = [];

  /** The events that this piece completes. */
  feed(text: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const raw of lines) {
      const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
      if (line !== '') {
        this.#field(line);
        continue;
      }
      if (this.#data.length > 0) events.push({ name: this.#name || 'message', data: this.#data.join('\n') });
      this.#name = '';
      this.#data = [];
    }
    return events;
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') this.#name = value;
    else if (name === 'data') this.#data.push(value);
    else if (name === 'id') this.lastId = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
  }
}
