import { createMatrix, type Matrix } from '../math/matrix'
import { defineDistance } from './distance'

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
  compute(x, y) {
    const other = y ?? x
    const { columns } = x
    const values = createMatrix(x.rows, other.rows)
    for (let i = 0; i < x.rows; i++) {
      for (let j = y === null ? i + 1 : 0; j < other.rows; j++) {
        let sum = 0
        for (let k = 0; k < columns; k++) {
          sum += Math.abs(x.data[i * columns + k]! - other.data[j * columns + k]!)
        }
        values.data[i * other.rows + j] = sum
        if (y === null) values.data[j * other.rows + i] = sum
      }
    }
    return {
      values,
      backward(gradient, wantsReferences) {
        const gx = createMatrix(x.rows, columns)
        const gy = y === null ? gx : wantsReferences ? createMatrix(y.rows, columns) : null
        addSigns(gradient, x, other, gx, gy)
        return { x: gx, y: y === null ? null : gy }
      },
    }
  },
})

function addSigns(gradient: Matrix, x: Matrix, y: Matrix, gx: Matrix, gy: Matrix | null): void {
  const { columns } = x
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < y.rows; j++) {
      const slope = gradient.data[i * y.rows + j]!
      if (slope === 0) continue
      const a = i * columns
      const b = j * columns
      for (let k = 0; k < columns; k++) {
        const difference = x.data[a + k]! - y.data[b + k]!
        const step = difference > 0 ? slope : difference < 0 ? -slope : 0
        gx.data[a + k] = gx.data[a + k]! + step
        if (gy !== null) gy.data[b + k] = gy.data[b + k]! - step
      }
    }
  }
}
