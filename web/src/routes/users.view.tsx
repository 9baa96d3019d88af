import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { sessionsQuery } from '@/api/groups';
import { measuresQuery } from '@/api/measures';
import { Breakdown, ModelName } from '@/components/analytics/breakdown';
import { CallPanel } from '@/components/analytics/call-panel';
import { DetailLead } from '@/components/analytics/detail-lead';
import { CompareToggle, FigurePage, useCompare } from '@/components/analytics/figure-page';
import { Panel } from '@/components/analytics/panel';
import { WholeFigures } from '@/components/analytics/whole';
import { breakdownQuestion } from '@/components/overview/questions';
import { SessionTable } from '@/components/sessions/session-table';
import { allOf, term } from '@/lib/filter-of';
import { useScope } from '@/lib/scope';
import { readFilterText, textOf, type FilterText } from '@/lib/search-params';

interface Search extends FilterText {
  user: string;
}

export const Route = createFileRoute('/users/view')({
  validateSearch: (search: Record<string, unknown>): Search => ({
    ...readFilterText(search),
    user: textOf(search, 'user') ?? '',
  }),
  component: UserPage,
});

const SESSIONS = 20;

/** One user: figures, models, slowest and dearest calls, sessions. */
function UserPage() {
  const { filter = '', user: userId } = Route.useSearch();
  const { scope } = useScope();
  const [compare, setCompare] = useCompare();
  const own = allOf(filter, term('user', userId));
  const models = useQuery(measuresQuery(scope, breakdownQuestion(own, compare, ['provider', 'model'])));
  const sessions = useInfiniteQuery(sessionsQuery(scope, own, 'time', SESSIONS));
  return (
    <FigurePage
      title={userId}
      lead={
        <DetailLead
          note="user"
          back={
            <Link to="/users" className="hover:underline">
              Users
            </Link>
          }
        />
      }
      filter={filter}
      busy={models.isFetching}
      error={models.error}
      actions={<CompareToggle value={compare} onChange={setCompare} />}
    >
      <WholeFigures filter={own} compare={compare}>
        <CallPanel title="Slowest calls" filter={own} order="duration" limit={5} />
        <CallPanel title="Dearest calls" filter={own} order="cost" limit={5} />
        <Panel title="Models" query={models}>
          {(answer) => (
            <Breakdown
              title="Models"
              singular="Model"
              dimension="model"
              answer={answer}
              filter={own}
              compare={compare}
              name={(group, text) => <ModelName group={group} text={text} />}
            />
          )}
        </Panel>
        <Panel title="Sessions" query={sessions}>
          {(data) => (
            <SessionTable
              title="Sessions"
              note={data.pages[0]?.next_cursor ? `newest ${SESSIONS}` : 'newest first'}
              rows={data.pages[0]?.items ?? []}
              now={scope.now}
            />
          )}
        </Panel>
      </WholeFigures>
    </FigurePage>
  );
}
