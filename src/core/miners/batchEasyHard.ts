import { AppError } from '../../shared/errors'
import type { RowLists } from '../tuples/relations'
import { choiceOption } from '../registry/options'
import { pairsOf, wholeResult } from './collect'
import { defineMiner, type MinerContext } from './miner'
import { farSign, farthest, nearest } from './nearness'

const strategies = ['hard', 'semihard', 'easy', 'all'] as const

export const batchEasyHard = defineMiner({
  name: 'batchEasyHard',
  selects: 'easyHardPairs',
  takesHardest: true,
  title: { en: 'Easy and hard', 'zh-CN': '易难组合' },
  description: {
    en: 'Chooses positives and negatives of each anchor by a strategy of their own. Easy positives with semi-hard negatives let a class keep several looks instead of being squeezed into one point.',
    'zh-CN':
      '为每个锚点分别按各自的策略选正样本和负样本。易正样本配半难负样本可让一个类别保留多种外观，而不被挤成一点。',
  },
  source: 'Xuan, Stylianou, Pless 2020',
  distance: 'euclidean',
  options: {
    positives: choiceOption(
      'easy',
      strategies,
      'hard: farthest; easy: nearest; semihard: the farthest that is nearer than the negative',
      'hard：最远；easy：最近；semihard：比负样本近的正样本中最远者',
    ),
    negatives: choiceOption(
      'semihard',
      strategies,
      'hard: nearest; easy: farthest; semihard: the nearest that is farther than the positive',
      'hard：最近；easy：最远；semihard：比正样本远的负样本中最近者',
    ),
  },
  mine(context, options) {
    const isSemihard = options.positives === 'semihard' || options.negatives === 'semihard'
    const other = options.positives === 'semihard' ? options.negatives : options.positives
    if (isSemihard && (other === 'semihard' || other === 'all')) {
      throw new AppError(
        'invalidInput',
        'The miner batchEasyHard cannot pair "semihard" with "semihard" or "all", because it needs one chosen image to compare with. Choose "easy" or "hard" for one side.',
      )
    }
    const { positives, negatives } = context.relations
    const positivePairs: [number[], number[]] = [[], []]
    const negativePairs: [number[], number[]] = [[], []]
    for (let i = 0; i < context.distances.rows; i++) {
      let p = -1
      let n = -1
      if (options.positives === 'hard') p = farthest(context, positives, i)
      if (options.positives === 'easy') p = nearest(context, positives, i)
      if (options.negatives === 'hard') n = nearest(context, negatives, i)
      if (options.negatives === 'easy') n = farthest(context, negatives, i)
      if (options.positives === 'semihard' && n >= 0) p = farthestWithin(context, positives, i, n)
      if (options.negatives === 'semihard' && p >= 0) n = nearestBeyond(context, negatives, i, p)
      const bothChoose = options.positives !== 'all' && options.negatives !== 'all'
      if (bothChoose && (p < 0 || n < 0)) continue
      take(positivePairs, positives, i, options.positives === 'all', p)
      take(negativePairs, negatives, i, options.negatives === 'all', n)
    }
    return wholeResult(pairsOf(...positivePairs, ...negativePairs))
  },
})

function take(
  pairs: [number[], number[]],
  lists: RowLists,
  anchor: number,
  takesAll: boolean,
  chosen: number,
): void {
  if (takesAll) {
    for (let k = lists.start[anchor]!; k < lists.start[anchor + 1]!; k++) {
      pairs[0].push(anchor)
      pairs[1].push(lists.columns[k]!)
    }
  } else if (chosen >= 0) {
    pairs[0].push(anchor)
    pairs[1].push(chosen)
  }
}

/** The nearest of the list that is farther than `limit`; -1 if none. */
function nearestBeyond(context: MinerContext, lists: RowLists, anchor: number, limit: number) {
  return firstPast(context, lists, anchor, limit, farSign(context))
}

/** The farthest of the list that is nearer than `limit`; -1 if none. */
function farthestWithin(context: MinerContext, lists: RowLists, anchor: number, limit: number) {
  return firstPast(context, lists, anchor, limit, -farSign(context))
}

function firstPast(
  context: MinerContext,
  lists: RowLists,
  anchor: number,
  limit: number,
  sign: number,
): number {
  const { data, columns } = context.distances
  const row = anchor * columns
  const bound = sign * data[row + limit]!
  let best = -1
  let bestValue = Infinity
  for (let k = lists.start[anchor]!; k < lists.start[anchor + 1]!; k++) {
    const j = lists.columns[k]!
    const value = sign * data[row + j]!
    if (value > bound && value < bestValue) {
      bestValue = value
      best = j
    }
  }
  return best
}
