import { createMatrix, type Matrix } from '../math/matrix'
import { defineDistance } from './distance'
import { mapEntries, pullTogether, rowSums, squaredDistances, squaredNorms } from './squares'

const smallestVariance = 1e-12

export const snr = defineDistance({
  name: 'snr',
  title: { en: 'Signal-to-noise ratio', 'zh-CN': '信噪比距离' },
  description: {
    en: 'How much the second embedding differs from the first ("noise") in proportion to how much the first varies ("signal"). Not symmetric: the row is the anchor.',
    'zh-CN':
      '第二个嵌入相对第一个的差异（“噪声”）与第一个自身变化（“信号”）之比。不对称：行为锚点。',
  },
  formula: 'd(a, b) = \\frac{\\mathrm{var}(a - b)}{\\mathrm{var}(a)}',
  source: 'Yuan, Deng, Tang, Tang, Chen 2019',
  isSimilarity: false,
  normalizedByDefault: true,
  // The anchor may hardly vary, which is what the rest is divided by.
  unitRange: () => null,
  unrelated: () => 2,
  compute(x, y, product) {
    const a = centerRows(x)
    const b = y === null ? null : centerRows(y)
    const values = squaredDistances(a, b, product)
    const columns = values.columns
    const floor = smallestVariance * x.columns
    const spread = squaredNorms(a)
    const power = spread.map((square) => Math.max(square, floor))
    for (let i = 0; i < a.rows; i++) {
      for (let j = i * columns; j < (i + 1) * columns; j++) {
        values.data[j] = values.data[j]! / power[i]!
      }
    }
    return {
      values,
      backward(gradient, wantsReferences) {
        // Rows without a difference have nothing to pull on, not even by rounding.
        const weights = mapEntries(gradient, (value, index) =>
          values.data[index] === 0 ? 0 : (2 * value) / power[Math.floor(index / columns)]!,
        )
        const result = pullTogether(weights, a, b, wantsReferences, product)
        // The share of the denominator: d / d a of |a - b|^2 / |a|^2 holds -2 D a / |a|^2.
        const shares = rowSums(mapEntries(gradient, (value, index) => value * values.data[index]!))
        for (let i = 0; i < a.rows; i++) {
          if (spread[i]! <= floor) continue
          const factor = (-2 * shares[i]!) / power[i]!
          for (let k = i * a.columns; k < (i + 1) * a.columns; k++) {
            result.x.data[k] = result.x.data[k]! + factor * a.data[k]!
          }
        }
        return {
          x: centerRows(result.x),
          y: result.y === null ? null : centerRows(result.y),
        }
      },
    }
  },
})

/** Each row less its mean. The same map carries a gradient back. */
function centerRows(matrix: Matrix): Matrix {
  const { rows, columns, data } = matrix
  const result = createMatrix(rows, columns)
  for (let i = 0; i < rows; i++) {
    let sum = 0
    for (let k = i * columns; k < (i + 1) * columns; k++) sum += data[k]!
    const mean = sum / columns
    for (let k = i * columns; k < (i + 1) * columns; k++) result.data[k] = data[k]! - mean
  }
  return result
}
