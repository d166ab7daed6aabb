import { defineDistance } from './distance'
import { compareRowPairs } from './rowPairs'

export const manhattan = defineDistance({
  name: 'manhattan',
  title: { en: 'Manhattan', 'zh-CN': '曼哈顿距离' },
  description: {
    en: 'The sum of the differences of all components, as a taxi would drive along streets. A single large difference weighs less than with the Euclidean distance.',
    'zh-CN': '各分量差的绝对值之和，如同沿街道行驶的路程。与欧氏距离相比，单个较大的差异影响更小。',
  },
  formula: 'd(a, b) = \\sum_k |a_k - b_k|',
  source: 'Minkowski 1910',
  isSimilarity: false,
  normalizedByDefault: true,
  unitRange: (dimension) => ({ least: 0, greatest: 2 * Math.sqrt(dimension) }),
  unrelated: (dimension) => 2 * Math.sqrt(dimension / Math.PI),
  compute: (x, y) =>
    compareRowPairs(x, y, {
      measure(rows, a, others, b, columns) {
        let sum = 0
        for (let k = 0; k < columns; k++) sum += Math.abs(rows[a + k]! - others[b + k]!)
        return sum
      },
      slopeOf: Math.sign,
    }),
})
