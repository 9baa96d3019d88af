import { CalendarClock, ChevronDown, ChevronLeft, ChevronRight, RotateCw, ZoomOut } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/field';
import { Menu, MenuContent, MenuLabel, MenuRadioGroup, MenuRadioItem, MenuTrigger } from '@/components/ui/menu';
import { Popover, PopoverContent, PopoverTrigger } from '@/components/ui/popover';
import { Tooltip } from '@/components/ui/tooltip';
import { cn } from '@/lib/cn';
import { formatTimestamp } from '@/lib/format';
import { REFRESH_CHOICES_S, useScope } from '@/lib/scope';
import {
  bounds,
  decodeRange,
  describeRange,
  encodeRange,
  parseRange,
  PRESETS,
  shift,
  zoom,
  type TimeRange,
} from '@/lib/time-range';
import { ZonePicker } from './zone-picker';

const PRESET_RANGES = PRESETS.map((span) => decodeRange(span)).filter((range): range is TimeRange => range !== null);

/** The global time range: presets, free text, both ends, and moving about. */
export function TimeRangePicker() {
  const { scope, range, setRange } = useScope();
  const [open, setOpen] = useState(false);
  const choose = (next: TimeRange) => {
    setRange(next);
    setOpen(false);
  };
  return (
    <div className="flex items-center">
      <Tooltip content="Half a width back">
        <Button
          size="icon"
          look="plain"
          className="rounded-r-none border-r-0"
          aria-label="Earlier"
          onClick={() => setRange(shift(range, -0.5, scope.now))}
        >
          <ChevronLeft />
        </Button>
      </Tooltip>
      <Popover open={open} onOpenChange={setOpen}>
        <PopoverTrigger asChild>
          <Button className="tabular rounded-none" data-testid="time-range">
            <CalendarClock className="text-ink-3" />
            {describeRange(range)}
            <ChevronDown className="text-ink-3" />
          </Button>
        </PopoverTrigger>
        <PopoverContent align="end" className="w-[min(35rem,92vw)] p-0" aria-label="Time range">
          <RangePanel range={range} now={scope.now} onChoose={choose} />
        </PopoverContent>
      </Popover>
      <Tooltip content="Half a width forward">
        <Button
          size="icon"
          look="plain"
          className="rounded-none border-x-0"
          aria-label="Later"
          disabled={range.kind === 'relative'}
          onClick={() => setRange(shift(range, 0.5, scope.now))}
        >
          <ChevronRight />
        </Button>
      </Tooltip>
      <Tooltip content="Twice as wide">
        <Button
          size="icon"
          look="plain"
          className="rounded-l-none"
          aria-label="Zoom out"
          onClick={() => {
            // A relative range stays relative: doubling "1h" means "2h".
            setRange(
              range.kind === 'relative'
                ? (decodeRange(`${Math.round((range.ms * 2) / 1000)}s`) ?? range)
                : zoom(range, 2, scope.now),
            );
          }}
        >
          <ZoomOut />
        </Button>
      </Tooltip>
    </div>
  );
}

function RangePanel({ range, now, onChoose }: { range: TimeRange; now: number; onChoose: (range: TimeRange) => void }) {
  const current = bounds(range, now);
  const [text, setText] = useState('');
  const [from, setFrom] = useState(formatTimestamp(current.from).slice(0, 19));
  const [to, setTo] = useState(formatTimestamp(current.to).slice(0, 19));
  const typed = text.trim() === '' ? null : parseRange(text, now);
  const both = parseRange(`${from} to ${to}`, now);
  return (
    <div className="grid sm:grid-cols-[10.5rem_1fr]">
      <div className="flex flex-col gap-0.5 border-line p-2 max-sm:border-b sm:border-r">
        {PRESET_RANGES.map((preset) => (
          <button
            key={encodeRange(preset)}
            type="button"
            aria-pressed={encodeRange(preset) === encodeRange(range)}
            className="flex h-7 items-center rounded px-2 text-left hover:bg-hover aria-pressed:bg-accent-soft aria-pressed:font-medium aria-pressed:text-accent"
            onClick={() => onChoose(preset)}
          >
            {describeRange(preset)}
          </button>
        ))}
      </div>
      <div className="flex flex-col gap-4 p-3">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (typed) onChoose(typed);
          }}
        >
          <label htmlFor="range-text" className="text-xs font-medium text-ink-2">
            Type a range
          </label>
          <Input
            id="range-text"
            autoFocus
            className="mt-1"
            placeholder="25m, last 2 hours, yesterday, 10:00 - 11:30"
            value={text}
            aria-invalid={text.trim() !== '' && typed === null}
            onChange={(event) => setText(event.target.value)}
          />
          <p className="mt-1 min-h-4.5 text-xs text-ink-3" aria-live="polite">
            {text.trim() === ''
              ? ''
              : typed
                ? `${describeRange(typed)}: press Enter`
                : 'Not understood. Try “90m” or “2026-11-20 10:00 to 12:00”.'}
          </p>
        </form>
        <form
          className="flex flex-col gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            if (both) onChoose(both);
          }}
        >
          <div className="grid gap-2 min-[30rem]:grid-cols-2">
            <label className="flex flex-col gap-1 text-xs font-medium text-ink-2">
              From
              <Input className="tabular" value={from} onChange={(event) => setFrom(event.target.value)} />
            </label>
            <label className="flex flex-col gap-1 text-xs font-medium text-ink-2">
              To
              <Input className="tabular" value={to} onChange={(event) => setTo(event.target.value)} />
            </label>
          </div>
          <div className="flex items-center gap-2">
            <Button type="submit" look="primary" size="sm" className="ml-auto" disabled={both === null}>
              Show
            </Button>
          </div>
        </form>
        <ZonePicker />
      </div>
    </div>
  );
}

function everyText(seconds: number): string {
  if (seconds === 0) return 'Off';
  return seconds < 60 ? `${seconds} s` : `${seconds / 60} min`;
}

/** Asks again now, and says how often to do so by itself. */
export function RefreshControl({ busy }: { busy: boolean }) {
  const { refresh, refreshEveryS, setRefreshEveryS, range } = useScope();
  return (
    <div className="flex items-center">
      <Tooltip content="Refresh (r)">
        <Button size="icon" className="rounded-r-none border-r-0" aria-label="Refresh" onClick={refresh}>
          <RotateCw className={cn(busy && 'animate-spin')} />
        </Button>
      </Tooltip>
      <Menu>
        <MenuTrigger asChild>
          <Button
            className="tabular rounded-l-none px-2"
            aria-label={`Refresh by itself: ${range.kind === 'absolute' ? 'Off' : everyText(refreshEveryS)}`}
            disabled={range.kind === 'absolute'}
          >
            {range.kind === 'absolute' ? 'Off' : everyText(refreshEveryS)}
            <ChevronDown className="text-ink-3" />
          </Button>
        </MenuTrigger>
        <MenuContent align="end">
          <MenuLabel>Refresh by itself every</MenuLabel>
          <MenuRadioGroup value={String(refreshEveryS)} onValueChange={(value) => setRefreshEveryS(Number(value))}>
            {REFRESH_CHOICES_S.map((seconds) => (
              <MenuRadioItem key={seconds} value={String(seconds)}>
                {everyText(seconds)}
              </MenuRadioItem>
            ))}
          </MenuRadioGroup>
        </MenuContent>
      </Menu>
    </div>
  );
}
