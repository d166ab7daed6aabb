import { defineReducer } from './reducer'

export const classWeighted = defineReducer({
  name: 'classWeighted',
  title: { en: 'Class-weighted mean', 'zh-CN': '类别加权平均' },
  description: {
    en: "The mean of all elements, each weighted by the weight of its anchor's class. Classes without a weight count 1.",
    'zh-CN': '所有元素按锚点类别的权重加权后取平均；未给权重的类别按 1 计。',
  },
  formula: '\\frac{1}{n} \\sum_i w_{y_i} l_i',
  usesClassWeights: true,
  divisor: 'count',
})
