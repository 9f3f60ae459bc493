// Turns the charts' data into options of ECharts. No chart is drawn here: what a kind looks like is said in ECharts' own terms.
(() => {
  'use strict';
  const charts = JSON.parse(document.getElementById('charts').textContent);
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  let drawn = [];

  const number = value => value === null || value === undefined ? '–' : Number(value.toPrecision(5)).toString();
  const axis = (name, more) => Object.assign(
    { type: 'value', name, nameLocation: 'middle', nameGap: 30, scale: true }, more);
  const base = chart => ({
    animation: !still,
    backgroundColor: 'transparent',
    aria: { enabled: true, decal: { show: true } },
    tooltip: { trigger: 'item', confine: true, renderMode: 'richText' },
    grid: { left: 64, right: 24, top: 48, bottom: 56 },
    legend: { type: 'scroll', top: 4 },
    title: { show: false, text: chart.title }
  });

  const kinds = {
    Lines: chart => ({
      tooltip: { trigger: 'axis', confine: true, renderMode: 'richText', valueFormatter: number },
      xAxis: axis(chart.x || '', {
        type: chart.logX ? 'log' : 'value',
        minInterval: chart.series.every(line => line.points.every(p => Number.isInteger(p[0]))) ? 1 : 0
      }),
      yAxis: axis(chart.y || '', { nameGap: 46 }),
      dataZoom: [{ type: 'inside' }],
      series: chart.series.map(line => ({
        type: 'line', name: line.name, data: line.points, showSymbol: line.points.length < 25, sampling: 'lttb', connectNulls: false
      }))
    }),
    // A box without width between its quartiles: the interval as whiskers, the estimate as the middle.
    Intervals: chart => ({
      legend: { show: chart.series.length > 1, type: 'scroll', top: 4 },
      grid: { left: 12, right: 24, top: chart.series.length > 1 ? 40 : 12, bottom: 48, containLabel: true },
      xAxis: axis(chart.x || ''),
      // An axis a group: groups on one axis would stand side by side, off the row they belong to.
      yAxis: chart.series.map((_, i) => ({
        type: 'category', data: chart.rows, inverse: true, position: 'left', offset: 0, show: i === 0,
        axisLabel: { show: i === 0, width: 230, overflow: 'break', interval: 0, lineHeight: 13 }
      })),
      series: chart.series.map((group, i) => ({
        type: 'boxplot', name: group.name, boxWidth: [6, 12], yAxisIndex: i,
        data: group.points.map(p => ({ value: [p[2] ?? p[1], p[1], p[1], p[1], p[3] ?? p[1]], row: p[0] }))
          .reduce((all, one) => { all[one.row] = one.value; return all; }, chart.rows.map(() => '-'))
      }))
    }),
    Matrix: chart => {
      const cells = chart.values.flatMap((row, y) => row.map((value, x) => [x, y, value === null ? '-' : value]));
      const seen = chart.values.flat().filter(value => value !== null);
      return {
        aria: { enabled: true, decal: { show: false } },
        legend: { show: false },
        grid: { left: 12, right: 24, top: chart.y ? 32 : 12, bottom: chart.x ? 88 : 64, containLabel: true },
        xAxis: { type: 'category', data: chart.columns, name: chart.x || '', nameLocation: 'middle', nameGap: 28 },
        yAxis: { type: 'category', data: chart.rows, name: chart.y || '', inverse: true },
        visualMap: {
          min: Math.min(...seen), max: Math.max(...seen), calculable: true, show: new Set(seen).size > 1, orient: 'horizontal', left: 'center', bottom: 0,
          inRange: { color: ['#fde725', '#35b779', '#31688e', '#440154'] }, formatter: number
        },
        series: [{ type: 'heatmap', name: chart.title, data: cells, label: { show: cells.length <= 64, formatter: c => number(c.value[2]) } }]
      };
    },
    Network: chart => {
      const groups = [...new Set(chart.columns)];
      return {
        legend: { data: groups, type: 'scroll', top: 4 },
        series: [{
          type: 'graph', name: chart.title, layout: 'circular', roam: true, circular: { rotateLabel: true },
          left: '30%', right: '30%', top: '32%', bottom: '26%',
          categories: groups.map(name => ({ name })),
          data: chart.rows.map((name, i) => ({ name, category: groups.indexOf(chart.columns[i]), symbolSize: 14 })),
          links: chart.values.map(([source, target, weight]) => ({ source, target, value: weight, lineStyle: { width: 1 + 3 * Math.min(1, weight) } })),
          label: { show: chart.rows.length <= 60, fontSize: chart.rows.length <= 20 ? 11 : 9 }, emphasis: { focus: 'adjacency' }
        }]
      };
    },
    Parallel: chart => {
      const last = chart.rows.length - 1;
      const seen = chart.values.map(row => row[last]).filter(value => value !== null);
      return {
        legend: { show: false },
        parallel: { left: 48, right: 72, top: 48, bottom: 64 },
        parallelAxis: chart.rows.map((name, dim) => ({ dim, name, scale: true })),
        visualMap: {
          dimension: last, min: Math.min(...seen), max: Math.max(...seen), orient: 'horizontal', left: 'center', bottom: 0,
          inRange: { color: ['#440154', '#31688e', '#35b779', '#fde725'] }, formatter: number
        },
        series: [{ type: 'parallel', name: chart.title, lineStyle: { width: 2, opacity: 0.7 }, data: chart.values.map(row => row.map(v => v === null ? '-' : v)) }]
      };
    }
  };

  const draw = () => {
    drawn.forEach(chart => chart.dispose());
    drawn = charts.map((chart, i) => {
      const view = echarts.init(document.getElementById('chart-' + i), dark.matches ? 'dark' : null, { renderer: 'svg' });
      view.setOption(Object.assign(base(chart), kinds[chart.kind](chart)));
      return view;
    });
  };

  draw();
  dark.addEventListener('change', draw);
  window.addEventListener('resize', () => drawn.forEach(chart => chart.resize()));
})();
