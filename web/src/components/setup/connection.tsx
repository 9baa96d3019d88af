import { Link } from '@tanstack/react-router';
import { ArrowRight, CircleCheck } from 'lucide-react';
import { useState } from 'react';
import type { Status } from '@/api/queries';
import { Badge } from '@/components/ui/badge';
import { buttonStyle } from '@/components/ui/button';
import { cn } from '@/lib/cn';
import { formatAgo, formatCount } from '@/lib/format';

interface Props {
  status: Status | undefined;
  project: string;
  now: number;
}

/** Waits for the first span, and says so the moment it is there. */
export function Connection({ status, project, now }: Props) {
  const rows = status?.spans.rows ?? 0;
  const connected = rows > 0;
  // What has come since the page was opened: proof that the change just made works.
  const [before, setBefore] = useState<{ project: string; rows: number } | null>(null);
  if (status && before?.project !== project) setBefore({ project, rows });
  const fresh = before?.project === project ? Math.max(0, rows - before.rows) : 0;
  const services = status?.services.filter((item) => item.project === project) ?? [];
  return (
    <section
      aria-label="Connection"
      data-connected={connected}
      className={cn(
        'card flex flex-col gap-4 p-5 transition-colors duration-500',
        connected && 'border-ok/50 bg-ok-soft',
      )}
    >
      <div className="flex flex-wrap items-center gap-4" role="status">
        {connected ? (
          <CircleCheck aria-hidden className="size-10 shrink-0 stroke-[1.6] text-ok" />
        ) : (
          <span aria-hidden className="relative flex size-10 shrink-0 items-center justify-center">
            <span className="absolute inset-0 animate-sweep rounded-full border-2 border-accent" />
            <span className="size-3 rounded-full bg-accent" />
          </span>
        )}
        <div className="min-w-0 flex-1">
          <h2 className={cn('text-base font-semibold', connected && 'text-ok')}>
            {connected ? 'Connected' : 'Listening for the first span…'}
          </h2>
          <p className="tabular text-ink-2">
            {connected
              ? `${formatCount(rows)} spans and ${formatCount(status?.calls.rows ?? 0)} calls in project ${project}, the newest ${formatAgo(status?.last_received_time, now)}.${fresh > 0 ? ` ${formatCount(fresh)} new since you opened this page.` : ''}`
              : `Nothing has reached project ${project} yet. This turns green within a second of the first span.`}
          </p>
        </div>
        {connected ? (
          <Link
            to="/calls"
            search={(old) => ({ ...(old.range ? { range: old.range } : {}), project })}
            className={buttonStyle({ look: 'primary' })}
          >
            See the calls <ArrowRight />
          </Link>
        ) : null}
      </div>
      {services.length > 0 ? (
        <ul className="grid gap-2 sm:grid-cols-2 xl:grid-cols-3">
          {services.slice(0, 9).map((service) => (
            <li key={service.service} className="rounded-md border border-line bg-surface px-3 py-2">
              <div className="flex items-baseline gap-2">
                <span className="min-w-0 flex-1 truncate font-medium">{service.service || 'no service name'}</span>
                <span className="tabular shrink-0 text-xs text-ink-3">{formatAgo(service.last_time, now)}</span>
              </div>
              <div className="tabular text-xs text-ink-2">
                {formatCount(service.spans)} spans, {formatCount(service.calls)} calls
              </div>
              <div className="mt-1 flex flex-wrap gap-1">
                {service.conventions.map((name) => (
                  <Badge key={name} title="Convention it speaks">
                    {name}
                  </Badge>
                ))}
              </div>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}
