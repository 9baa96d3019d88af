import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute, useRouter } from '@tanstack/react-router';
import { useMemo } from 'react';
import { isGroupOrder, usersQuery, type GroupOrder, type UserSummary } from '@/api/groups';
import { userColumns } from '@/components/sessions/columns';
import { GroupList } from '@/components/sessions/group-list';
import { useScope } from '@/lib/scope';
import { keep, readFilterText, type FilterText } from '@/lib/search-params';

interface Search extends FilterText {
  order?: GroupOrder;
}

export const Route = createFileRoute('/users/')({
  validateSearch: (search: Record<string, unknown>): Search => ({
    ...readFilterText(search),
    ...(isGroupOrder(search.order) ? { order: search.order } : {}),
  }),
  component: UsersPage,
});

function UsersPage() {
  const { filter = '', order = 'cost' } = Route.useSearch();
  const navigate = Route.useNavigate();
  const router = useRouter();
  const { scope } = useScope();
  const query = useInfiniteQuery(usersQuery(scope, filter, order));
  const columns = useMemo(() => userColumns(scope.now), [scope.now]);
  const open = (row: UserSummary, newTab: boolean) => {
    const target = {
      to: '/users/view',
      search: (old: { project?: string; range?: string }) => ({
        ...keep(old),
        project: row.project,
        user: row.user_id,
      }),
    } as const;
    if (newTab) window.open(router.buildLocation(target).href, '_blank', 'noopener');
    else void navigate(target);
  };
  return (
    <GroupList
      title="Users"
      noun="users"
      filter={filter}
      order={order}
      onOrder={(next) => void navigate({ search: (old) => ({ ...old, order: next }) })}
      query={query}
      columns={columns}
      rowKey={(row) => `${row.project}/${row.user_id}`}
      onOpen={open}
      none={
        <>
          No call of this range names a user. Give it with <code>sonde.context(user=…)</code>, or the attribute{' '}
          <code>user.id</code>.
        </>
      }
    />
  );
}
