import { wholeResult } from './collect'
import { defineMiner } from './miner'
import { farSign, farthest } from './nearness'

export const semiHard = defineMiner({
  name: 'semiHard',
  selects: 'semiHardTriplets',
  title: { en: 'Semi-hard', 'zh-CN': '半难' },
  description: {
    en: 'For each anchor and positive the nearest negative that is still farther away than the positive; where there is none, the farthest negative. Steady: it avoids the hardest images, which are often wrong labels.',
    'zh-CN':
      '为每个锚点和正样本取比正样本更远的负样本中最近的一个；若没有，则取最远的负样本。较稳健：避开往往是错误标签的最难样本。',
  },
  source: 'Schroff, Kalenichenko, Philbin 2015',
  formula: '\\arg\\min_n \\{ D_{an} : D_{an} > D_{ap} \\}',
  distance: 'euclidean',
  options: {},
  mine(context) {
    const { positives, negatives } = context.relations
    const { data, columns, rows } = context.distances
    const sign = farSign(context)
    const total = countOfPairsWithNegative(context.relations, rows)
    const anchor = new Uint32Array(total)
    const positive = new Uint32Array(total)
    const negative = new Uint32Array(total)
    let count = 0
    let fallbackCount = 0
    for (let i = 0; i < rows; i++) {
      const row = i * columns
      const n0 = negatives.start[i]!
      const n1 = negatives.start[i + 1]!
      if (n0 === n1) continue
      for (let k = positives.start[i]!; k < positives.start[i + 1]!; k++) {
        const p = positives.columns[k]!
        const limit = sign * data[row + p]!
        let chosen = -1
        let best = Infinity
        for (let l = n0; l < n1; l++) {
          const key = sign * data[row + negatives.columns[l]!]!
          if (key > limit && key < best) {
            best = key
            chosen = negatives.columns[l]!
          }
        }
        if (chosen < 0) {
          fallbackCount++
          chosen = farthest(context, negatives, i)
        }
        anchor[count] = i
        positive[count] = p
        negative[count++] = chosen
      }
    }
    return wholeResult({ kind: 'triplets', anchor, positive, negative }, fallbackCount)
  },
})

function countOfPairsWithNegative(
  relations: { positives: { start: Uint32Array }; negatives: { start: Uint32Array } },
  rows: number,
): number {
  let total = 0
  for (let i = 0; i < rows; i++) {
    if (relations.negatives.start[i + 1]! > relations.negatives.start[i]!) {
      total += relations.positives.start[i + 1]! - relations.positives.start[i]!
    }
  }
  return total
}
