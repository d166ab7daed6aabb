import type { AlignedData } from 'uplot'

/** Points of one run, ascending in x. */
export interface Series {
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number | null>
}

/** Columns on one axis: null where a run has no point. */
export function overlaid(series: readonly Series[]): AlignedData {
  const x = [...new Set(series.flatMap((one) => Array.from(one.x)))].sort((a, b) => a - b)
  const place = new Map(x.map((value, at) => [value, at]))
  const columns = series.map((one) => {
    const column = new Array<number | null>(x.length).fill(null)
    for (let i = 0; i < one.x.length; i++) column[place.get(one.x[i]!)!] = one.y[i] ?? null
    return column
  })
  return [x, ...columns] as AlignedData
}
