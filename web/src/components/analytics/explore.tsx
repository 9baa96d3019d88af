import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { catalogueQuery, measuresQuery } from '@/api/measures';
import { ChartCard } from '@/components/charts/chart-card';
import { sumLine } from '@/components/overview/charts';
import { axisFormatOf, formatOf, frameOf, isSum, stepName } from '@/lib/answer';
import { useScope } from '@/lib/scope';
import { Panel } from './panel';
import { DimensionPicker, MeasurePicker } from './pickers';
import { groupSeries, measureSeries } from './series';

/** Dimensions with few enough values to be told apart in a chart. */
export const GROUPABLE = [
  'model',
  'provider',
  'service',
  'environment',
  'endpoint',
  'operation',
  'release',
  'prompt_name',
  'user',
  'status',
  'error_type',
  'finish_reason',
] as const;

const SERIES_MAX = 8;

interface Props {
  filter: string;
  measure: string;
  dimension: string;
}

/** Any measure of the catalogue by any dimension over time. */
export function Explore({ filter, measure: first, dimension: by }: Props) {
  const { scope, setRange } = useScope();
  const [measure, setMeasure] = useState(first);
  const [dimension, setDimension] = useState(by);
  const catalogue = useQuery(catalogueQuery);
  const entry = catalogue.data?.measures.find((item) => item.name === measure);
  const query = useQuery(
    measuresQuery(scope, {
      measures: measure === 'calls' ? ['calls'] : [measure, 'calls'],
      dimensions: [dimension],
      ...(filter === '' ? {} : { filter }),
      interval: 'auto',
      limit: SERIES_MAX,
      other: true,
      order: { measure: isSum(measure) ? measure : 'calls', descending: true },
    }),
  );
  return (
    <Panel title="Trend" query={query}>
      {(answer) => {
        const frame = frameOf(answer);
        const groups = groupSeries(answer, measure, dimension);
        const series =
          groups.length > 0
            ? groups
            : measureSeries(answer, [{ measure, name: 'All', color: 'blue', kind: isSum(measure) ? 'bar' : 'line' }]);
        return (
          <ChartCard
            title="Trend"
            unit={entry ? `${entry.title.toLowerCase()}${isSum(measure) ? ` per ${stepName(frame.stepMs)}` : ''}` : ''}
            series={series}
            format={formatOf(measure)}
            formatAxis={axisFormatOf(measure)}
            {...(isSum(measure) ? { extra: sumLine(series, formatOf(measure)) } : {})}
            onZoom={(from, to) => setRange({ kind: 'absolute', from, to })}
            actions={
              <>
                <MeasurePicker label="Measure" value={measure} onChange={setMeasure} />
                <DimensionPicker label="Group by" value={dimension} onChange={setDimension} names={GROUPABLE} />
              </>
            }
            {...frame}
          />
        );
      }}
    </Panel>
  );
}
