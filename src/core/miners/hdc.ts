import type { RowLists } from '../tuples/relations'
import { numberOption } from '../registry/options'
import { collectPairs } from './collect'
import { defineMiner, type MinerContext } from './miner'
import { farSign } from './nearness'

export const hdc = defineMiner({
  name: 'hdc',
  selects: 'hardestPairs',
  takesHardest: true,
  title: { en: 'Hardest share', 'zh-CN': '最难比例' },
  description: {
    en: 'The hardest share of all positive pairs and of all negative pairs of the batch, as in hard-aware deeply cascaded embedding.',
    'zh-CN': '取批内全部正样本对与全部负样本对中最难的一部分（HDC 方法）。',
  },
  source: 'Yuan, Yang, Zhang 2017',
  distance: 'euclidean',
  options: {
    fraction: numberOption(
      0.5,
      0,
      1,
      'share kept, of the positive and of the negative ordered pairs',
      '正、负有序样本对各自保留的比例',
    ),
  },
  mine(context, { fraction }) {
    const sign = farSign(context)
    return collectPairs(
      hardest(context, context.relations.positives, fraction, -sign),
      hardest(context, context.relations.negatives, fraction, sign),
      context.budget,
      context.random,
    )
  },
})

/** The pairs with the smallest sign * distance; of equal ones the first in row order. */
function hardest(context: MinerContext, lists: RowLists, fraction: number, sign: number) {
  const { data, columns, rows } = context.distances
  const total = lists.columns.length
  // What a product such as .07 * 100 = 7.000000000000001 is beyond a whole number is rounding.
  const kept = Math.min(total, Math.ceil(fraction * total - 1e-9))
  const keys = new Float32Array(total)
  for (let i = 0; i < rows; i++) {
    for (let k = lists.start[i]!; k < lists.start[i + 1]!; k++) {
      keys[k] = sign * data[i * columns + lists.columns[k]!]!
    }
  }
  const sorted = keys.slice().sort()
  const limit = kept > 0 ? sorted[kept - 1]! : -Infinity
  let below = 0
  while (below < kept && sorted[below]! < limit) below++
  return (emit: (anchor: number, other: number) => void) => {
    let ties = kept - below
    for (let i = 0; i < rows; i++) {
      for (let k = lists.start[i]!; k < lists.start[i + 1]!; k++) {
        const key = keys[k]!
        if (key < limit || (key === limit && ties-- > 0)) emit(i, lists.columns[k]!)
      }
    }
  }
}
