import { Download, Grid3x3, Table2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Tooltip } from '@/components/ui/tooltip';
import { saveCsv, toCsv } from '@/lib/csv';
import { WEEKDAYS } from '@/lib/heat';

interface Props {
  title: string;
  unit: string;
  /** By weekday (Monday first) and hour; null where nothing is known. */
  cells: readonly (readonly (number | null)[])[];
  format: (value: number | null) => string;
  /** A colour of index.css. */
  color: string;
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** Hours across, weekdays down; the deeper, the more. A table in either form, so it reads the same without colours. */
export function HeatmapCard({ title, unit, cells, format, color }: Props) {
  const [figures, setFigures] = useState(false);
  const max = Math.max(0, ...cells.flat().map((value) => value ?? 0));
  return (
    <section className="card flex min-w-0 flex-col pt-3 pb-3" aria-label={title}>
      <div className="flex items-start gap-1 pr-2 pl-4">
        <h2 className="min-w-0 flex-1 font-semibold">
          {title} <span className="text-xs font-normal text-ink-3">{unit}</span>
        </h2>
        <Tooltip content={figures ? 'Show the colours' : 'Show the figures as a table'}>
          <Button
            look="ghost"
            size="icon-sm"
            aria-label={figures ? `${title}: show the colours` : `${title}: show the figures as a table`}
            onClick={() => setFigures(!figures)}
          >
            {figures ? <Grid3x3 /> : <Table2 />}
          </Button>
        </Tooltip>
        <Tooltip content="Save as CSV">
          <Button
            look="ghost"
            size="icon-sm"
            aria-label={`${title}: save as CSV`}
            onClick={() =>
              saveCsv(
                title,
                toCsv(
                  ['weekday', ...HOURS.map(String)],
                  WEEKDAYS.map((day, index) => [day, ...HOURS.map((hour) => cells[index]?.[hour] ?? null)]),
                ),
              )
            }
          >
            <Download />
          </Button>
        </Tooltip>
      </div>
      <div className="relative overflow-x-auto px-3" tabIndex={0} role="region" aria-label={`${title}: by hour and weekday`}>
        <table className="tabular w-full min-w-136 table-fixed border-separate border-spacing-0.5 text-2xs">
          <thead className="text-ink-3">
            <tr>
              <th scope="col" className="w-9 font-medium">
                <span className="sr-only">Weekday</span>
              </th>
              {HOURS.map((hour) => (
                <th key={hour} scope="col" className="h-5 text-center font-normal">
                  {figures || hour % 3 === 0 ? hour : <span className="sr-only">{hour}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {WEEKDAYS.map((day, index) => (
              <tr key={day}>
                <th scope="row" className="pr-1 text-left font-normal text-ink-3">
                  {day}
                </th>
                {HOURS.map((hour) => {
                  const value = cells[index]?.[hour] ?? null;
                  const share = max > 0 && value !== null ? Math.sqrt(value / max) : 0;
                  const text = `${day} ${String(hour).padStart(2, '0')}:00: ${format(value)}`;
                  return figures ? (
                    <td key={hour} className="h-6 truncate text-center" title={text}>
                      {value === null || value === 0 ? <span className="text-ink-3">·</span> : format(value)}
                    </td>
                  ) : (
                    <td
                      key={hour}
                      title={text}
                      className="h-6 rounded-[3px] bg-sunken"
                      style={
                        share > 0
                          ? {
                              background: `color-mix(in oklab, var(--s-${color}) ${Math.round(12 + share * 88)}%, var(--sunken))`,
                            }
                          : undefined
                      }
                    >
                      <span className="sr-only">{format(value)}</span>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="mt-1.5 flex items-center justify-end gap-1.5 px-4 text-2xs text-ink-3" aria-hidden>
        {format(0)}
        <span
          className="h-2 w-20 rounded-full"
          style={{ background: `linear-gradient(to right in oklab, var(--sunken), var(--s-${color}))` }}
        />
        {format(max)}
      </div>
    </section>
  );
}
