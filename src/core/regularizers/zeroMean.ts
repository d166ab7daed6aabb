import { createMatrix } from '../math/matrix'
import { defineRegularizer } from './regularizer'

export const zeroMean = defineRegularizer({
  name: 'zeroMean',
  title: { en: 'Zero mean', 'zh-CN': '零均值' },
  description: {
    en: 'Asks that the components of each embedding sum to 0, as the signal-to-noise distance supposes.',
    'zh-CN': '要求每个嵌入的分量之和为 0，这是信噪比距离的前提。',
  },
  formula: '\\frac{1}{B} \\sum_i |\\sum_k e_{ik}|',
  source: 'Yuan, Deng, Tang, Tang, Chen 2019',
  evaluate(embeddings) {
    const { rows, columns, data } = embeddings
    const gradient = createMatrix(rows, columns)
    let value = 0
    for (let i = 0; i < rows; i++) {
      let sum = 0
      for (let k = i * columns; k < (i + 1) * columns; k++) sum += data[k]!
      value += Math.abs(sum) / rows
      gradient.data.fill(Math.sign(sum) / rows, i * columns, (i + 1) * columns)
    }
    return { value, gradient }
  },
})
