/** The parts of ECharts that Sonde draws with: one chunk, loaded with the first chart. */
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { init, use as register } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

register([LineChart, BarChart, GridComponent, CanvasRenderer]);

export { init };
export type { EChartsType } from 'echarts/core';
