import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { MessagesSquare } from 'lucide-react';
import { sessionQuery, type SessionDetail } from '@/api/groups';
import { ApiError } from '@/api/problem';
import { DetailLead } from '@/components/analytics/detail-lead';
import { CallsLink } from '@/components/analytics/links';
import { Sub, Tile } from '@/components/analytics/tile';
import { Page } from '@/components/shell/page';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Empty, Failure, Skeleton } from '@/components/ui/states';
import { allOf, term } from '@/lib/filter-of';
import {
  formatCompact,
  formatCount,
  formatDuration,
  formatMinute,
  formatUsd,
  formatUsdExact,
  toMs,
} from '@/lib/format';
import { useScope } from '@/lib/scope';
import { UserCell } from './columns';
import { Turn } from './turn';

/** One session: what it cost, and its turns in order. */
export function SessionPage({ sessionId }: { sessionId: string }) {
  const { scope } = useScope();
  const query = useInfiniteQuery(sessionQuery(scope.project, sessionId));
  const session = query.data?.pages[0];
  const turns = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page
      title={sessionId}
      lead={
        <DetailLead
          note="session"
          back={
            <Link to="/sessions" className="hover:underline">
              Sessions
            </Link>
          }
        />
      }
      actions={<CopyButton text={sessionId} label="Copy the session's id" />}
    >
      {query.isPending ? (
        <div className="flex flex-col gap-3" aria-busy="true" aria-label="Loading">
          <Skeleton className="h-28" />
          <Skeleton className="h-48" />
          <Skeleton className="h-48" />
        </div>
      ) : null}
      {query.isError && session === undefined ? (
        ApiError.from(query.error).status === 404 ? (
          <Empty
            icon={<MessagesSquare />}
            title={`There is no such session in project ${scope.project}`}
            actions={<Link to="/sessions">All sessions</Link>}
          />
        ) : (
          <Failure error={query.error} what="The session" onRetry={() => void query.refetch()} />
        )
      ) : null}
      {session ? (
        <div className="mx-auto flex max-w-6xl flex-col gap-3">
          <Head session={session} />
          {session.content ? null : (
            <p className="text-sm text-ink-3">This key may not see content: previews are left out.</p>
          )}
          <ol className="flex flex-col gap-3" aria-label="Turns">
            {turns.map((turn, index) => (
              <Turn key={turn.trace_id} turn={turn} number={index + 1} total={Number(session.cost_usd ?? 0)} />
            ))}
          </ol>
          {query.hasNextPage ? (
            <Button
              className="self-center"
              disabled={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              {query.isFetchingNextPage
                ? 'Loading…'
                : `Show more turns (${formatCount(turns.length)} of ${formatCount(session.turns)})`}
            </Button>
          ) : null}
        </div>
      ) : null}
    </Page>
  );
}

function Head({ session }: { session: SessionDetail }) {
  const from = toMs(session.time) ?? 0;
  const to = toMs(session.end_time) ?? 0;
  const own = term('session', session.session_id);
  return (
    <div className="grid grid-cols-2 gap-3 md:grid-cols-4">
      <Tile label="Turns" value={formatCompact(session.turns)}>
        <Sub name="calls" value={formatCompact(session.calls)} />
        {session.errors > 0 ? (
          <CallsLink filter={allOf(own, 'status:error')} className="text-error hover:underline">
            {formatCount(session.errors)} failed
          </CallsLink>
        ) : null}
      </Tile>
      <Tile label="Cost" value={formatUsd(session.cost_usd)} exact={formatUsdExact(session.cost_usd)}>
        {session.turns > 0 && session.cost_usd !== null ? (
          <Sub name="per turn" value={formatUsd(Number(session.cost_usd) / session.turns)} />
        ) : null}
        {session.unpriced_calls > 0 ? (
          <span className="text-warn">+ {formatCompact(session.unpriced_calls)} unpriced</span>
        ) : null}
      </Tile>
      <Tile label="Tokens" value={formatCompact(session.total_tokens)}>
        <Sub name="in" value={formatCompact(session.input_tokens)} />
        <Sub name="out" value={formatCompact(session.output_tokens)} />
      </Tile>
      <Tile label="From first to last" value={formatDuration(to - from)}>
        <span className="text-ink-3">{formatMinute(from)}</span>
      </Tile>
      <div className="col-span-full flex flex-wrap gap-x-5 gap-y-1 text-xs text-ink-2">
        {session.user_id === null ? null : (
          <span className="inline-flex min-w-0 max-w-full gap-1.5">
            <span className="text-ink-3">user</span>
            <UserCell userId={session.user_id} project={session.project} />
          </span>
        )}
        <span className="min-w-0 wrap-anywhere">
          <span className="text-ink-3">services</span> {session.services.join(', ')}
        </span>
        <span className="min-w-0 wrap-anywhere">
          <span className="text-ink-3">models</span> {session.models.join(', ')}
        </span>
        <CallsLink filter={own} className="text-accent hover:underline">
          All its calls
        </CallsLink>
      </div>
    </div>
  );
}
