import { defineDistance } from './distance'
import { compareRowPairs } from './rowPairs'

export const chebyshev = defineDistance({
  name: 'chebyshev',
  title: { en: 'Chebyshev', 'zh-CN': '切比雪夫距离' },
  description: {
    en: 'The largest difference of any one component. Only that component learns from a pair.',
    'zh-CN': '所有分量中最大的差异。每个样本对只训练差异最大的那个分量。',
  },
  formula: 'd(a, b) = \\max_k |a_k - b_k|',
  source: 'Chebyshev 1853',
  isSimilarity: false,
  normalizedByDefault: true,
  unitRange: () => ({ least: 0, greatest: 2 }),
  unrelated: (dimension) =>
    Math.min(Math.SQRT2, 2 * Math.sqrt(Math.log(2 * dimension) / dimension)),
  compute: (x, y) =>
    compareRowPairs(x, y, {
      measure(rows, a, others, b, columns) {
        let largest = 0
        for (let k = 0; k < columns; k++) {
          const size = Math.abs(rows[a + k]! - others[b + k]!)
          if (size > largest) largest = size
        }
        return largest
      },
      // Distances are kept in float32, and so is what is compared with them.
      slopeOf: (difference, largest) =>
        Math.fround(Math.abs(difference)) === largest ? Math.sign(difference) : 0,
    }),
})
