/** GET /live: calls as they arrive. Read with fetch, not EventSource, which can neither say why it was refused nor go on
 * from where it was after a pause. */
import { EventReader } from '@/lib/live/events';
import { api, take } from './client';
import { windowOf } from './measures';
import { ApiError } from './problem';
import type { CallSummary, Scope } from './queries';

export interface LivePush {
  /** Newest first. */
  items: CallSummary[];
  /** How many there were besides. */
  more: number;
}

export interface LiveHandlers {
  /** `awayMs`: since the stream was last heard of; null the first time. */
  onReady: (awayMs: number | null) => void;
  onPush: (push: LivePush) => void;
  /** It ended or never began, and is tried again after so long; null: it is not. */
  onTrouble: (problem: ApiError, againMs: number | null) => void;
}

export interface LivePlace {
  lastId: string | null;
  /** When it was last heard of, in milliseconds. */
  heardMs: number | null;
}

/** The server sends something every 15 s; a stream this silent is dead. */
const SILENT_MS = 40_000;
const FULL_MS = 10_000;
const LONGEST_MS = 30_000;

function isPush(value: unknown): value is LivePush {
  return typeof value === 'object' && value !== null && 'items' in value && Array.isArray(value.items);
}

/** Follows the stream until the signal says stop; comes again by itself. `place` is where it goes on from. */
export async function follow(
  { project, filter }: { project: string; filter: string },
  place: LivePlace,
  handlers: LiveHandlers,
  signal: AbortSignal,
): Promise<void> {
  const search = new URLSearchParams({ project, ...(filter === '' ? {} : { filter }) });
  let failures = 0;
  while (!signal.aborted) {
    const silence = new AbortController();
    let watchdog = setTimeout(() => silence.abort(), SILENT_MS);
    let problem: ApiError;
    let retryMs = 1_000;
    try {
      const response = await fetch(`/api/v1/live?${search.toString()}`, {
        headers: { Accept: 'text/event-stream', ...(place.lastId === null ? {} : { 'Last-Event-ID': place.lastId }) },
        signal: AbortSignal.any([signal, silence.signal]),
      });
      if (!response.ok || response.body === null) {
        throw ApiError.fromResponse(response.status, await response.json().catch(() => null));
      }
      const reader = new EventReader();
      const stream = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await stream.read();
        if (done) break;
        clearTimeout(watchdog);
        watchdog = setTimeout(() => silence.abort(), SILENT_MS);
        const events = reader.feed(value);
        place.lastId = reader.lastId ?? place.lastId;
        retryMs = reader.retryMs ?? retryMs;
        const awayMs = place.heardMs === null ? null : Date.now() - place.heardMs;
        place.heardMs = Date.now();
        for (const event of events) {
          failures = 0;
          const data: unknown = JSON.parse(event.data);
          if (event.name === 'ready') handlers.onReady(awayMs);
          else if (event.name === 'calls' && isPush(data)) handlers.onPush(data);
        }
      }
      problem = new ApiError('The server closed the stream.', 0, 'closed');
    } catch (error) {
      problem = silence.signal.aborted ? new ApiError('The stream fell silent.', 0, 'silent') : ApiError.from(error);
    } finally {
      clearTimeout(watchdog);
    }
    // Aborted meanwhile, which a loop's condition cannot know.
    if (isAborted(signal)) return;
    const final = problem.status >= 400 && problem.status < 500 && problem.status !== 429;
    const againMs = final ? null : problem.status === 429 ? FULL_MS : Math.min(retryMs * 2 ** failures, LONGEST_MS);
    failures += 1;
    handlers.onTrouble(problem, againMs);
    if (againMs === null) return;
    await pause(againMs, signal);
  }
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** The newest calls of a stretch of time. */
export async function newestCalls(
  scope: Pick<Scope, 'project' | 'from' | 'to'>,
  filter: string,
  limit: number,
  signal: AbortSignal,
): Promise<CallSummary[]> {
  const query = { project: scope.project, ...windowOf(scope), ...(filter === '' ? {} : { filter }), limit };
  const page = (await take<unknown>(api.GET('/api/v1/calls', { params: { query }, signal }))) as {
    items: CallSummary[];
  };
  return page.items;
}
