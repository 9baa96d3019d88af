import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CalendarX2, Plug, Radio } from 'lucide-react';
import type { ReactNode } from 'react';
import { statusQuery } from '@/api/queries';
import { Button, buttonStyle } from '@/components/ui/button';
import { Empty } from '@/components/ui/states';
import { formatAgo, toMs } from '@/lib/format';
import { useScope } from '@/lib/scope';

const HOUR_MS = 3_600_000;

interface Props {
  what: string;
  /** What else may be the reason, when calls did come: how they are given what is missing. */
  none?: ReactNode;
}

/** An empty page explains itself: nothing ever came, or it lies in another part of time. */
export function NothingHere({ what, none }: Props) {
  const { scope, projects, setProject, setRange } = useScope();
  const status = useQuery(statusQuery(scope.project));
  const last = toMs(status.data?.calls.last_time ?? status.data?.spans.last_time);
  if (status.isPending) return null;
  if (last !== null) {
    return (
      <Empty
        icon={<CalendarX2 />}
        title={`No ${what} in this time range`}
        actions={
          <Button
            look="primary"
            onClick={() => setRange({ kind: 'absolute', from: last - 6 * HOUR_MS, to: last + 60_000 })}
          >
            Show the newest
          </Button>
        }
      >
        The newest call in project {scope.project} is from {formatAgo(last, scope.now)}.
        {none ? <div className="mt-2">{none}</div> : null}
      </Empty>
    );
  }
  const demo = projects.find((item) => item.demo && item.name !== scope.project);
  return (
    <Empty
      icon={<Radio />}
      title={`Nothing has reached project ${scope.project} yet`}
      actions={
        <>
          <Link to="/setup" className={buttonStyle({ look: 'primary' })}>
            <Plug /> Connect an application
          </Link>
          {demo ? <Button onClick={() => setProject(demo.name)}>Look at the demo data</Button> : null}
        </>
      }
    >
      Point any OpenTelemetry instrumentation at this server and its calls show up here within a second.
    </Empty>
  );
}
