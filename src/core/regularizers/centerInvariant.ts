import { createMatrix } from '../math/matrix'
import { defineRegularizer } from './regularizer'

export const centerInvariant = defineRegularizer({
  name: 'centerInvariant',
  title: { en: 'Equal lengths', 'zh-CN': '长度一致' },
  description: {
    en: 'Asks that all embeddings be about equally long, so that no class wins by its length.',
    'zh-CN': '要求所有嵌入长度相近，避免某一类仅凭长度占优。',
  },
  formula: '\\frac{1}{B} \\sum_i \\frac{1}{4} (|e_i|^2 - \\overline{|e|^2})^2',
  source: 'Wu, Liu, Li, Fu 2017',
  evaluate(embeddings) {
    const { rows, columns, data } = embeddings
    const gradient = createMatrix(rows, columns)
    if (rows === 0) return { value: 0, gradient }
    const squares = new Float64Array(rows)
    for (let i = 0; i < rows; i++) {
      let square = 0
      for (let k = i * columns; k < (i + 1) * columns; k++) square += data[k]! * data[k]!
      squares[i] = square
    }
    const mean = squares.reduce((sum, square) => sum + square, 0) / rows
    let value = 0
    for (let i = 0; i < rows; i++) {
      const deviation = squares[i]! - mean
      value += (deviation * deviation) / (4 * rows)
      // Deviations sum to 0, so the mean's own derivative cancels out.
      for (let k = i * columns; k < (i + 1) * columns; k++) {
        gradient.data[k] = (deviation * data[k]!) / rows
      }
    }
    return { value, gradient }
  },
})
