import { wholeResult } from './collect'
import { defineMiner } from './miner'
import { byNearness, farSign } from './nearness'

export const semiHard = defineMiner({
  name: 'semiHard',
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
      if (positives.start[i] === positives.start[i + 1]) continue
      const ranked = byNearness(context, negatives, i)
      if (ranked.length === 0) continue
      const row = i * columns
      // Keys are non-decreasing along `ranked`, so the first one beyond D_ap is found by halving.
      for (let k = positives.start[i]!; k < positives.start[i + 1]!; k++) {
        const p = positives.columns[k]!
        const limit = sign * data[row + p]!
        let low = 0
        let high = ranked.length
        while (low < high) {
          const middle = (low + high) >> 1
          if (sign * data[row + ranked[middle]!]! > limit) high = middle
          else low = middle + 1
        }
        let chosen = ranked[low]
        if (chosen === undefined) {
          fallbackCount++
          chosen = firstOfFarthest(ranked, data, row)
        }
        anchor[count] = i
        positive[count] = p
        negative[count++] = chosen
      }
    }
    return wholeResult({ kind: 'triplets', anchor, positive, negative }, fallbackCount)
  },
})

/** The farthest, the lower index where several are as far. */
function firstOfFarthest(ranked: Uint32Array, data: Float32Array, row: number): number {
  let at = ranked.length - 1
  const value = data[row + ranked[at]!]
  while (at > 0 && data[row + ranked[at - 1]!] === value) at--
  return ranked[at]!
}

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
