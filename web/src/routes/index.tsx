import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { measuresQuery } from '@/api/measures';
import { Breakdown, errorTypeColumns, ModelName } from '@/components/analytics/breakdown';
import { FigurePage, CompareToggle, useCompare } from '@/components/analytics/figure-page';
import { Panel } from '@/components/analytics/panel';
import { groupSeries } from '@/components/analytics/series';
import { Annotated } from '@/components/charts/annotations';
import { CursorProvider } from '@/components/charts/cursor';
import { CallsChart, CostChart, costSeries, LatencyChart, TokensChart } from '@/components/overview/charts';
import { breakdownQuestion, mainQuestion } from '@/components/overview/questions';
import { Tiles, TilesSkeleton } from '@/components/overview/tiles';
import { NothingHere } from '@/components/project/nothing-here';
import { Select } from '@/components/ui/field';
import { Failure } from '@/components/ui/states';
import { numberOf } from '@/lib/answer';
import { allOf } from '@/lib/filter-of';
import { useScope } from '@/lib/scope';
import { readFilterText } from '@/lib/search-params';

export const Route = createFileRoute('/')({
  validateSearch: readFilterText,
  component: OverviewPage,
});

const failedOf = (filter: string) => allOf(filter, 'status:error');

/** Five questions, one for each kind of panel: they wait, fail and are asked again by themselves. */
function OverviewPage() {
  const { filter = '' } = Route.useSearch();
  const { scope, setRange } = useScope();
  const [compare, setCompare] = useCompare();
  const [costBy, setCostBy] = useState<'type' | 'model'>('type');

  const main = useQuery(measuresQuery(scope, mainQuestion(filter, compare)));
  const models = useQuery(
    measuresQuery(scope, breakdownQuestion(filter, compare, ['provider', 'model'], { interval: 'auto' })),
  );
  const services = useQuery(measuresQuery(scope, breakdownQuestion(filter, compare, ['service'])));
  const endpoints = useQuery(measuresQuery(scope, breakdownQuestion(filter, compare, ['endpoint'])));
  const errors = useQuery(
    measuresQuery(scope, {
      ...breakdownQuestion(failedOf(filter), false, ['error_type']),
      measures: ['errors', 'calls', 'latency_p50_ms'],
      order: { measure: 'errors', descending: true },
    }),
  );

  const onZoom = (from: number, to: number) => setRange({ kind: 'absolute', from, to });
  const nothing = main.data !== undefined && !main.isPlaceholderData && numberOf(main.data.totals, 'calls') === 0;
  return (
    <FigurePage
      title="Overview"
      filter={filter}
      busy={main.isFetching}
      error={main.error}
      actions={<CompareToggle value={compare} onChange={setCompare} />}
    >
      {nothing && filter === '' ? <NothingHere what="calls" /> : null}
      {nothing && filter !== '' ? <FigurePage.NoMatch /> : null}
      {nothing ? null : (
        <div className="flex flex-col gap-3">
          {main.isPending ? <TilesSkeleton /> : null}
          {main.isError && main.data === undefined ? (
            <Failure className="card" error={main.error} what="The figures" onRetry={() => void main.refetch()} />
          ) : null}
          {main.data ? <Tiles answer={main.data} filter={filter} /> : null}
          <Annotated>
            <CursorProvider>
              <div className="grid gap-3 lg:grid-cols-2">
                {main.isError && main.data === undefined ? null : (
                  <>
                    <Panel title="Calls" query={main}>
                      {(answer) => <CallsChart answer={answer} onZoom={onZoom} />}
                    </Panel>
                    <Panel title="Latency" query={main}>
                      {(answer) => <LatencyChart answer={answer} onZoom={onZoom} />}
                    </Panel>
                    <Panel title="Tokens" query={main}>
                      {(answer) => <TokensChart answer={answer} onZoom={onZoom} />}
                    </Panel>
                  </>
                )}
                <Panel title="Cost" query={costBy === 'type' ? main : models}>
                  {(answer) => (
                    <CostChart
                      answer={answer}
                      series={costBy === 'type' ? costSeries(answer) : groupSeries(answer, 'cost_usd', 'model')}
                      onZoom={onZoom}
                      actions={
                        <Select
                          aria-label="Cost by"
                          className="h-7 py-0 text-xs"
                          value={costBy}
                          onChange={(event) => setCostBy(event.target.value === 'model' ? 'model' : 'type')}
                        >
                          <option value="type">by token type</option>
                          <option value="model">by model</option>
                        </Select>
                      }
                    />
                  )}
                </Panel>
              </div>
            </CursorProvider>
          </Annotated>
          <Panel title="Models" query={models}>
            {(answer) => (
              <Breakdown
                title="Models"
                singular="Model"
                dimension="model"
                note="by cost"
                answer={answer}
                filter={filter}
                compare={compare}
                name={(group, text) => <ModelName group={group} text={text} />}
              />
            )}
          </Panel>
          <div className="grid gap-3 lg:grid-cols-2">
            <Panel title="Services" query={services}>
              {(answer) => (
                <Breakdown title="Services" singular="Service" dimension="service" answer={answer} filter={filter} />
              )}
            </Panel>
            <Panel title="Endpoints" query={endpoints}>
              {(answer) => (
                <Breakdown title="Endpoints" singular="Endpoint" dimension="endpoint" answer={answer} filter={filter} />
              )}
            </Panel>
          </div>
          <Panel title="Error types" query={errors} height="h-24">
            {(answer) => (
              <Breakdown
                title="Error types"
                singular="Error type"
                dimension="error_type"
                answer={answer}
                filter={failedOf(filter)}
                share="errors"
                columns={errorTypeColumns}
                empty="No call failed in this range."
              />
            )}
          </Panel>
        </div>
      )}
    </FigurePage>
  );
}
