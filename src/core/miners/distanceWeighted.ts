import { numberOption } from '../registry/options'
import { tripletsOf, wholeResult } from './collect'
import { defineMiner, type MinerContext } from './miner'

interface Limits {
  readonly cutoff: number
  readonly nonzeroLossCutoff: number
}

export const distanceWeighted = defineMiner({
  name: 'distanceWeighted',
  selects: 'evenTriplets',
  title: { en: 'Distance weighted', 'zh-CN': '按距离加权' },
  description: {
    en: 'Draws a negative for each anchor and positive so that all distances are seen alike, whereas plain drawing nearly always finds ones about 1.41 away in many dimensions.',
    'zh-CN':
      '为每个锚点和正样本抽取一个负样本，使各种距离出现机会均等；而在高维中普通随机抽样几乎总得到距离约 1.41 的样本。',
  },
  source: 'Wu, Manmatha, Smola, Krahenbuhl 2017',
  formula: '\\log w = (2 - d) \\log D - \\frac{d - 3}{2} \\log(1 - D^2 / 4)',
  distance: 'euclidean',
  options: {
    cutoff: numberOption(0.5, 0, 2, 'distances are raised to at least this', '距离下限'),
    nonzeroLossCutoff: numberOption(
      1.4,
      0,
      2,
      'negatives farther than this are never drawn',
      '超过此距离的负样本不会被抽取',
    ),
  },
  mine(context, limits) {
    const { positives } = context.relations
    const anchor: number[] = []
    const positive: number[] = []
    const negative: number[] = []
    for (let i = 0; i < context.distances.rows; i++) {
      if (positives.start[i] === positives.start[i + 1]) continue
      const { weights, total } = weightsOf(context, i, limits)
      if (total === 0) continue
      for (let k = positives.start[i]!; k < positives.start[i + 1]!; k++) {
        anchor.push(i)
        positive.push(positives.columns[k]!)
        negative.push(drawOne(context, i, weights, total))
      }
    }
    return wholeResult(tripletsOf(anchor, positive, negative))
  },
  distribution(context, limits) {
    const { positives, negatives } = context.relations
    const anchor: number[] = []
    const positive: number[] = []
    const negativeProbabilities: number[][] = []
    for (let i = 0; i < context.distances.rows; i++) {
      const { weights, total } = weightsOf(context, i, limits)
      const row = new Array<number>(context.distances.columns).fill(0)
      if (total > 0) {
        weights.forEach((weight, k) => {
          row[negatives.columns[negatives.start[i]! + k]!] = weight / total
        })
        for (let k = positives.start[i]!; k < positives.start[i + 1]!; k++) {
          anchor.push(i)
          positive.push(positives.columns[k]!)
        }
      }
      negativeProbabilities.push(row)
    }
    return { anchor, positive, negativeProbabilities }
  },
})

/** Weights of the anchor's negatives, the greatest being 1, and their sum; 0 where none may be. */
function weightsOf(context: MinerContext, anchor: number, limits: Limits) {
  const { negatives } = context.relations
  const { data, columns } = context.distances
  const from = negatives.start[anchor]!
  const weights = new Float64Array(negatives.start[anchor + 1]! - from)
  const d = context.dimension
  let largest = -Infinity
  for (let k = 0; k < weights.length; k++) {
    const distance = data[anchor * columns + negatives.columns[from + k]!]!
    const raised = Math.max(distance, limits.cutoff)
    const logWeight =
      (2 - d) * Math.log(raised) - ((d - 3) / 2) * Math.log(1 - (raised * raised) / 4)
    const counts = raised < limits.nonzeroLossCutoff && Number.isFinite(logWeight)
    weights[k] = counts ? logWeight : -Infinity
    if (counts && logWeight > largest) largest = logWeight
  }
  let total = 0
  for (let k = 0; k < weights.length; k++) {
    const weight = weights[k] === -Infinity ? 0 : Math.exp(weights[k]! - largest)
    weights[k] = weight
    total += weight
  }
  return { weights, total }
}

function drawOne(
  context: MinerContext,
  anchor: number,
  weights: Float64Array,
  total: number,
): number {
  const { negatives } = context.relations
  let rest = context.random.next() * total
  let chosen = -1
  for (let k = 0; k < weights.length; k++) {
    if (weights[k] === 0) continue
    chosen = k
    rest -= weights[k]!
    if (rest < 0) break
  }
  return negatives.columns[negatives.start[anchor]! + chosen]!
}
