import { useEffect, useMemo, useReducer, useRef, useState, useSyncExternalStore } from 'react';
import { follow, newestCalls, type LivePlace } from '@/api/live';
import type { ApiError } from '@/api/problem';
import type { CallSummary } from '@/api/queries';
import { append, NO_ROWS, release, take, type LiveRows } from '@/lib/live/rows';

/** How far back the list begins, and how much of it. */
const BEFORE_MS = 15 * 60_000;
const BEFORE_CALLS = 100;
/** The server tells a viewer that comes again what it missed in a minute. */
const MISSED_MS = 55_000;
const MISSED_CALLS = 200;
/** The page is drawn anew at most this often. */
const DRAWN_MS = 1_000;

export type LiveState = 'connecting' | 'connected' | 'reconnecting' | 'failed' | 'hidden';

export interface Trouble {
  problem: ApiError;
  /** When it is tried again; null: it is not. */
  againAtMs: number | null;
}

export interface LiveView extends LiveRows<CallSummary> {
  state: LiveState;
  trouble: Trouble | null;
  /** Calls that came too many in one second to be sent. */
  unsent: number;
  /** The stream rested for longer than the server remembers: the last such time. */
  gap: { from: number; to: number } | null;
}

const START: LiveView = { ...NO_ROWS, state: 'connecting', trouble: null, unsent: 0, gap: null };

export const keyOf = (call: CallSummary) => `${call.trace_id}.${call.span_id}`;

function isVisible(): boolean {
  return document.visibilityState === 'visible';
}

function onVisibility(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  return () => {
    document.removeEventListener('visibilitychange', listener);
  };
}

/** Whether anybody can see this tab. */
export function useVisible(): boolean {
  return useSyncExternalStore(onVisibility, isVisible);
}

/** What one stream has told, drawn at most once a second. */
class Feed {
  view: LiveView = START;
  hold = false;
  readonly place: LivePlace = { lastId: null, heardMs: null };
  #listeners = new Set<() => void>();
  #drawnMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #shown: LiveView = START;

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  };
  shown = () => this.#shown;

  setHold(hold: boolean): void {
    this.hold = hold;
    if (!hold && this.view.held > 0) this.change(release(this.view), true);
  }

  change(part: Partial<LiveView>, now = false): void {
    this.view = { ...this.view, ...part };
    if (now) this.#draw();
    else this.#timer ??= setTimeout(() => this.#draw(), Math.max(this.#drawnMs + DRAWN_MS - performance.now(), 0));
  }

  #draw(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drawnMs = performance.now();
    this.#shown = this.view;
    for (const listener of this.#listeners) listener();
  }
}

/** Follows the calls of a project while the tab can be seen. While `hold` is on, new rows wait instead of showing up. */
export function useLive(project: string, filter: string, hold: boolean) {
  const visible = useVisible();
  const [tries, tryAgain] = useReducer((count: number) => count + 1, 0);
  // Another project or filter is another stream.
  const feed = useMemo(() => ({ project, filter, feed: new Feed() }), [project, filter]).feed;
  const view = useSyncExternalStore(feed.subscribe, feed.shown);

  useEffect(() => {
    feed.setHold(hold);
  }, [feed, hold]);

  useEffect(() => {
    if (!visible) {
      feed.change({ state: 'hidden' }, true);
      return;
    }
    const end = new AbortController();
    if (feed.view.state === 'hidden') feed.change({ state: 'connecting' }, true);
    const fill = async (first: boolean, awayMs: number) => {
      const to = Date.now() + 60_000;
      const from = first ? Date.now() - BEFORE_MS : Date.now() - awayMs;
      const limit = first ? BEFORE_CALLS : MISSED_CALLS;
      try {
        const calls = await newestCalls({ project, from, to }, filter, limit, end.signal);
        feed.change(first ? append(feed.view, calls, keyOf) : take(feed.view, calls, keyOf, feed.hold));
      } catch {
        // The stream goes on without what was before it.
      }
    };
    void follow(
      { project, filter },
      feed.place,
      {
        onReady(awayMs) {
          const missed = awayMs !== null && awayMs > MISSED_MS;
          const gap = missed ? { from: Date.now() - awayMs, to: Date.now() } : feed.view.gap;
          feed.change({ state: 'connected', trouble: null, gap }, true);
          if (awayMs === null || missed) void fill(awayMs === null, awayMs ?? 0);
        },
        onPush: ({ items, more }) =>
          feed.change({ ...take(feed.view, items, keyOf, feed.hold), unsent: feed.view.unsent + more }),
        onTrouble: (problem, againMs) =>
          feed.change(
            {
              state: againMs === null ? 'failed' : 'reconnecting',
              trouble: { problem, againAtMs: againMs === null ? null : Date.now() + againMs },
            },
            true,
          ),
      },
      end.signal,
    );
    return () => {
      end.abort();
    };
  }, [feed, visible, tries, project, filter]);

  return {
    view,
    visible,
    tryAgain,
    /** Shows what waits, though the list is held. */
    show: () => feed.change(release(feed.view), true),
    forgetGap: () => feed.change({ gap: null }, true),
  };
}

/** A stretch of the last minutes that moves on every ten seconds, while somebody can see it. */
export function useLastMinutes(minutes: number, stepMs: number): { from: number; to: number; now: number } {
  const visible = useVisible();
  const [now, setNow] = useState(() => Date.now());
  const latest = useRef(now);
  useEffect(() => {
    if (!visible) return;
    const move = () => {
      if (Math.floor(Date.now() / stepMs) === Math.floor(latest.current / stepMs)) return;
      latest.current = Date.now();
      setNow(latest.current);
    };
    const first = setTimeout(move, 0);
    const timer = setInterval(move, stepMs);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [visible, stepMs]);
  const to = Math.ceil(now / stepMs) * stepMs;
  return { from: to - minutes * 60_000, to, now };
}
