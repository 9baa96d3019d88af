import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { measuresQuery, type Group } from '@/api/measures';
import { Breakdown, ModelName } from '@/components/analytics/breakdown';
import {
  callsColumn,
  changeColumn,
  costColumn,
  errorsColumn,
  measureColumn,
  p50Column,
  p95Column,
} from '@/components/analytics/cells';
import { Explore } from '@/components/analytics/explore';
import type { FigureColumn } from '@/components/analytics/figure-table';
import { CompareToggle, FigurePage, useCompare } from '@/components/analytics/figure-page';
import { Panel } from '@/components/analytics/panel';
import { NothingHere } from '@/components/project/nothing-here';
import { formatCompact, formatDuration, formatPercent, formatUsd } from '@/lib/format';
import { useScope } from '@/lib/scope';
import { readFilterText } from '@/lib/search-params';

export const Route = createFileRoute('/models/')({ validateSearch: readFilterText, component: ModelsPage });

const MEASURES = [
  'calls',
  'error_rate',
  'latency_p50_ms',
  'latency_p95_ms',
  'ttft_p50_ms',
  'output_tokens_per_second',
  'input_tokens',
  'output_tokens',
  'prompt_cache_rate',
  'truncation_rate',
  'tool_call_rate',
  'cost_usd',
  'cost_per_call_avg_usd',
  'unpriced_calls',
] as const;

const COLUMNS: readonly FigureColumn<Group>[] = [
  errorsColumn,
  p50Column,
  p95Column,
  measureColumn('ttft_p50_ms', 'First token', formatDuration, 'Time to the first token, of streamed calls: the median'),
  measureColumn('output_tokens_per_second', 'Tokens/s', formatCompact, 'Output tokens a second while answering'),
  measureColumn('input_tokens', 'Input', formatCompact, 'Input tokens, cached ones too'),
  measureColumn('output_tokens', 'Output', formatCompact, 'Output tokens, reasoning too'),
  measureColumn('prompt_cache_rate', 'Cache read', formatPercent, 'Input tokens that came from the prompt cache'),
  measureColumn('truncation_rate', 'Truncated', formatPercent, 'Answers cut at the token limit'),
  measureColumn('tool_call_rate', 'Tool calls', formatPercent, 'Calls that asked for a tool'),
  measureColumn('cost_per_call_avg_usd', 'Per call', formatUsd, 'Mean cost of a priced call'),
];

const MODELS_MAX = 200;

function ModelsPage() {
  const { filter = '' } = Route.useSearch();
  const { scope } = useScope();
  const [compare, setCompare] = useCompare();
  const query = useQuery(
    measuresQuery(scope, {
      measures: MEASURES,
      dimensions: ['provider', 'model'],
      ...(filter === '' ? {} : { filter }),
      compare,
      limit: MODELS_MAX,
      other: true,
      order: { measure: 'cost_usd', descending: true },
    }),
  );
  const nothing = query.data !== undefined && !query.isPlaceholderData && query.data.groups.length === 0;
  return (
    <FigurePage
      title="Models"
      filter={filter}
      busy={query.isFetching}
      error={query.error}
      actions={<CompareToggle value={compare} onChange={setCompare} />}
    >
      {nothing ? filter === '' ? <NothingHere what="calls" /> : <FigurePage.NoMatch /> : null}
      {nothing ? null : (
        <div className="flex flex-col gap-3">
          <Panel title="Models" query={query} height="h-96">
            {(answer) => (
              <Breakdown
                title="Models"
                singular="Model"
                dimension="model"
                note={`${answer.groups.length} by provider, dearest first`}
                answer={answer}
                filter={filter}
                columns={[callsColumn, costColumn, ...(compare ? [changeColumn] : []), ...COLUMNS]}
                shown={50}
                name={(group, text) => <ModelName group={group} text={text} />}
              />
            )}
          </Panel>
          <Explore filter={filter} measure="latency_p95_ms" dimension="model" />
        </div>
      )}
    </FigurePage>
  );
}
