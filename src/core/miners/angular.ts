import { marginOption } from '../registry/options'
import { collectTriplets } from './collect'
import { defineMiner } from './miner'

export const angular = defineMiner({
  name: 'angular',
  selects: 'violatingAngles',
  title: { en: 'Angular', 'zh-CN': '角度' },
  description: {
    en: 'Triplets whose negative sees anchor and positive under a wide angle, that is, stands near to them in proportion to how far apart they are.',
    'zh-CN': '负样本看锚点与正样本的张角较大的三元组，即相对于两者间距而言负样本离它们较近。',
  },
  source: 'Wang, Zhou, Wen, Liu, Lin 2017',
  formula: '\\mathrm{atan2}(D_{ap}, 2 |n - (a + p) / 2|) > \\alpha',
  distance: 'squaredEuclidean',
  hasFixedDistance: true,
  options: {
    angle: marginOption('degrees', 20, -180, 180, 'wider triplets are kept', '保留张角更大者'),
  },
  mine(context, { angle }) {
    const { positives, negatives } = context.relations
    const { data, columns, rows } = context.distances
    const between = context.referenceDistances()
    const limit = (angle * Math.PI) / 180
    const { tuples, candidateCount } = collectTriplets(
      (emit) => {
        for (let i = 0; i < rows; i++) {
          const row = i * columns
          for (let k = positives.start[i]!; k < positives.start[i + 1]!; k++) {
            const p = positives.columns[k]!
            const ap = data[row + p]!
            const side = Math.sqrt(ap)
            for (let l = negatives.start[i]!; l < negatives.start[i + 1]!; l++) {
              const n = negatives.columns[l]!
              // Length of the median of a triangle (Apollonius), from n to the middle of a and p.
              const pn = between.data[p * between.columns + n]!
              const median = Math.sqrt(Math.max(0, (data[row + n]! + pn) / 2 - ap / 4))
              if (Math.atan2(side, 2 * median) > limit) emit(i, p, n)
            }
          }
        }
      },
      context.budget,
      context.random,
    )
    return { tuples, candidateCount, fallbackCount: 0 }
  },
})
