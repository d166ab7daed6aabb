import { defineReducer } from './reducer'

export const avgNonZero = defineReducer({
  name: 'avgNonZero',
  title: { en: 'Mean of the active ones', 'zh-CN': '非零平均' },
  description: {
    en: 'The mean of the elements above 0 only, so that pairs already learned do not thin out the others.',
    'zh-CN': '仅对大于 0 的元素取平均，使已学会的样本不会稀释其他样本。',
  },
  formula: '\\frac{\\sum_i [l_i > 0] l_i}{\\sum_i [l_i > 0]}',
  onlyActive: true,
  divisor: 'activeCount',
})
