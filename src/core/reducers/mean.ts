import { defineReducer } from './reducer'

export const mean = defineReducer({
  name: 'mean',
  title: { en: 'Mean', 'zh-CN': '平均' },
  description: {
    en: 'The plain mean of all elements, those that are 0 included.',
    'zh-CN': '所有元素（含为 0 的）的平均值。',
  },
  formula: '\\frac{1}{n} \\sum_i l_i',
  divisor: 'count',
})
