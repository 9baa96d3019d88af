import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { catalogueQuery, measuresQuery, type QueryAnswer } from '@/api/measures';
import { Breakdown, ModelName } from '@/components/analytics/breakdown';
import { CallPanel } from '@/components/analytics/call-panel';
import { callsColumn, changeColumn, costColumn, measureColumn } from '@/components/analytics/cells';
import { GROUPABLE } from '@/components/analytics/explore';
import { FigurePage } from '@/components/analytics/figure-page';
import { CallsLink } from '@/components/analytics/links';
import { Panel } from '@/components/analytics/panel';
import { DimensionPicker } from '@/components/analytics/pickers';
import { groupSeries } from '@/components/analytics/series';
import { sparkClass, Sub, Tile } from '@/components/analytics/tile';
import { CursorProvider } from '@/components/charts/cursor';
import { HeatmapCard } from '@/components/charts/heatmap';
import { Sparkline } from '@/components/charts/sparkline';
import { CostChanges } from '@/components/costs/changes';
import { UnpricedModels } from '@/components/costs/unpriced';
import { CostChart, costSeries } from '@/components/overview/charts';
import { TilesSkeleton } from '@/components/overview/tiles';
import { NothingHere } from '@/components/project/nothing-here';
import { numberOf, seriesOf } from '@/lib/answer';
import { allOf } from '@/lib/filter-of';
import { formatCompact, formatCount, formatPercent, formatUsd, formatUsdExact } from '@/lib/format';
import { heatCells } from '@/lib/heat';
import { useScope } from '@/lib/scope';
import { readFilterText, textOf, type FilterText } from '@/lib/search-params';

interface Search extends FilterText {
  by?: string;
}

export const Route = createFileRoute('/costs')({
  validateSearch(search: Record<string, unknown>): Search {
    const by = textOf(search, 'by');
    return { ...readFilterText(search), ...(by === undefined ? {} : { by }) };
  },
  component: CostsPage,
});

const WHOLE = [
  'cost_usd',
  'input_cost_usd',
  'output_cost_usd',
  'calls',
  'cost_per_call_avg_usd',
  'cost_per_call_max_usd',
  'cost_per_1k_tokens_usd',
  'cost_per_user_usd',
  'cost_per_session_usd',
  'saved_usd',
  'unpriced_calls',
  'unpriced_rate',
] as const;
const HOURS_OF_A_WEEK = 168;

/** Where the money goes, and why it is more than before. Five questions, one of them the dearest calls. */
function CostsPage() {
  const { filter = '', by = 'model' } = Route.useSearch();
  const navigate = Route.useNavigate();
  const { scope, setRange } = useScope();
  const filtered = filter === '' ? {} : { filter };
  const catalogue = useQuery(catalogueQuery);
  const title = catalogue.data?.dimensions.find((item) => item.name === by)?.title ?? by;

  const whole = useQuery(measuresQuery(scope, { measures: WHOLE, ...filtered, interval: 'auto', compare: true }));
  const parts = useQuery(
    measuresQuery(scope, {
      measures: ['cost_usd', 'calls', 'cost_per_call_avg_usd', 'total_tokens', 'unpriced_calls'],
      dimensions: by === 'model' ? ['provider', 'model'] : [by],
      ...filtered,
      interval: 'auto',
      compare: true,
      limit: 12,
      other: true,
      order: { measure: 'cost_usd', descending: true },
    }),
  );
  const hours = useQuery(
    measuresQuery(scope, {
      measures: ['calls', 'cost_usd'],
      dimensions: ['weekday', 'hour'],
      ...filtered,
      limit: HOURS_OF_A_WEEK,
      other: false,
    }),
  );
  const unpriced = useQuery(
    measuresQuery(scope, {
      measures: ['calls', 'total_tokens', 'errors'],
      dimensions: ['provider', 'model'],
      filter: allOf(filter, 'cost_state:unpriced'),
      limit: 50,
      other: true,
      order: { measure: 'calls', descending: true },
    }),
  );

  const onZoom = (from: number, to: number) => setRange({ kind: 'absolute', from, to });
  const nothing = whole.data !== undefined && !whole.isPlaceholderData && numberOf(whole.data.totals, 'calls') === 0;
  const picker = (
    <DimensionPicker
      label="Break the cost down by"
      value={by}
      names={GROUPABLE}
      onChange={(next) => void navigate({ search: (old) => ({ ...old, by: next }), replace: true })}
    />
  );
  return (
    <FigurePage
      title="Costs"
      filter={filter}
      busy={whole.isFetching}
      error={whole.error}
      actions={
        <label className="flex items-center gap-1.5 text-xs text-ink-2">
          <span className="max-sm:sr-only">by</span>
          {picker}
        </label>
      }
    >
      {nothing ? filter === '' ? <NothingHere what="calls" /> : <FigurePage.NoMatch /> : null}
      {nothing ? null : (
        <div className="flex flex-col gap-3">
          {whole.isPending ? <TilesSkeleton count={4} /> : null}
          {whole.data ? <CostTiles answer={whole.data} filter={filter} /> : null}
          <CursorProvider>
            <div className="grid gap-3 lg:grid-cols-2">
              <Panel title="Cost by token type" query={whole}>
                {(answer) => (
                  <CostChart title="Cost by token type" answer={answer} series={costSeries(answer)} onZoom={onZoom} />
                )}
              </Panel>
              <Panel title="Cost over time" query={parts}>
                {(answer) => (
                  <CostChart
                    title={`Cost by ${title.toLowerCase()}`}
                    answer={answer}
                    series={groupSeries(answer, 'cost_usd', by, title)}
                    onZoom={onZoom}
                  />
                )}
              </Panel>
            </div>
          </CursorProvider>
          <Panel title="What changed most" query={parts}>
            {(answer) => <CostChanges answer={answer} dimension={by} title={title} filter={filter} />}
          </Panel>
          <Panel title="Where it goes" query={parts}>
            {(answer) => (
              <Breakdown
                title="Where it goes"
                note={`by ${title.toLowerCase()}`}
                singular={title}
                dimension={by}
                colored
                answer={answer}
                filter={filter}
                columns={[
                  callsColumn,
                  measureColumn('total_tokens', 'Tokens', formatCompact),
                  measureColumn('cost_per_call_avg_usd', 'Per call', formatUsd, 'Mean cost of a priced call'),
                  shareColumn(answer),
                  changeColumn,
                  costColumn,
                ]}
                {...(by === 'model' ? { name: (group, text) => <ModelName group={group} text={text} /> } : {})}
              />
            )}
          </Panel>
          <CallPanel title="Most expensive calls" filter={filter} order="cost" />
          <div className="grid gap-3 xl:grid-cols-2">
            <Panel title="Cost by hour" query={hours}>
              {(answer) => (
                <HeatmapCard
                  title="Cost by hour"
                  unit="and weekday, USD"
                  cells={heatCells(answer.groups, 'cost_usd')}
                  format={formatUsd}
                  color="amber"
                />
              )}
            </Panel>
            <Panel title="Calls by hour" query={hours}>
              {(answer) => (
                <HeatmapCard
                  title="Calls by hour"
                  unit="and weekday"
                  cells={heatCells(answer.groups, 'calls')}
                  format={formatCompact}
                  color="blue"
                />
              )}
            </Panel>
          </div>
          <Panel title="Unpriced models" query={unpriced} height="h-24">
            {(answer) => <UnpricedModels answer={answer} filter={filter} />}
          </Panel>
        </div>
      )}
    </FigurePage>
  );
}

