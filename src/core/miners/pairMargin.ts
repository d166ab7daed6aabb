import { marginOption } from '../registry/options'
import type { RowLists } from '../tuples/relations'
import { collectPairs } from './collect'
import { defineMiner } from './miner'
import { farSign } from './nearness'

export const pairMargin = defineMiner({
  name: 'pairMargin',
  selects: 'violatingPairs',
  title: { en: 'Pair margin', 'zh-CN': '样本对间隔' },
  description: {
    en: 'Positives that are farther apart than one threshold and negatives that are nearer than another: the pairs that still break the rule.',
    'zh-CN': '距离超过一个阈值的正样本对，以及距离小于另一个阈值的负样本对，即仍违反规则的样本对。',
  },
  source: 'Musgrave, Belongie, Lim 2020',
  distance: 'euclidean',
  options: {
    positiveMargin: marginOption(
      'distance',
      0.2,
      -100,
      100,
      'positives farther than this are kept',
      '保留距离大于此值的正样本对',
    ),
    negativeMargin: marginOption(
      'distance',
      0.8,
      -100,
      100,
      'negatives nearer than this are kept',
      '保留距离小于此值的负样本对',
    ),
  },
  mine(context, { positiveMargin, negativeMargin }) {
    const { data, columns, rows } = context.distances
    const sign = farSign(context)
    const walk =
      (lists: RowLists, keeps: (value: number) => boolean) =>
      (emit: (anchor: number, other: number) => void) => {
        for (let i = 0; i < rows; i++) {
          for (let k = lists.start[i]!; k < lists.start[i + 1]!; k++) {
            const j = lists.columns[k]!
            if (keeps(data[i * columns + j]!)) emit(i, j)
          }
        }
      }
    return collectPairs(
      walk(context.relations.positives, (value) => sign * (value - positiveMargin) > 0),
      walk(context.relations.negatives, (value) => sign * (negativeMargin - value) > 0),
      context.budget,
      context.random,
    )
  },
})
