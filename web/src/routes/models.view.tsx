import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { measuresQuery } from '@/api/measures';
import { Breakdown } from '@/components/analytics/breakdown';
import { CallPanel } from '@/components/analytics/call-panel';
import { DetailLead } from '@/components/analytics/detail-lead';
import { CompareToggle, FigurePage, useCompare } from '@/components/analytics/figure-page';
import { Panel } from '@/components/analytics/panel';
import { WholeFigures } from '@/components/analytics/whole';
import { breakdownQuestion } from '@/components/overview/questions';
import { allOf, term } from '@/lib/filter-of';
import { useScope } from '@/lib/scope';
import { readFilterText, textOf, type FilterText } from '@/lib/search-params';

interface Search extends FilterText {
  model: string;
  provider?: string;
}

export const Route = createFileRoute('/models/view')({
  validateSearch(search: Record<string, unknown>): Search {
    const provider = textOf(search, 'provider');
    return {
      ...readFilterText(search),
      model: textOf(search, 'model') ?? '',
      ...(provider === undefined ? {} : { provider }),
    };
  },
  component: ModelPage,
});

/** One model: how it does, what it costs, who uses it. Four questions and the newest calls. */
function ModelPage() {
  const { model, provider, filter = '' } = Route.useSearch();
  const { scope } = useScope();
  const [compare, setCompare] = useCompare();
  const own = allOf(filter, term('model', model), provider === undefined ? null : term('provider', provider));
  const services = useQuery(measuresQuery(scope, breakdownQuestion(own, compare, ['service'])));
  const endpoints = useQuery(measuresQuery(scope, breakdownQuestion(own, compare, ['endpoint'])));
  return (
    <FigurePage
      title={model}
      lead={
        <DetailLead
          back={
            <Link to="/models" className="hover:underline">
              Models
            </Link>
          }
          note={provider}
        />
      }
      filter={filter}
      busy={services.isFetching}
      error={services.error}
      actions={<CompareToggle value={compare} onChange={setCompare} />}
    >
      <WholeFigures filter={own} compare={compare}>
        <div className="grid gap-3 lg:grid-cols-2">
          <Panel title="Services" query={services}>
            {(answer) => (
              <Breakdown title="Used by services" singular="Service" dimension="service" answer={answer} filter={own} />
            )}
          </Panel>
          <Panel title="Endpoints" query={endpoints}>
            {(answer) => (
              <Breakdown
                title="Used by endpoints"
                singular="Endpoint"
                dimension="endpoint"
                answer={answer}
                filter={own}
              />
            )}
          </Panel>
        </div>
        <CallPanel title="Newest calls" filter={own} order="time" />
      </WholeFigures>
    </FigurePage>
  );
}
