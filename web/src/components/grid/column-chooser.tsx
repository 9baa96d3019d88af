import { ArrowDown, ArrowUp, Columns3, GripVertical } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/field';
import { Popover, PopoverContent, PopoverTrigger } from '@/components/ui/popover';
import { cn } from '@/lib/cn';
import { moved, NARROWEST_PX, toggled, WIDEST_PX, type GridColumn, type Shown } from './columns';
import type { Density } from './data-grid';
import type { ColumnState } from './use-columns';

interface Props<T> {
  columns: readonly GridColumn<T>[];
  state: ColumnState;
  density: Density;
  onDensity: (density: Density) => void;
}

/** Which columns there are, in which order and how wide: with the pointer or the keyboard. */
export function ColumnChooser<T>({ columns, state, density, onDensity }: Props<T>) {
  const [part, setPart] = useState('');
  const [dragged, setDragged] = useState<number | null>(null);
  const { shown, change } = state;
  const labels = new Map(columns.map((column) => [column.id, column]));
  const matches = (label: string) => label.toLowerCase().includes(part.trim().toLowerCase());
  const hidden = columns.filter((column) => !shown.some((item) => item.id === column.id));
  const setWidth = (id: string, width: number | undefined) =>
    change(shown.map((item) => (item.id === id ? { ...item, width } : item)));

  return (
    <Popover>
      <PopoverTrigger asChild>
        <Button size="icon" aria-label="Columns" title="Columns, their order and width">
          <Columns3 />
        </Button>
      </PopoverTrigger>
      <PopoverContent align="end" className="flex w-80 flex-col p-0" aria-label="Columns">
        <div className="border-b border-line p-2">
          <Input
            aria-label="Search the columns"
            placeholder="Search the columns"
            value={part}
            onChange={(event) => setPart(event.target.value)}
          />
        </div>
        <div className="max-h-[46vh] overflow-y-auto p-1" tabIndex={-1}>
          <div className="eyebrow px-2 pt-1.5 pb-0.5">Shown, in this order</div>
          <ul>
            {shown.map((item, index) => {
              const column = labels.get(item.id);
              if (!column || !matches(column.label)) return null;
              return (
                <li
                  key={item.id}
                  draggable={part === ''}
                  className={cn(
                    'group flex h-8 items-center gap-1 rounded px-1 hover:bg-hover',
                    dragged === index && 'bg-accent-soft',
                  )}
                  onDragStart={(event) => {
                    event.dataTransfer.effectAllowed = 'move';
                    event.dataTransfer.setData('text/plain', column.label);
                    setDragged(index);
                  }}
                  onDragEnd={() => setDragged(null)}
                  onDragOver={(event) => {
                    if (dragged === null) return;
                    event.preventDefault();
                    if (dragged !== index) {
                      change(moved(shown, dragged, index));
                      setDragged(index);
                    }
                  }}
                >
                  <GripVertical aria-hidden className="size-3.5 shrink-0 cursor-grab text-ink-3" />
                  <Choice label={column.label} on onClick={() => change(toggled(shown, item.id, columns))} />
                  <Button
                    look="ghost"
                    size="icon-sm"
                    className="size-6"
                    aria-label={`${column.label}: further left`}
                    disabled={index === 0}
                    onClick={() => change(moved(shown, index, index - 1))}
                  >
                    <ArrowUp />
                  </Button>
                  <Button
                    look="ghost"
                    size="icon-sm"
                    className="size-6"
                    aria-label={`${column.label}: further right`}
                    disabled={index === shown.length - 1}
                    onClick={() => change(moved(shown, index, index + 1))}
                  >
                    <ArrowDown />
                  </Button>
                  <Width
                    key={item.width ?? 'usual'}
                    label={column.label}
                    item={item}
                    usual={column.size}
                    onChange={(width) => setWidth(item.id, width)}
                  />
                </li>
              );
            })}
          </ul>
          {hidden.some((column) => matches(column.label)) ? (
            <>
              <div className="eyebrow px-2 pt-2 pb-0.5">Not shown</div>
              <ul>
                {hidden
                  .filter((column) => matches(column.label))
                  .map((column) => (
                    <li key={column.id} className="flex h-8 items-center rounded px-1 pl-5.5 hover:bg-hover">
                      <Choice
                        label={column.label}
                        on={false}
                        onClick={() => change(toggled(shown, column.id, columns))}
                      />
                    </li>
                  ))}
              </ul>
            </>
          ) : null}
        </div>
        <div className="flex items-center gap-2 border-t border-line p-2 text-xs">
          <div
            role="radiogroup"
            aria-label="Height of the rows"
            className="flex overflow-hidden rounded-md border border-line-strong"
          >
            {(['normal', 'compact'] as const).map((name) => (
              <button
                key={name}
                type="button"
                role="radio"
                aria-checked={density === name}
                className="h-7 px-2.5 text-ink-2 hover:bg-hover aria-checked:bg-accent-soft aria-checked:text-accent"
                onClick={() => onDensity(name)}
              >
                {name === 'normal' ? 'Comfortable' : 'Compact'}
              </button>
            ))}
          </div>
          <Button look="ghost" size="sm" className="ml-auto" disabled={state.usual} onClick={state.reset}>
            Reset
          </Button>
        </div>
      </PopoverContent>
    </Popover>
  );
}

function Choice({ label, on, onClick }: { label: string; on: boolean; onClick: () => void }) {
  return (
    <button
      type="button"
      role="checkbox"
      aria-checked={on}
      className="flex h-7 min-w-0 flex-1 items-center gap-2 rounded px-1 text-left"
      onClick={onClick}
    >
      <span
        aria-hidden
        className={cn(
          'flex size-3.5 shrink-0 items-center justify-center rounded-[3px] border text-[9px] leading-none',
          on ? 'border-accent bg-accent text-accent-ink' : 'border-line-strong',
        )}
      >
        {on ? '✓' : ''}
      </span>
      <span className="truncate">{label}</span>
    </button>
  );
}

interface WidthProps {
  label: string;
  item: Shown;
  usual: number;
  onChange: (width: number | undefined) => void;
}

function Width({ label, item, usual, onChange }: WidthProps) {
  const [text, setText] = useState(item.width === undefined ? '' : String(item.width));
  const commit = () => {
    const width = /^\d+$/.test(text) ? Math.min(Math.max(Number(text), NARROWEST_PX), WIDEST_PX) : undefined;
    if (width !== item.width) onChange(width);
    else setText(width === undefined ? '' : String(width));
  };
  return (
    <Input
      inputMode="numeric"
      aria-label={`${label}: width in pixels`}
      placeholder={String(usual)}
      title="Width in pixels; empty is the usual one"
      className="tabular h-6 w-13 px-1.5 text-right text-xs"
      value={text}
      onChange={(event) => setText(event.target.value.trim())}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
      }}
    />
  );
}
