import { createMatrix } from '../math/matrix'
import { defineDistance } from './distance'

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
  compute(x, y) {
    const other = y ?? x
    const { columns } = x
    const values = createMatrix(x.rows, other.rows)
    for (let i = 0; i < x.rows; i++) {
      for (let j = y === null ? i + 1 : 0; j < other.rows; j++) {
        let largest = 0
        for (let k = 0; k < columns; k++) {
          const size = Math.abs(x.data[i * columns + k]! - other.data[j * columns + k]!)
          if (size > largest) largest = size
        }
        values.data[i * other.rows + j] = largest
        if (y === null) values.data[j * other.rows + i] = largest
      }
    }
    return {
      values,
      backward(gradient, wantsReferences) {
        const gx = createMatrix(x.rows, columns)
        const gy = y === null ? gx : wantsReferences ? createMatrix(y.rows, columns) : null
        for (let i = 0; i < x.rows; i++) {
          for (let j = 0; j < other.rows; j++) {
            const slope = gradient.data[i * other.rows + j]!
            const largest = values.data[i * other.rows + j]!
            if (slope === 0 || largest === 0) continue
            const a = i * columns
            const b = j * columns
            for (let k = 0; k < columns; k++) {
              const difference = x.data[a + k]! - other.data[b + k]!
              // `values` is rounded to float32, and so is what it is compared with.
              if (Math.fround(Math.abs(difference)) !== largest) continue
              const step = difference > 0 ? slope : -slope
              gx.data[a + k] = gx.data[a + k]! + step
              if (gy !== null) gy.data[b + k] = gy.data[b + k]! - step
            }
          }
        }
        return { x: gx, y: y === null ? null : gy }
      },
    }
  },
})
