/** The drawing area of a chart and where a moment lies in it. All charts share the margins, so cursors line up. */

export const MARGIN = { left: 52, right: 12, top: 10, bottom: 22 } as const;

export interface TimeScale {
  from: number;
  to: number;
  width: number;
}

export function toX({ from, to, width }: TimeScale, time: number): number {
  return MARGIN.left + ((time - from) / (to - from)) * (width - MARGIN.left - MARGIN.right);
}

export function toTime({ from, to, width }: TimeScale, x: number): number {
  const share = (x - MARGIN.left) / (width - MARGIN.left - MARGIN.right);
  return from + Math.min(Math.max(share, 0), 1) * (to - from);
}

/** The step that holds `time`; −1 when it lies outside. */
export function stepAt(times: readonly number[], stepMs: number, time: number): number {
  const first = times[0];
  if (first === undefined) return -1;
  const index = Math.floor((time - first) / stepMs);
  return index >= 0 && index < times.length ? index : -1;
}

/** What a drag from one moment to another means: whole steps, at least one. Null when it was only a click. */
export function dragRange(a: number, b: number, stepMs: number, pixels: number): { from: number; to: number } | null {
  if (Math.abs(pixels) < 5) return null;
  const from = Math.floor(Math.min(a, b) / stepMs) * stepMs;
  const to = Math.ceil(Math.max(a, b) / stepMs) * stepMs;
  return { from, to: Math.max(to, from + stepMs) };
}
