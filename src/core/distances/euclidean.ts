import { defineDistance } from './distance'
import { mapEntries, pullTogether, squaredDistances } from './squares'

export const euclidean = defineDistance({
  name: 'euclidean',
  title: { en: 'Euclidean', 'zh-CN': '欧氏距离' },
  description: {
    en: 'The straight-line distance. On L2-normalised embeddings it lies between 0 and 2.',
    'zh-CN': '两点间的直线距离。对 L2 归一化的嵌入，其值在 0 到 2 之间。',
  },
  formula: 'd(a, b) = \\sqrt{\\sum_k (a_k - b_k)^2}',
  source: 'Euclid; Hadsell, Chopra, LeCun 2006',
  isSimilarity: false,
  normalizedByDefault: true,
  unitRange: () => ({ least: 0, greatest: 2 }),
  unrelated: () => Math.SQRT2,
  compute(x, y, product) {
    const values = squaredDistances(x, y, product)
    const d = values.data
    for (let i = 0; i < d.length; i++) d[i] = Math.sqrt(d[i]!)
    return {
      values,
      // The slope at distance 0 is taken as 0: identical rows do not pull on each other.
      backward: (gradient, wantsReferences) =>
        pullTogether(
          mapEntries(gradient, (value, i) => (d[i]! > 0 ? value / d[i]! : 0)),
          x,
          y,
          wantsReferences,
          product,
        ),
    }
  },
})
