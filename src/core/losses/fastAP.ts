import { integerOption } from '../registry/options'
import { defineLoss, scaleGradient, zeroGradient } from './loss'
import type { RowLists } from '../tuples/relations'

export const fastAP = defineLoss({
  name: 'fastAP',
  title: { en: 'FastAP', 'zh-CN': 'FastAP 损失' },
  description: {
    en: 'Optimises average precision itself, by soft histograms of the distances from each anchor. Likes large batches.',
    'zh-CN': '借助每个锚点距离的软直方图直接优化平均精度。宜用大批次。',
  },
  formula: '1 - \\frac{1}{|P|} \\sum_b \\frac{h_b^+ H_b^+}{H_b}',
  source: 'Cakir, He, Xia, Kulis, Sclaroff 2019',
  kind: 'pairs',
  takesMemory: true,
  distance: 'squaredEuclidean',
  distances: ['squaredEuclidean', 'euclidean', 'manhattan', 'chebyshev'],
  needsRange: true,
  normalizedByDefault: true,
  reducer: 'mean',
  madeFor: ['everything'],
  options: {
    bins: integerOption(10, 1, 1000, 'L; there are L + 1 bin centres', 'L，共 L + 1 个区间中心'),
  },
  evaluate(context, { bins }) {
    const { distances, relations } = context
    const { data, rows, columns } = distances
    if (context.range === null) throw new Error('FastAP needs a distance that is bounded')
    const width = context.range.greatest / bins
    const gradient = zeroGradient(context)
    const list = context.newElements()
    const near = new Float64Array(bins + 1)
    const far = new Float64Array(bins + 1)
    const nearSlope = new Float64Array(bins + 1)
    const farSlope = new Float64Array(bins + 1)
    for (let i = 0; i < rows; i++) {
      const row = i * columns
      const count = relations.positives.start[i + 1]! - relations.positives.start[i]!
      if (count === 0) continue
      addPulses(near, data, row, relations.positives, i, width)
      addPulses(far, data, row, relations.negatives, i, width)
      const precision = averagePrecision(near, far, nearSlope, farSlope) / count
      const weight = list.add(1 - precision, i)
      if (weight === 0) continue
      const factor = -weight / (count * width)
      addSlopes(gradient.data, nearSlope, data, row, relations.positives, i, width, factor)
      addSlopes(gradient.data, farSlope, data, row, relations.negatives, i, width, factor)
    }
    const { value, scale } = list.finish()
    scaleGradient(gradient, scale)
    return { value, gradient, lists: [list] }
  },
})

/** Each distance shares itself between the two centres beside it. */
function addPulses(
  histogram: Float64Array,
  data: Float32Array,
  row: number,
  lists: RowLists,
  anchor: number,
  width: number,
): void {
  histogram.fill(0)
  for (let k = lists.start[anchor]!; k < lists.start[anchor + 1]!; k++) {
    const at = data[row + lists.columns[k]!]! / width
    const bin = Math.floor(at)
    const share = at - bin
    if (bin >= 0 && bin < histogram.length) histogram[bin] = histogram[bin]! + 1 - share
    if (bin + 1 >= 0 && bin + 1 < histogram.length) {
      histogram[bin + 1] = histogram[bin + 1]! + share
    }
  }
}

/** Sum of h+ H+ / H, with its derivatives by the entries of both histograms. */
function averagePrecision(
  near: Float64Array,
  far: Float64Array,
  nearSlope: Float64Array,
  farSlope: Float64Array,
): number {
  let hits = 0
  let all = 0
  let sum = 0
  for (let b = 0; b < near.length; b++) {
    hits += near[b]!
    all += near[b]! + far[b]!
    const counts = near[b]! * hits > 0
    sum += counts ? (near[b]! * hits) / all : 0
    nearSlope[b] = counts ? near[b]! / all : 0
    farSlope[b] = counts ? (-near[b]! * hits) / (all * all) : 0
  }
  // An entry also counts in the cumulative sums of all later bins.
  let later = 0
  let laterFar = 0
  for (let b = near.length - 1; b >= 0; b--) {
    const own = near[b]! * hits > 0 ? hits / all : 0
    later += nearSlope[b]! + farSlope[b]!
    laterFar += farSlope[b]!
    nearSlope[b] = own + later
    farSlope[b] = laterFar
    hits -= near[b]!
    all -= near[b]! + far[b]!
  }
  return sum
}

function addSlopes(
  gradient: Float32Array,
  slopes: Float64Array,
  data: Float32Array,
  row: number,
  lists: RowLists,
  anchor: number,
  width: number,
  factor: number,
): void {
  for (let k = lists.start[anchor]!; k < lists.start[anchor + 1]!; k++) {
    const index = row + lists.columns[k]!
    const at = data[index]! / width
    const bin = Math.floor(at)
    // Exactly on a centre the pulse has its peak.
    if (at === bin) continue
    const rising = bin + 1 < slopes.length && bin + 1 >= 0 ? slopes[bin + 1]! : 0
    const falling = bin < slopes.length && bin >= 0 ? slopes[bin]! : 0
    gradient[index] = gradient[index]! + factor * (rising - falling)
  }
}
