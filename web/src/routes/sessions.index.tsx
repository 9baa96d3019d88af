import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute, useRouter } from '@tanstack/react-router';
import { useMemo } from 'react';
import { isGroupOrder, sessionsQuery, type GroupOrder, type SessionSummary } from '@/api/groups';
import { sessionColumns } from '@/components/sessions/columns';
import { GroupList } from '@/components/sessions/group-list';
import { useScope } from '@/lib/scope';
import { keep, readFilterText, type FilterText } from '@/lib/search-params';

interface Search extends FilterText {
  order?: GroupOrder;
}

export const Route = createFileRoute('/sessions/')({
  validateSearch: (search: Record<string, unknown>): Search => ({
    ...readFilterText(search),
    ...(isGroupOrder(search.order) ? { order: search.order } : {}),
  }),
  component: SessionsPage,
});

function SessionsPage() {
  const { filter = '', order = 'time' } = Route.useSearch();
  const navigate = Route.useNavigate();
  const router = useRouter();
  const { scope } = useScope();
  const query = useInfiniteQuery(sessionsQuery(scope, filter, order));
  const columns = useMemo(() => sessionColumns(scope.now), [scope.now]);
  const open = (row: SessionSummary, newTab: boolean) => {
    const target = {
      to: '/sessions/view',
      search: (old: { project?: string; range?: string }) => ({
        ...keep(old),
        project: row.project,
        session: row.session_id,
      }),
    } as const;
    if (newTab) window.open(router.buildLocation(target).href, '_blank', 'noopener');
    else void navigate(target);
  };
  return (
    <GroupList
      title="Sessions"
      noun="sessions"
      filter={filter}
      order={order}
      onOrder={(next) => void navigate({ search: (old) => ({ ...old, order: next }) })}
      query={query}
      columns={columns}
      rowKey={(row) => `${row.project}/${row.session_id}`}
      onOpen={open}
      none={
        <>
          No call of this range names a session. Give it with <code>sonde.context(session=…)</code>, or the attribute{' '}
          <code>gen_ai.conversation.id</code> or <code>session.id</code>.
        </>
      }
    />
  );
}
