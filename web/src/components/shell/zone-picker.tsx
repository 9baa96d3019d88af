import { useId, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/field';
import { describeZone } from '@/lib/format';
import { useScope } from '@/lib/scope';
import { allZones, knownZone, LOCAL_ZONE, setZoneChoice, timeZone, useZoneChoice } from '@/lib/zone';

/** In which zone times are shown and typed, and days begin: this browser's, UTC, or any other. */
export function ZonePicker() {
  const choice = useZoneChoice();
  const { scope } = useScope();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const [zones] = useState(allZones);
  const id = useId();
  const typed = knownZone(text);
  const other = choice !== null && choice !== 'UTC';
  const look = 'aria-pressed:bg-accent-soft aria-pressed:text-accent';
  return (
    <section aria-label="Time zone" className="border-t border-line pt-3">
      <div className="flex flex-wrap items-center gap-1.5">
        <span className="mr-auto text-xs text-ink-3">Times in {describeZone(scope.now)}</span>
        <Button
          size="sm"
          aria-pressed={choice === null}
          className={look}
          title={LOCAL_ZONE}
          onClick={() => setZoneChoice(null)}
        >
          Local
        </Button>
        <Button size="sm" aria-pressed={choice === 'UTC'} className={look} onClick={() => setZoneChoice('UTC')}>
          UTC
        </Button>
        <Button size="sm" aria-pressed={other} aria-expanded={open} className={look} onClick={() => setOpen(!open)}>
          {other ? timeZone() : 'Other…'}
        </Button>
      </div>
      {open ? (
        <form
          className="mt-2 flex gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            if (typed === null) return;
            setZoneChoice(typed);
            setOpen(false);
          }}
        >
          <Input
            autoFocus
            aria-label="Name of the zone"
            placeholder="Europe/Vienna"
            list={id}
            value={text}
            aria-invalid={text.trim() !== '' && typed === null}
            onChange={(event) => setText(event.target.value)}
          />
          <datalist id={id}>
            {zones.map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
          <Button type="submit" disabled={typed === null}>
            Use
          </Button>
        </form>
      ) : null}
    </section>
  );
}
