import { booleanOption, marginOption, numberOption } from '../registry/options'
import { defineLoss, scaleGradient, zeroGradient, type LossContext } from './loss'
import type { RowLists } from '../tuples/relations'

export const margin = defineLoss({
  name: 'margin',
  title: { en: 'Margin', 'zh-CN': '边界损失' },
  description: {
    en: 'Draws one boundary distance for all: positives must lie a margin inside it, negatives a margin outside. The boundary can be learned, for all classes or for each. Made for distance-weighted mining.',
    'zh-CN':
      '设定一个边界距离：正样本须在边界内一个间隔，负样本须在边界外一个间隔。边界可学习，可全体共用或每类一个。与按距离加权的挖掘器配套。',
  },
  formula: '[D_{ap} - \\beta + m]_+ + [\\beta - D_{an} + m]_+',
  source: 'Wu, Manmatha, Smola, Krahenbuhl 2017',
  kind: 'triplets',
  takesMemory: true,
  distance: 'euclidean',
  reducer: null,
  madeFor: [
    'evenTriplets',
    'hardestTriplets',
    'semiHardTriplets',
    'hardestNegatives',
    'violatingTriplets',
    'everything',
  ],
  options: {
    margin: marginOption('distance', 0.2, -100, 100, 'margin m', '间隔 m'),
    beta: marginOption(
      'distance',
      1.2,
      -100,
      100,
      'the boundary, or where a learned one starts',
      '边界（若可学习则为初值）',
    ),
    learnBeta: booleanOption(false, 'the boundary is learned', '边界可学习'),
    betaPerClass: booleanOption(false, 'one boundary for each class', '每类一个边界'),
    nu: numberOption(0, 0, 1e4, 'weight that keeps a learned boundary small', '边界正则的权重'),
  },
  parameters: (options, { classCount }) => {
    if (!options.learnBeta) return []
    const count = options.betaPerClass ? classCount : 1
    return [
      {
        name: 'beta',
        shape: [count],
        initial: () => new Float32Array(count).fill(options.beta),
      },
    ]
  },
  // Positives stay a margin below beta, negatives a margin above it.
  distanceMargin: ({ margin }) => 2 * margin,
  reach: ({ beta, margin }) => ({ at: beta, beyond: margin, option: 'beta' }),
  evaluate(context, options) {
    const { distances, labels, parameters } = context
    const sign = context.isSimilarity ? -1 : 1
    const learned = options.learnBeta ? parameters['beta'] : undefined
    if (options.learnBeta && learned === undefined) {
      throw new Error('The loss margin with learnBeta needs the parameter beta')
    }
    const gradient = zeroGradient(context)
    const list = context.newElements()
    const times = tripletTimes(context)
    const betaGradient = new Float64Array(learned?.length ?? 1)
    let sum = 0
    let active = 0
    let tripletCount = 0
    let betaSum = 0
    for (let i = 0; i < distances.rows; i++) {
      const row = i * distances.columns
      const betaAt = learned !== undefined && options.betaPerClass ? labels[i]! : 0
      const beta = learned?.[betaAt] ?? options.beta
      const visit = (lists: RowLists, counts: ArrayLike<number>, side: 1 | -1): void => {
        for (let k = lists.start[i]!; k < lists.start[i + 1]!; k++) {
          const j = lists.columns[k]!
          const count = counts[k]!
          if (count === 0) continue
          if (side === 1) {
            tripletCount += count
            betaSum += count * beta
            if (options.betaPerClass) {
              betaGradient[betaAt] = betaGradient[betaAt]! + count * options.nu
            }
          }
          const value = side * sign * (distances.data[row + j]! - beta) + options.margin
          list.add(Math.max(0, value), i, side === 1 ? j : undefined, side === 1 ? undefined : j)
          if (value <= 0) continue
          sum += count * value
          active += count
          gradient.data[row + j] = side * sign * count
          betaGradient[betaAt] = betaGradient[betaAt]! - side * sign * count
        }
      }
      visit(times.positiveLists, times.positives, 1)
      visit(times.negativeLists, times.negatives, -1)
    }
    const scale = active > 0 ? 1 / active : 0
    scaleGradient(gradient, scale)
    let value = sum * scale
    if (learned === undefined) return { value, gradient, lists: [list] }
    const beta = Float32Array.from(betaGradient, (g) => g * scale)
    if (tripletCount > 0) {
      if (options.betaPerClass) value += options.nu * betaSum * scale
      else {
        value += options.nu * learned[0]!
        beta[0] = beta[0]! + options.nu
      }
    }
    return { value, gradient, parameterGradients: { beta }, lists: [list] }
  },
})

/**
 * In how many triplets each pair takes part: as the loss looks at a triplet's two pairs one by one,
 * triplets need not be visited.
 */
function tripletTimes(context: LossContext) {
  const { relations, triplets, distances } = context
  const { positives, negatives } = relations
  const positiveTimes = new Uint32Array(positives.columns.length)
  const negativeTimes = new Uint32Array(negatives.columns.length)
  if (triplets === null) {
    for (let i = 0; i < distances.rows; i++) {
      const p = positives.start[i + 1]! - positives.start[i]!
      const n = negatives.start[i + 1]! - negatives.start[i]!
      positiveTimes.fill(n, positives.start[i], positives.start[i + 1])
      negativeTimes.fill(p, negatives.start[i], negatives.start[i + 1])
    }
  } else {
    countPairs(positiveTimes, positives, triplets.anchor, triplets.positive, distances.columns)
    countPairs(negativeTimes, negatives, triplets.anchor, triplets.negative, distances.columns)
  }
  return {
    positiveLists: positives,
    negativeLists: negatives,
    positives: positiveTimes,
    negatives: negativeTimes,
  }
}

function countPairs(
  times: Uint32Array,
  lists: RowLists,
  anchor: Uint32Array,
  other: Uint32Array,
  columns: number,
): void {
  const counts = new Map<number, number>()
  for (let k = 0; k < anchor.length; k++) {
    const key = anchor[k]! * columns + other[k]!
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  for (let i = 0; i + 1 < lists.start.length; i++) {
    for (let k = lists.start[i]!; k < lists.start[i + 1]!; k++) {
      times[k] = counts.get(i * columns + lists.columns[k]!) ?? 0
    }
  }
}
