// Turns the charts' data into options of ECharts. No chart is drawn here: what a kind looks like is said in ECharts' own terms, in the
// colours of the page's style sheet.
(() => {
  'use strict';
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const narrow = window.matchMedia('(max-width: 40rem)');
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  let drawn = [];

  const colour = name => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  const ramp = () => ['low', 'lower', 'higher', 'high'].map(colour);
  const verdicts = {
    'reproduced': { colour: 'good', symbol: 'circle' },
    'not reproduced': { colour: 'bad', symbol: 'diamond' },
    'inconclusive': { colour: 'unsure', symbol: 'triangle' },
    'not testable here': { colour: 'quiet', symbol: 'rect' }
  };
  const number = value => value === null || value === undefined ? '–' : Number(value.toPrecision(5)).toString();

  const theme = () => {
    const [ink, quiet, line, soft] = ['ink', 'quiet', 'line', 'soft'].map(colour);
    const axes = {
      axisLine: { lineStyle: { color: quiet } }, axisTick: { lineStyle: { color: quiet } }, axisLabel: { color: ink },
      nameTextStyle: { color: ink }, splitLine: { lineStyle: { color: line } }
    };
    return {
      color: [1, 2, 3, 4, 5, 6, 7, 8].map(i => colour('s' + i)), backgroundColor: 'transparent', textStyle: { color: ink },
      legend: { textStyle: { color: ink }, inactiveColor: quiet, pageTextStyle: { color: ink }, pageIconColor: ink, pageIconInactiveColor: line },
      tooltip: { backgroundColor: soft, borderColor: line, textStyle: { color: ink } },
      visualMap: { textStyle: { color: ink } },
      valueAxis: axes, logAxis: axes, categoryAxis: axes
    };
  };

  const axis = (name, more) => Object.assign(
    { type: 'value', name, nameLocation: 'middle', nameGap: 30, scale: true, splitNumber: narrow.matches ? 3 : 5, axisLabel: { hideOverlap: true } },
    more);
  const base = chart => ({
    animation: !still,
    aria: { enabled: true, decal: { show: false } },
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
      series: chart.series.map(line => line.style === 'Points' ? { type: 'scatter', name: line.name, data: line.points, symbolSize: 7 } : {
        type: 'line', name: line.name, data: line.points, symbol: 'circle', symbolSize: 5, showSymbol: line.points.length < 25, sampling: 'lttb', connectNulls: false,
        lineStyle: { type: line.style === 'Dashed' ? 'dashed' : 'solid' }
      })
    }),
    // A marker at each estimate, over whiskers. Where rows have thresholds, each is drawn as its distance from its own, the claimed side
    // to the right, as a share of the row's largest distance: rows of unlike units can be read side by side.
    Intervals: chart => {
      const rules = chart.values;
      const largest = chart.rows.map(() => 0);
      if (rules) {
        chart.series.forEach(group => group.points.forEach(([row, ...ends]) => ends.filter(end => end !== null).forEach(end => {
          largest[row] = Math.max(largest[row], Math.abs(end - rules[row][0]));
        })));
      }
      const place = (row, value) => value === null || !rules ? value
        : largest[row] === 0 ? 0 : rules[row][1] * (value - rules[row][0]) / largest[row];
      const shown = chart.series.length > 1 || chart.series.some(group => verdicts[group.name]);
      const read = p => chart.rows[p[0]] + ': ' + number(p[1]) + (p[2] === null ? '' : ' [' + number(p[2]) + ', ' + number(p[3]) + ']');
      const whisker = (params, api) => {
        const [from, to] = [api.coord([api.value(1), api.value(0)]), api.coord([api.value(2), api.value(0)])];
        const line = (x1, y1, x2, y2) => ({
          type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: api.visual('color'), lineWidth: 2 }
        });
        return { type: 'group', children: [line(...from, ...to), ...[from, to].map(([x, y]) => line(x, y - 4, x, y + 4))] };
      };
      const look = name => verdicts[name] ? { color: colour(verdicts[name].colour) } : undefined;
      const threshold = !rules ? {} : {
        markLine: {
          silent: true, symbol: 'none', data: [{ xAxis: 0 }], lineStyle: { color: colour('ink'), type: 'solid', width: 1.5 },
          label: { formatter: 'threshold', color: colour('ink'), position: 'start' }
        },
        markArea: {
          silent: true, itemStyle: { color: colour('good'), opacity: 0.09 },
          label: { position: 'top', color: colour('good'), fontWeight: 'bold' }, data: [[{ name: 'as claimed', xAxis: 0 }, { xAxis: 1.1 }]]
        }
      };
      return {
        legend: { show: shown, type: 'scroll', top: 4 },
        grid: { left: 12, right: 24, top: (shown ? 40 : 12) + (rules ? 18 : 0), bottom: 48, containLabel: true },
        tooltip: { trigger: 'item', confine: true, renderMode: 'richText', formatter: item => item.data.read + (shown ? '\n' + item.seriesName : '') },
        xAxis: axis(chart.x || '', rules ? { min: -1.1, max: 1.1, nameGap: 22, axisLabel: { show: false }, axisTick: { show: false }, splitLine: { show: false } } : {}),
        yAxis: {
          type: 'category', data: chart.rows, inverse: true,
          axisLabel: { width: narrow.matches ? 130 : rules ? 320 : 230, overflow: 'break', interval: 0, lineHeight: 13 }
        },
        series: chart.series.flatMap((group, i) => [{
          type: 'custom', name: group.name, renderItem: whisker, clip: true, itemStyle: look(group.name), encode: { x: [1, 2], y: 0 },
          colorBy: 'series', color: theme().color[i % 8], z: 2,
          data: group.points.filter(p => p[2] !== null && p[3] !== null)
            .map(p => ({ value: [p[0], place(p[0], p[2]), place(p[0], p[3])], read: read(p) }))
        }, {
          type: 'scatter', name: group.name, symbol: verdicts[group.name] ? verdicts[group.name].symbol : 'circle', symbolSize: 9,
          itemStyle: look(group.name), color: theme().color[i % 8], z: 3,
          data: group.points.filter(p => p[1] !== null).map(p => ({ value: [place(p[0], p[1]), p[0]], read: read(p) })), ...(i === 0 ? threshold : {})
        }])
      };
    },
    Matrix: chart => {
      const cells = chart.values.flatMap((row, y) => row.map((value, x) => [x, y, value === null ? '-' : value]));
      const seen = chart.values.flat().filter(value => value !== null);
      const longest = Math.max(0, ...chart.columns.map(name => name.length));
      const turned = chart.columns.length > 8 || longest * chart.columns.length > 60;
      return {
        legend: { show: false },
        grid: { left: 12, right: 24, top: chart.y ? 32 : 12, bottom: chart.x ? 88 : 64, containLabel: true },
        xAxis: {
          type: 'category', data: chart.columns, name: chart.x || '', nameLocation: 'middle', nameGap: turned ? 16 + Math.min(110, 6.5 * longest) : 28,
          axisLabel: { interval: 0, rotate: turned ? 90 : 0, width: 110, overflow: 'truncate', fontSize: 11 }
        },
        yAxis: {
          type: 'category', data: chart.rows, name: chart.y || '', inverse: true,
          axisLabel: { interval: 0, width: narrow.matches ? 90 : 160, overflow: 'truncate', fontSize: 11 }
        },
        visualMap: {
          min: Math.min(...seen), max: Math.max(...seen), calculable: true, show: new Set(seen).size > 1, orient: 'horizontal',
          left: narrow.matches ? 12 : 'center', bottom: 0, inRange: { color: ramp() }, formatter: number
        },
        series: [{
          type: 'heatmap', name: chart.title, data: cells,
          label: { show: cells.length <= 64, formatter: c => number(c.value[2]), color: colour('ink'), textBorderColor: colour('paper'), textBorderWidth: 2 },
        }],
        tooltip: { trigger: 'item', confine: true, renderMode: 'richText', formatter: c => chart.rows[c.value[1]] + ', ' + chart.columns[c.value[0]] + ': ' + number(chart.values[c.value[1]][c.value[0]]) }
      };
    },
    // On a narrow page the names are in the tooltips and the table alone.
    Network: chart => {
      const groups = [...new Set(chart.columns)];
      const room = narrow.matches ? { left: '6%', right: '6%', top: '14%', bottom: '6%' } : { left: '28%', right: '28%', top: '26%', bottom: '22%' };
      return {
        legend: { data: groups, type: 'scroll', top: 4 },
        series: [{
          type: 'graph', name: chart.title, layout: 'circular', roam: true, circular: { rotateLabel: true }, ...room,
          categories: groups.map(name => ({ name })),
          data: chart.rows.map((name, i) => ({ name, category: groups.indexOf(chart.columns[i]), symbolSize: 14 })),
          links: chart.values.map(([source, target, weight]) => ({ source, target, value: weight, lineStyle: { width: 1 + 3 * Math.min(1, weight) } })),
          lineStyle: { color: colour('quiet'), opacity: 0.5 },
          label: { show: !narrow.matches && chart.rows.length <= 60, color: colour('ink'), fontSize: chart.rows.length <= 20 ? 11 : 9, width: 150, overflow: 'truncate' },
          emphasis: { focus: 'adjacency' }
        }]
      };
    },
    // Trials run from the worst to the best, so that the best lies on top, in the colour that stands out most.
    Parallel: chart => {
      const last = chart.rows.length - 1;
      const seen = chart.values.map(row => row[last]).filter(value => value !== null);
      const [least, most] = [Math.min(...seen), Math.max(...seen)];
      const isMostBest = seen[seen.length - 1] > seen[0];
      const colours = ramp().slice(1);
      const end = value => (value === (isMostBest ? most : least) ? 'best ' : 'worst ') + number(value);
      return {
        legend: { show: false },
        parallel: { left: 48, right: 72, top: 48, bottom: 72 },
        parallelAxis: chart.rows.map((name, dim) => ({
          dim, name, scale: true, splitNumber: 4, axisLabel: { color: colour('ink'), hideOverlap: true }, nameTextStyle: { color: colour('ink') },
          axisLine: { lineStyle: { color: colour('quiet') } }
        })),
        visualMap: {
          dimension: last, min: least, max: most, orient: 'horizontal', left: 'center', bottom: 0, show: least < most,
          text: [end(most), end(least)], inRange: { color: isMostBest ? colours : colours.reverse() }, formatter: number
        },
        series: [{
          type: 'parallel', name: chart.title, lineStyle: { width: 2, opacity: 0.75 },
          data: chart.values.map((row, i) => ({
            value: row.map(v => v === null ? '-' : v), lineStyle: i === chart.values.length - 1 ? { width: 4, opacity: 1 } : undefined
          }))
        }]
      };
    }
  };

  const draw = () => {
    drawn.forEach(chart => chart.dispose());
    drawn = JSON.parse(document.getElementById('charts').textContent).map((chart, i) => {
      const view = echarts.init(document.getElementById('chart-' + i), theme(), { renderer: 'svg' });
      view.setOption(Object.assign(base(chart), kinds[chart.kind](chart)));
      return view;
    });
  };

  draw();
  document.addEventListener('content', draw);
  dark.addEventListener('change', draw);
  narrow.addEventListener('change', draw);
  window.addEventListener('resize', () => drawn.forEach(chart => chart.resize()));
})();
