import { marginOption } from '../registry/options'
import { pairsOf, wholeResult } from './collect'
import { defineMiner } from './miner'
import { farSign, farthest, nearest } from './nearness'

export const multiSimilarity = defineMiner({
  name: 'multiSimilarity',
  selects: 'informativePairs',
  title: { en: 'Multi-similarity', 'zh-CN': '多重相似度' },
  description: {
    en: 'Keeps positives that are less similar than the most similar negative (plus a little), and negatives that are more similar than the least similar positive (less a little).',
    'zh-CN':
      '保留相似度低于最相似负样本（加容差）的正样本，以及相似度高于最不相似正样本（减容差）的负样本。',
  },
  source: 'Wang, Han, Huang, Dong, Scott 2019',
  formula: 'S_{ap} - \\epsilon < \\max_n S_{an}, \\quad S_{an} + \\epsilon > \\min_p S_{ap}',
  distance: 'cosine',
  options: {
    epsilon: marginOption('cosine', 0.1, -10, 10, 'how much beyond the limit still counts', '容差'),
  },
  mine(context, { epsilon }) {
    const { positives, negatives } = context.relations
    const { data, columns, rows } = context.distances
    const sign = farSign(context)
    const positiveAnchor: number[] = []
    const positive: number[] = []
    const negativeAnchor: number[] = []
    const negative: number[] = []
    for (let i = 0; i < rows; i++) {
      const row = i * columns
      const nearestNegative = nearest(context, negatives, i)
      const farthestPositive = farthest(context, positives, i)
      if (nearestNegative < 0 || farthestPositive < 0) continue
      const near = sign * data[row + nearestNegative]!
      const far = sign * data[row + farthestPositive]!
      for (let k = positives.start[i]!; k < positives.start[i + 1]!; k++) {
        const p = positives.columns[k]!
        if (sign * data[row + p]! + epsilon > near) {
          positiveAnchor.push(i)
          positive.push(p)
        }
      }
      for (let k = negatives.start[i]!; k < negatives.start[i + 1]!; k++) {
        const n = negatives.columns[k]!
        if (sign * data[row + n]! - epsilon < far) {
          negativeAnchor.push(i)
          negative.push(n)
        }
      }
    }
    return wholeResult(pairsOf(positiveAnchor, positive, negativeAnchor, negative))
  },
})
