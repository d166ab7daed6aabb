import { createMatrix } from '../math/matrix'
import { defineRegularizer } from './regularizer'

export const l2Norm = defineRegularizer({
  name: 'l2Norm',
  title: { en: 'Embedding length', 'zh-CN': '嵌入长度' },
  description: {
    en: 'Keeps embeddings short: the mean of their lengths.',
    'zh-CN': '限制嵌入的长度：各嵌入长度的平均值。',
  },
  formula: '\\frac{1}{B} \\sum_i |e_i|',
  source: 'Sohn 2016',
  evaluate(embeddings) {
    const { rows, columns, data } = embeddings
    const gradient = createMatrix(rows, columns)
    let sum = 0
    for (let i = 0; i < rows; i++) {
      let square = 0
      for (let k = i * columns; k < (i + 1) * columns; k++) square += data[k]! * data[k]!
      const norm = Math.sqrt(square)
      sum += norm
      if (norm === 0) continue
      for (let k = i * columns; k < (i + 1) * columns; k++) {
        gradient.data[k] = data[k]! / (norm * rows)
      }
    }
    return { value: rows > 0 ? sum / rows : 0, gradient }
  },
})
