import { defineReducer } from './reducer'

export const sum = defineReducer({
  name: 'sum',
  title: { en: 'Sum', 'zh-CN': '求和' },
  description: {
    en: 'The sum of all elements; it grows with the batch.',
    'zh-CN': '所有元素之和，随批次增大。',
  },
  formula: '\\sum_i l_i',
  divisor: 'one',
})