function shareColumn(answer: QueryAnswer) {
  const all = numberOf(answer.totals, 'cost_usd') ?? 0;
  return {
    ...measureColumn('cost_usd', 'Share', () => '', 'Of the cost of the range'),
    id: 'share',
    cell: (group: QueryAnswer['groups'][number]) =>
      formatPercent(all > 0 ? (numberOf(group.totals, 'cost_usd') ?? 0) / all : null),
  };
}

function CostTiles({ answer, filter }: { answer: QueryAnswer; filter: string }) {
  const now = (measure: string) => numberOf(answer.totals, measure);
  const before = (measure: string) => numberOf(answer.previous, measure);
  const unpriced = now('unpriced_calls') ?? 0;
  return (
    <div className="grid grid-cols-2 gap-3 md:grid-cols-4">
      <Tile
        label="Cost"
        value={formatUsd(now('cost_usd'))}
        exact={formatUsdExact(answer.totals.cost_usd)}
        current={now('cost_usd')}
        previous={before('cost_usd')}
        previousText={formatUsd(before('cost_usd'))}
        good="less"
        spark={<Sparkline className={sparkClass} color="amber" values={seriesOf(answer, 'cost_usd')} />}
      >
        <Sub name="before" value={formatUsd(before('cost_usd'))} />
      </Tile>
      <Tile
        label="Cost per call"
        value={formatUsd(now('cost_per_call_avg_usd'))}
        current={now('cost_per_call_avg_usd')}
        previous={before('cost_per_call_avg_usd')}
        previousText={formatUsd(before('cost_per_call_avg_usd'))}
        good="less"
        spark={<Sparkline className={sparkClass} color="teal" values={seriesOf(answer, 'cost_per_call_avg_usd')} />}
      >
        <Sub name="max" value={formatUsd(now('cost_per_call_max_usd'))} />
        <Sub name="per 1k tokens" value={formatUsd(now('cost_per_1k_tokens_usd'))} />
      </Tile>
      <Tile
        label="Cost per user"
        value={formatUsd(now('cost_per_user_usd'))}
        current={now('cost_per_user_usd')}
        previous={before('cost_per_user_usd')}
        previousText={formatUsd(before('cost_per_user_usd'))}
        good="less"
      >
        <Sub name="per session" value={formatUsd(now('cost_per_session_usd'))} />
        {(now('saved_usd') ?? 0) > 0 ? <Sub name="saved by cache" value={formatUsd(now('saved_usd'))} /> : null}
      </Tile>
      <Tile
        label="Unpriced"
        value={formatPercent(now('unpriced_rate'))}
        current={now('unpriced_rate')}
        previous={before('unpriced_rate')}
        previousText={formatPercent(before('unpriced_rate'))}
        good="less"
        spark={<Sparkline className={sparkClass} color="rust" values={seriesOf(answer, 'unpriced_calls')} />}
      >
        {unpriced > 0 ? (
          <CallsLink filter={allOf(filter, 'cost_state:unpriced')} className="text-warn hover:underline">
            {formatCount(unpriced)} unpriced {unpriced === 1 ? 'call' : 'calls'}
          </CallsLink>
        ) : (
          <span className="text-ink-3">every call is priced</span>
        )}
      </Tile>
    </div>
  );
}
