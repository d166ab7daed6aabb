import type uPlot from 'uplot'
import type { Format } from '../composables/useFormat'

/** One line of a chart; the colour is a CSS custom property so that it follows the theme. */
export interface ChartLine {
  readonly label: string
  readonly color: string
  readonly dashed?: boolean
  /** 'share' draws it on a second axis from 0 to 1, 'right' on one of its own. */
  readonly axis?: 'left' | 'right' | 'share'
}

export interface ChartLook {
  readonly width: number
  readonly height: number
  readonly format: Pick<Format, 'number' | 'tick'>
  /** Reads a CSS custom property. */
  readonly token: (name: string) => string
}

/** Options of a line chart: quiet grid, legend that reads the value under the pointer. */
export function lineChartOptions(
  xLabel: string,
  lines: readonly ChartLine[],
  look: ChartLook,
  /** The x axis goes by powers of ten; otherwise it counts epochs or steps. */
  logarithmic = false,
): uPlot.Options {
  const { token, format } = look
  const text = token('--text-muted')
  const grid = { stroke: token('--border'), width: 1 }
  const axis = {
    stroke: text,
    font: `11px ${token('--font')}`,
    grid,
    ticks: { ...grid, size: 4 },
    values: (_: uPlot, splits: number[]) => splits.map((split) => format.tick(split)),
  }
  /** Under the pointer; while it is elsewhere the last there is. */
  const value: uPlot.Series.Value = (chart, raw, series, at) =>
    format.number(at === null ? lastOf(chart.data[series]) : raw)
  const second = lines.find(({ axis }) => axis === 'right' || axis === 'share')?.axis
  return {
    width: look.width,
    height: look.height,
    cursor: { points: { size: 6 }, drag: { x: false, y: false } },
    legend: { live: true },
    scales: {
      x: { time: false, ...(logarithmic ? { distr: 3 as const } : {}) },
      y: {},
      ...(second === undefined ? {} : { [second]: second === 'share' ? { range: [0, 1] } : {} }),
    },
    axes: [
      { ...axis, size: 30, ...(logarithmic ? powersOfTen(axis) : { incrs: wholeSteps }) },
      { ...axis, size: 44 },
      ...(second === undefined
        ? []
        : [{ ...axis, scale: second, side: 1 as const, size: 52, grid: { show: false } }]),
    ],
    series: [
      { label: xLabel, value },
      ...lines.map((line): uPlot.Series => {
        return {
          label: line.label,
          stroke: token(line.color),
          width: line.dashed === true ? 1.25 : 1.75,
          ...(line.dashed === true ? { dash: [5, 4] } : {}),
          points: { show: false },
          spanGaps: true,
          scale: line.axis === undefined || line.axis === 'left' ? 'y' : line.axis,
          value,
        }
      }),
    ],
  }
}

/** Distances of ticks on an axis of whole numbers: there is no epoch 1.25. */
const wholeSteps = [1, 2, 5]
  .flatMap((first) => Array.from({ length: 9 }, (_, power) => first * 10 ** power))
  .sort((a, b) => a - b)

function lastOf(column: ArrayLike<number | null | undefined> | undefined): number | null {
  for (let at = (column?.length ?? 0) - 1; at >= 0; at--) {
    const value = column?.[at]
    if (value !== null && value !== undefined) return value
  }
  return null
}

/** Of an axis by powers of ten only the powers are written and ruled: between them is no room. */
function powersOfTen({ grid, ticks }: Pick<uPlot.Axis, 'grid' | 'ticks'>): uPlot.Axis {
  const filter = (_: uPlot, splits: number[]): (number | null)[] =>
    splits.map((split) =>
      Number.isInteger(Math.round(Math.log10(split) * 1e6) / 1e6) ? split : null,
    )
  return {
    filter,
    grid: { ...grid, filter },
    ticks: { ...ticks, filter },
    space: 40,
    values: (_, splits) => splits.map((split) => (split === null ? null : split.toExponential(0))),
  }
}
