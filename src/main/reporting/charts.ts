import { both, bothInPicture, markup, type Markup } from './page'

interface Line {
  readonly name: readonly [english: string, chinese: string]
  /** Two or more. */
  readonly points: readonly (readonly [x: number, y: number])[]
  /** Marks each point instead of joining them. */
  readonly isDots?: boolean
}

export interface Chart {
  readonly x: readonly [english: string, chinese: string]
  readonly y: readonly [english: string, chinese: string]
  readonly lines: readonly Line[]
  /** Absent: as far as the points go. */
  readonly range?: {
    readonly x?: readonly [number, number]
    readonly y?: readonly [number, number]
  }
  /** Joins the corners, where what is right lies on it. */
  readonly hasDiagonal?: boolean
}

const size = { width: 420, height: 260 }
const area = { left: 52, right: 408, top: 12, bottom: 218 }

/** A chart as a picture of vectors; null without a line to draw. */
export function drawChart(chart: Chart): Markup | null {
  const lines = chart.lines.filter(({ points, isDots }) => points.length >= (isDots ? 1 : 2))
  if (lines.length === 0) return null
  const points = lines.flatMap((line) => line.points)
  const [x0, x1] = chart.range?.x ?? extent(points.map(([x]) => x))
  const [y0, y1] = chart.range?.y ?? extent(points.map(([, y]) => y))
  const toX = (x: number) => area.left + ((x - x0) / (x1 - x0)) * (area.right - area.left)
  const toY = (y: number) => area.bottom - ((y - y0) / (y1 - y0)) * (area.bottom - area.top)
  const shown = (value: number) => Math.round(value * 10) / 10
  const yTicks = ticks(y0, y1)
  const middle = (area.left + area.right) / 2
  const title = lines.map(({ name }) => name)
  return markup`<figure class="chart">
    <svg
      viewBox="0 0 ${size.width} ${size.height}"
      role="img"
      aria-label="${title.map(([english, chinese]) => `${english} / ${chinese}`).join(', ')}"
    >
      ${yTicks.map(
        (tick) =>
          markup`<line
              class="grid"
              x1="${area.left}"
              x2="${area.right}"
              y1="${shown(toY(tick))}"
              y2="${shown(toY(tick))}"
            /><text x="${area.left - 6}" y="${shown(toY(tick) + 4)}" text-anchor="end"
              >${tickText(tick)}</text
            >`,
      )}
      ${ticks(x0, x1).map(
        (tick) =>
          markup`<text x="${shown(toX(tick))}" y="${area.bottom + 16}" text-anchor="middle"
            >${tickText(tick)}</text
          >`,
      )}
      <line
        class="axis"
        x1="${area.left}"
        x2="${area.right}"
        y1="${area.bottom}"
        y2="${area.bottom}"
      />
      ${chart.hasDiagonal ? markup`<line class="diagonal" x1="${shown(toX(x0))}" y1="${shown(toY(x0))}" x2="${shown(toX(x1))}" y2="${shown(toY(x1))}" />` : null}
      ${lines.map((line, i) =>
        line.isDots
          ? line.points.map(
              ([x, y]) =>
                markup`<circle
                  class="dot line${i}"
                  cx="${shown(toX(x))}"
                  cy="${shown(toY(y))}"
                  r="3.5"
                />`,
            )
          : markup`<polyline
              class="line line${i}"
              points="${line.points.map(([x, y]) => `${shown(toX(x))},${shown(toY(y))}`).join(' ')}"
            />`,
      )}
      ${bothInPicture({ x: middle, y: size.height - 8, anchor: 'middle' }, ...chart.x)}
    </svg>
    <figcaption>
      ${both(chart.y[0], chart.y[1])}${
        lines.length < 2
          ? null
          : lines.map(
              ({ name: [english, chinese] }, i) =>
                markup` <span class="key"
                  ><svg viewBox="0 0 16 6">
                    <line class="line line${i}" x1="0" x2="16" y1="3" y2="3" />
                  </svg>
                  ${both(english, chinese)}</span
                >`,
            )
      }
    </figcaption>
  </figure>`
}

function extent(values: readonly number[]): readonly [number, number] {
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low === high) return [low - 0.5, high + 0.5]
  const edge = (high - low) * 0.05
  return [low >= 0 && low - edge < 0 ? 0 : low - edge, high + edge]
}

/** About five round numbers. */
function ticks(low: number, high: number): number[] {
  const raw = (high - low) / 5
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map((times) => times * power).find((one) => one >= raw)!
  const first = Math.ceil(low / step - 1e-9)
  return Array.from(
    { length: Math.floor(high / step + 1e-9) - first + 1 },
    (_, i) => (first + i) * step,
  )
}

const tickText = (value: number): string => String(Number(value.toPrecision(6)))
