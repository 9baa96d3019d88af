import { ZoomIn, ZoomOut } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { operationLook } from '@/components/span/operation';
import { Button } from '@/components/ui/button';
import { formatCount, formatDuration } from '@/lib/format';
import type { TraceSpan } from '@/lib/trace/outline';
import { lanesOf, moment, piecesOf, place } from '@/lib/trace/timeline';
import type { Tree } from '@/lib/tree';

interface Props {
  tree: Tree;
  totalMs: number;
  selected: string | null;
  onSelect: (span: TraceSpan) => void;
}

interface View {
  from: number;
  to: number;
}

const LANE_PX = 22;
const HEAD_PX = 24;
const ALL: View = { from: 0, to: 1 };
const CLOSEST = 1e-6;

/** Time from left to right, idle time shrunk; below each other what runs at the same time. Drawn, not built of elements. */
export function Timeline({ tree, totalMs, selected, onSelect }: Props) {
  const [shrink, setShrink] = useState(true);
  const [view, setView] = useState<View>(ALL);
  const [range, setRange] = useState<View | null>(null);
  const [hover, setHover] = useState<{ span: TraceSpan; x: number; y: number } | null>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [scroll, setScroll] = useState(0);
  const canvas = useRef<HTMLCanvasElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const drag = useRef<{ x: number; moved: boolean } | null>(null);
  const pieces = useMemo(() => piecesOf(tree, totalMs, shrink), [tree, totalMs, shrink]);
  const lanes = useMemo(() => lanesOf(tree), [tree]);
  const places = useMemo(
    () =>
      tree.spans.map((span) => ({
        from: place(pieces, span.start_offset_ms),
        to: place(pieces, span.start_offset_ms + span.duration_ms),
      })),
    [tree, pieces],
  );

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // The browser's own zoom must not answer to a wheel with Ctrl, so the listener may not be passive.
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const at = (event.clientX - element.getBoundingClientRect().left) / element.clientWidth;
      setView((old) => zoomed(old, event.deltaY < 0 ? 0.8 : 1.25, at));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, []);

  const x = (at: number) => ((at - view.from) / (view.to - view.from)) * size.width;
  const atX = (pixel: number) => view.from + (pixel / Math.max(size.width, 1)) * (view.to - view.from);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || size.width === 0) return;
    const scale = window.devicePixelRatio;
    element.width = size.width * scale;
    element.height = size.height * scale;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, size.width, size.height);
    const style = getComputedStyle(element);
    const color = (name: string) => style.getPropertyValue(name).trim();
    const colors = new Map<string, string>();
    const colorOf = (span: TraceSpan) => {
      const name = span.status === 'error' ? '--error-bar' : `--s-${operationLook(span.operation).color}`;
      const known = colors.get(name) ?? color(name);
      colors.set(name, known);
      return known;
    };
    context.font = `11px ${style.fontFamily}`;
    context.textBaseline = 'middle';
    for (const piece of pieces) {
      if (!piece.idle) continue;
      context.fillStyle = color('--sunken');
      context.fillRect(x(piece.from), HEAD_PX, x(piece.to) - x(piece.from), size.height);
    }
    const inRange = (index: number) => {
      const at = places[index];
      return range === null || (at !== undefined && at.to >= range.from && at.from <= range.to);
    };
    // Of spans that fall on one pixel only the first is drawn.
    const drawn = new Map<number, number>();
    tree.spans.forEach((span, index) => {
      const at = places[index];
      if (!at || at.to < view.from || at.from > view.to) return;
      const lane = lanes.lane[index] ?? 0;
      const top = HEAD_PX + lane * LANE_PX - scroll;
      if (top < HEAD_PX - LANE_PX || top > size.height) return;
      const left = Math.max(x(at.from), -2);
      const width = Math.max(Math.min(x(at.to), size.width + 2) - left, 2);
      if (width <= 2 && (drawn.get(lane) ?? -10) >= left - 1) return;
      drawn.set(lane, left);
      context.globalAlpha = inRange(index) ? (span.call?.counted === false ? 0.4 : 1) : 0.18;
      context.fillStyle = colorOf(span);
      context.beginPath();
      context.roundRect(left, top + 2, width, LANE_PX - 4, Math.min(4, width / 2));
      context.fill();
      if (width > 34) {
        context.fillStyle = color('--canvas');
        context.save();
        context.beginPath();
        context.rect(left + 5, top, width - 8, LANE_PX);
        context.clip();
        context.fillText(span.name.slice(0, 200), left + 6, top + LANE_PX / 2 + 0.5);
        context.restore();
      }
      if (span.span_id === selected) {
        context.globalAlpha = 1;
        context.lineWidth = 2;
        context.strokeStyle = color('--ink');
        context.strokeRect(left, top + 1, width, LANE_PX - 2);
      }
    });
    context.globalAlpha = 1;
    context.fillStyle = color('--surface');
    context.fillRect(0, 0, size.width, HEAD_PX);
    context.fillStyle = color('--line');
    context.fillRect(0, HEAD_PX - 1, size.width, 1);
    context.fillStyle = color('--ink-3');
    let free = 0;
    for (const piece of pieces) {
      if (!piece.idle || x(piece.to) < 0 || x(piece.from) > size.width) continue;
      const text = `${formatDuration(piece.toMs - piece.fromMs)} idle`;
      const middle = (x(piece.from) + x(piece.to)) / 2;
      const width = context.measureText(text).width;
      const left = Math.min(Math.max(middle - width / 2, 4), size.width - width - 4);
      if (left < free) continue;
      context.fillText(text, left, HEAD_PX / 2);
      free = left + width + 8;
    }
    if (!pieces.some((piece) => piece.idle)) {
      for (let step = 0; step < 5; step += 1) {
        const pixel = (size.width * step) / 5;
        context.fillText(formatDuration(moment(pieces, atX(pixel))), pixel + 4, HEAD_PX / 2);
      }
    }
    if (range) {
      context.strokeStyle = color('--accent');
      context.lineWidth = 1;
      context.strokeRect(x(range.from), 0.5, x(range.to) - x(range.from), size.height - 1);
    }
  });

  const spanAt = (clientX: number, clientY: number): TraceSpan | null => {
    const rect = box.current?.getBoundingClientRect();
    if (!rect) return null;
    const lane = Math.floor((clientY - rect.top - HEAD_PX + scroll) / LANE_PX);
    const at = atX(clientX - rect.left);
    const slack = ((view.to - view.from) / Math.max(size.width, 1)) * 2;
    if (clientY - rect.top < HEAD_PX) return null;
    return (
      tree.spans.find((_, index) => {
        const here = places[index];
        return lanes.lane[index] === lane && here && at >= here.from - slack && at <= here.to + slack;
      }) ?? null
    );
  };
  const zoomAll = view.from === 0 && view.to === 1;
  const most = Math.max(0, lanes.count * LANE_PX + HEAD_PX - size.height);
  const chosen = range
    ? tree.spans.filter((_, index) => {
        const at = places[index];
        return at && at.to >= range.from && at.from <= range.to;
      }).length
    : 0;
  return (
    <div className="flex min-h-0 flex-1 flex-col bg-surface">
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-1.5 text-xs text-ink-2">
        <label className="flex items-center gap-1.5">
          <input type="checkbox" checked={shrink} onChange={(event) => setShrink(event.target.checked)} />
          Shrink idle time
        </label>
        <span role="status" className="min-w-0 truncate text-ink-3">
          {range
            ? `${formatDuration(moment(pieces, range.to) - moment(pieces, range.from))} chosen, ${formatCount(chosen)} spans`
            : 'Drag to choose a range, Ctrl and wheel to zoom'}
        </span>
        <span className="ml-auto flex items-center">
          {range ? (
            <>
              <Button
                look="ghost"
                size="sm"
                onClick={() => {
                  setView(range);
                  setRange(null);
                }}
              >
                Zoom to it
              </Button>
              <Button look="ghost" size="sm" onClick={() => setRange(null)}>
                Clear
              </Button>
            </>
          ) : null}
          <Button
            look="ghost"
            size="icon-sm"
            aria-label="Zoom in"
            onClick={() => setView((old) => zoomed(old, 0.5, 0.5))}
          >
            <ZoomIn />
          </Button>
          <Button
            look="ghost"
            size="icon-sm"
            aria-label="Zoom out"
            disabled={zoomAll}
            onClick={() => setView((old) => zoomed(old, 2, 0.5))}
          >
            <ZoomOut />
          </Button>
          <Button look="ghost" size="sm" disabled={zoomAll} onClick={() => setView(ALL)}>
            All
          </Button>
        </span>
      </div>
      <div
        ref={box}
        className="relative min-h-0 flex-1 touch-pan-y overflow-hidden"
        onWheel={(event) => {
          if (event.ctrlKey || event.metaKey) return;
          setScroll((old) => Math.min(Math.max(old + event.deltaY, 0), most));
          if (event.deltaX !== 0)
            setView((old) => moved(old, (event.deltaX / Math.max(size.width, 1)) * (old.to - old.from)));
        }}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          drag.current = { x: event.clientX, moved: false };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          const rect = event.currentTarget.getBoundingClientRect();
          const began = drag.current;
          if (began && (began.moved || Math.abs(event.clientX - began.x) > 4)) {
            began.moved = true;
            const ends = [atX(began.x - rect.left), atX(event.clientX - rect.left)].sort((a, b) => a - b);
            setRange({ from: Math.max(ends[0] ?? 0, 0), to: Math.min(ends[1] ?? 1, 1) });
            setHover(null);
            return;
          }
          const span = spanAt(event.clientX, event.clientY);
          setHover(span ? { span, x: event.clientX - rect.left, y: event.clientY - rect.top } : null);
        }}
        onPointerUp={(event) => {
          const began = drag.current;
          drag.current = null;
          if (!began || began.moved) return;
          const span = spanAt(event.clientX, event.clientY);
          if (span) onSelect(span);
          else setRange(null);
        }}
        onPointerLeave={() => setHover(null)}
      >
        <canvas
          ref={canvas}
          role="img"
          aria-label={`Timeline of ${formatCount(tree.spans.length)} spans over ${formatDuration(totalMs)}. The tree has the same as a table.`}
          className="absolute inset-0 size-full"
        />
        {hover ? (
          <div
            className="pointer-events-none absolute z-10 max-w-72 rounded-md border border-line-strong bg-raised px-2 py-1 text-xs shadow-raised"
            style={{
              left: Math.min(hover.x + 12, Math.max(size.width - 240, 0)),
              top: Math.min(hover.y + 14, Math.max(size.height - 56, 0)),
            }}
          >
            <div className="line-clamp-2 font-medium wrap-anywhere">{hover.span.name}</div>
            <div className="tabular text-ink-3">
              {formatDuration(hover.span.duration_ms)}, starts at {formatDuration(hover.span.start_offset_ms)}
            </div>
          </div>
        ) : null}
      </div>
    </div>
  );
}

function zoomed(view: View, factor: number, at: number): View {
  const middle = view.from + at * (view.to - view.from);
  const width = Math.min(Math.max((view.to - view.from) * factor, CLOSEST), 1);
  return moved({ from: middle - at * width, to: middle + (1 - at) * width }, 0);
}

function moved(view: View, by: number): View {
  const width = view.to - view.from;
  const from = Math.min(Math.max(view.from + by, 0), 1 - width);
  return { from, to: from + width };
}
